"""What plugin/explain writes of hostile packets and of captures with hostile names: whoever reads it, a terminal, a program or a
spreadsheet, reads what was meant and does nothing else.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import csv
import io
import itertools
import json
import os
import unittest

import environment
import reports
import texts
from checkout import Checkout
from test_explain import totals_of

# Up to four captures are explained one by one, more are shared out.
GROUPS = [texts.NAMES[-4:], texts.NAMES]
# OWASP, "CSV Injection".
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def named(name):
    """The name as it is, with \\xff for a byte that is no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def as_cell(name):
    text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in named(name))
    return "'" + text if text.startswith(FORMULA) else text


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


class Output(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout()
        cls.checkout.explain()
        cls.source = cls.checkout.home / "source"
        cls.source.write_bytes(texts.pcapng(texts.packets()))
        cls.source.chmod(0o644)
        frames = reports.read(environment.host(), cls.source, reports.TWO_PASSES).frames
        cls.resets = [(number, report.get("claim")) for number, frame in frames.items() for report in frame.verdicts]
        for name in texts.NAMES:
            os.link(cls.source, cls.checkout.home / name)

    def runs(self, *options):
        """What it prints of few captures, and of many."""
        for some in GROUPS:
            run = self.checkout.explain(*options, "--", *some)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            yield some, run.stdout
        self.assertFalse((self.checkout.home / "touched").exists())

    def assert_printable(self, text):
        self.assertEqual([line for line in text.split("\n") if not line.isprintable()], [])

    def test_claims_are_among_the_texts(self):
        claims = {claim for _, claim in self.resets}
        self.assertEqual(len(self.resets), len(texts.TEXTS))
        self.assertLessEqual({text.decode().strip() for text in texts.FORMULAS}, claims)

    def test_text(self):
        for names, output in self.runs():
            self.assert_printable(output)
            self.assertEqual(sum(totals_of(output).values()), len(names) * len(self.resets))

    def test_csv(self):
        for names, output in self.runs("--format", "csv"):
            self.assert_printable(output)
            header, *rows = csv.reader(io.StringIO(output, newline=""), strict=True)
            self.assertEqual({len(row) for row in rows}, {len(header)})
            self.assertEqual([cell for row in rows for cell in row if cell.startswith(FORMULA) and not is_number(cell)], [])
            files = [cell for cell, _ in itertools.groupby(row[0] for row in rows)]
            self.assertEqual(files, list(map(as_cell, names)))
            claims = [row[header.index("rstanalysis.claim")].removeprefix("'") for row in rows]
            self.assertEqual(claims, [claim or "" for _, claim in self.resets] * len(names))

    def test_ndjson(self):
        for names, output in self.runs("--format", "ndjson"):
            self.assert_printable(output)
            *lines, rest = output.split("\n")
            self.assertEqual(rest, "")
            rows = [json.loads(line) for line in lines]
            expected = [(named(name), *reset) for name in names for reset in self.resets]
            self.assertEqual([(row["file"], row["frame.number"], row["rstanalysis.claim"]) for row in rows], expected)

    def test_complaints(self):
        folder = self.checkout.home / "no captures"
        folder.mkdir()
        for name in texts.NAMES:
            (folder / name).write_text("this is no capture\n" * 9)
        for some in GROUPS:
            run = self.checkout.explain("--format", "ndjson", *(f"{folder}/{name}" for name in some))
            self.assertEqual((run.returncode, run.stdout), (1, ""))
            self.assert_printable(run.stderr)
            self.assertEqual(run.stderr.count("this is no capture file that tshark understands.\n"), len(some), run.stderr)


if __name__ == "__main__":
    unittest.main()
