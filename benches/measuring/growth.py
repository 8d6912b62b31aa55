"""How the cost grows with what a capture holds.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import shutil
import statistics

from measuring import captures, instructions, process
from measuring.table import lines

HEADER = ["", "number", "tshark alone", "with the plugin", "instructions added", "each"]
# What grows: its shape, how many packets each takes, and the numbers.
GROWING = {
    "segments of 20 long conversations": ("long", 1, [10**3, 10**4, 10**5, 10**6]),
    "conversations of a scan": ("scan", 2, [10**3, 10**4, 10**5, 10**6]),
    "resets of a storm": ("storm", 2, [10**3, 10**4, 10**5, 10**6]),
}
MOST_COUNTED = 10**5
BYTES_A_PACKET = 1100


@dataclasses.dataclass
class Point:
    what: str
    number: int
    alone: float
    """Seconds of CPU, as the next."""
    plugged: float
    instructions: int | None
    """Added by the plugin. Counting takes too long where there are many."""


def rounds_of(packets):
    return 5 if packets <= 10**5 else 1


def fits(packets):
    return shutil.disk_usage(captures.room()).free > 2 * packets * BYTES_A_PACKET


def point(what, shape, number, packets, pair, counter):
    with captures.made(shape, packets) as capture:
        seconds = {name: [] for name in pair}
        for _ in range(rounds_of(packets)):
            for name, variant in pair.items():
                seconds[name].append(process.measure(variant.host, variant.command(capture.path)).cpu)
        counted = counter.count(capture) if packets <= MOST_COUNTED else None
    alone, plugged = (statistics.median(seconds[name]) for name in pair)
    return Point(what, number, alone, plugged, counted and counted["plugin"] - counted["none"])


def measure(variants, choice, say):
    pair = {name: variants[name] for name in ("none", "plugin")}
    with captures.made("mix", 0) as empty:
        counter = instructions.Counter(pair, empty)
    points = []
    for what, (shape, packets_each, numbers) in GROWING.items():
        for number in numbers[:3] if choice.quick else numbers:
            packets = number * packets_each
            if not fits(packets):
                say(f"Left out: {number:,} {what}, for which there is no room on the disk.")
                continue
            say(f"Measuring {number:,} {what} ...")
            points.append(point(what, shape, number, packets, pair, counter))
    return points


def show(points):
    def row(point):
        counted = point.instructions
        return [point.what, f"{point.number:,}", f"{point.alone:.2f} s", f"{point.plugged:.2f} s",
                f"{counted:,}" if counted else "", f"{counted / point.number:,.0f}" if counted else ""]
    yield from lines(HEADER, map(row, points))
