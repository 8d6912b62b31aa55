"""The rows: one for each reset, with the fields that the installed plugin has.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import calendar
import dataclasses
import subprocess
import time

from trouble import Trouble

PREFIX = "rstanalysis."
# How the plugin's help marks a field that may occur several times in a report.
REPEATED = "(repeated)"
# As ek calls it.
CAUSE = "rstanalysis_rstanalysis_cause"
SECOND = 1_000_000_000


def boolean(value):
    return value in (True, "1", "True", "true")


CONVERSIONS = {"FT_STRING": str, "FT_UINT32": int, "FT_INT32": int, "FT_FRAMENUM": int, "FT_RELATIVE_TIME": float,
               "FT_BOOLEAN": boolean}


@dataclasses.dataclass(frozen=True)
class Column:
    """A field of the plugin."""
    name: str
    kind: str
    repeated: bool

    @property
    def key(self):
        """What ek calls it."""
        return "rstanalysis_" + self.name.replace(".", "_")

    def value(self, tree):
        values = tree.get(self.key, [])
        values = [CONVERSIONS[self.kind](value) for value in (values if isinstance(values, list) else [values])]
        if self.repeated:
            return values
        return values[0] if values else None


def columns(fields):
    """The columns of these fields, given with their types, or, for None, of all that the installed plugin has."""
    if fields is not None:
        return [Column(PREFIX + name, kind, False) for name, kind in fields.items()]
    listing = subprocess.run(["tshark", "-G", "fields"], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    lines = (line.split("\t") for line in listing.stdout.splitlines() if "\t" + PREFIX in line)
    found = [Column(line[2], line[3], line[7].endswith(REPEATED)) for line in lines
             if line[0] == "F" and line[2].startswith(PREFIX) and line[3] in CONVERSIONS]
    if not found:
        raise Trouble("tshark does not list the plugin's fields: " + (listing.stderr.strip() or "is it disabled?"))
    return found


def nanoseconds(moment):
    """Since 1970, of what ek shows as 2026-11-21T10:44:26.649206923Z."""
    seconds, _, fraction = moment.removesuffix("Z").partition(".")
    return calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) * SECOND + int(fraction.ljust(9, "0")[:9])


class Rows:
    """Turns the frames of one capture into rows."""

    def __init__(self, columns):
        self.columns = columns
        self.start = None

    def of(self, layers):
        """A row for each reset of the frame, and the time since the first frame in seconds."""
        frame = layers["frame"]
        moment = frame.get("frame_frame_time")
        now = None if moment is None else nanoseconds(moment)
        if self.start is None:
            self.start = now
        common = {"frame.number": int(frame["frame_frame_number"]),
                  "frame.time_epoch": None if now is None else now / SECOND,
                  "frame.time_utc": moment}
        since = 0.0 if now is None else (now - self.start) / SECOND
        trees = layers.get("rstanalysis", [])
        for tree in trees if isinstance(trees, list) else [trees]:
            if CAUSE in tree:
                yield {**common, **{column.name: column.value(tree) for column in self.columns}}, since
