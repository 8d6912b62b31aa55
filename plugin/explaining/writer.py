"""The formats. A writer is told of each capture, its rows and its end.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import csv
import json

from trouble import counted, named, printable, shown

FRAME_COLUMNS = ["frame.number", "frame.time_epoch", "frame.time_utc"]
# Between the values of a repeated field in one cell.
BETWEEN = " | "
# What formulas begin with, in some countries' spreadsheets in full width, too (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


class Text:
    # With their types; asking tshark for all of them would take longer than explaining a capture.
    FIELDS = {"cause": "FT_STRING", "confidence": "FT_UINT32", "explanation": "FT_STRING", "sender": "FT_STRING",
              "client": "FT_STRING", "client.port": "FT_UINT32", "server": "FT_STRING", "server.port": "FT_UINT32"}

    def __init__(self, out, columns, several):
        self.out, self.several = out, several
        self.causes = collections.Counter()
        self.rows = self.captures = 0

    def begin(self, path):
        if self.several:
            print(("\n" if self.captures else "") + shown(path), file=self.out)
        self.captures += 1
        self.rows = 0

    def row(self, path, row, since):
        self.rows += 1
        cause = row["rstanalysis.cause"]
        self.causes[cause] += 1
        print(f"frame {row['frame.number']}  {since:.6f} s  {' > '.join(ends(row))}  "
              f"{cause} ({row['rstanalysis.confidence']} %): {row['rstanalysis.explanation']}", file=self.out)

    def end(self, trouble):
        if not self.rows and not trouble:
            print("No resets.", file=self.out)

    def finish(self):
        if not self.causes:
            return
        print(f"\n{counted(self.causes.total(), 'reset')}", file=self.out)
        for cause, count in sorted(self.causes.items(), key=lambda item: (-item[1], item[0])):
            print(f"{count:6}  {cause}", file=self.out)


def ends(row):
    """Who sent the reset, and to whom."""
    sockets = [socket(row[f"rstanalysis.{end}"], row[f"rstanalysis.{end}.port"]) for end in ("client", "server")]
    return sockets if row["rstanalysis.sender"] == "client" else sockets[::-1]


def socket(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


class Table:
    """What csv and ndjson have in common: the schema."""
    FIELDS = None

    def __init__(self, out, columns, several):
        self.out = out
        self.names = ["file", *FRAME_COLUMNS, *(column.name for column in columns)]

    def begin(self, path):
        pass

    def end(self, trouble):
        pass

    def finish(self):
        pass


class Csv(Table):
    def __init__(self, out, columns, several):
        super().__init__(out, columns, several)
        self.writer = csv.writer(out, lineterminator="\n")
        self.writer.writerow(self.names)

    def row(self, path, row, since):
        values = {"file": shown(path), **row}
        self.writer.writerow([cell(values[name]) for name in self.names])


def cell(value):
    """A spreadsheet would take some texts for formulas; in front of those, it takes an apostrophe for the sign of a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = BETWEEN.join(value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value


class Ndjson(Table):
    def row(self, path, row, since):
        self.out.write(printable(json.dumps({"file": named(path), **row}, ensure_ascii=False), escape=json.dumps) + "\n")


WRITERS = {"text": Text, "csv": Csv, "ndjson": Ndjson}
