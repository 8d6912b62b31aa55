"""What somebody feels at Wireshark's window: opening, filtering anew, scrolling, a column of our own.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import random
import statistics

from measuring import captures, process, talk
from measuring.table import lines
from measuring.trouble import Trouble

HEADER = ["CPU seconds", "without the plugin", "with it"]
SCREENFUL = 40
SCREENS = 100
ROUNDS = 3
ORDINARY = "tcp.flags.reset==1 && tcp.window_size_value==0"
OURS = 'rstanalysis.cause == "firewall"'


def scroll(wireshark, packets):
    """Screenfuls at places that are the same in each run."""
    places = random.Random(1)
    return sum(wireshark.timed("frames", skip=places.randrange(1, packets - SCREENFUL), limit=SCREENFUL)[0] for _ in range(SCREENS))


def session(host, capture, filters, column):
    """Seconds by what was done."""
    with talk.started(host) as wireshark:
        took = {"load": wireshark.timed("load", file=str(capture.path))[0]}
        for name, filter in filters.items():
            took[name], _ = wireshark.timed("frames", filter=filter, limit=1)
        took["scroll"] = scroll(wireshark, capture.packets)
        took["column"], rows = wireshark.timed("frames", column0=column + ":1", limit=capture.packets)
        if len(rows) != capture.packets:
            raise Trouble(f"sharkd shows {len(rows)} of {capture.packets} rows, so its figures mean nothing.")
        return took


def measure(variants, choice):
    """Rows of the table."""
    packets = 50_000 if choice.quick else 500_000
    alone, plugged = [], []
    with captures.made("mix", packets) as capture:
        for _ in range(ROUNDS):
            alone.append(session(variants["none"].host, capture, {"ordinary": ORDINARY}, "tcp.window_size_value"))
            plugged.append(session(variants["plugin"].host, capture, {"ordinary": ORDINARY, "ours": OURS}, "rstanalysis.cause"))
            for name, runs in (("none", alone), ("plugin", plugged)):
                variant = variants[name]
                runs[-1]["two passes"] = process.measure(variant.host, variant.command(capture.path, "-2")).cpu

    def row(title, key, key_with=None):
        seconds = (statistics.median(run[key] for run in runs) for runs, key in ((alone, key), (plugged, key_with or key)))
        return [title, *(f"{second:.2f}" for second in seconds)]

    return [
        row(f"open {packets:,} packets (mix)", "load"),
        row(f"filter `{ORDINARY}`", "ordinary"),
        row(f"filter `{OURS}`, against the ordinary one", "ordinary", "ours"),
        row(f"scroll: {SCREENS} screens of {SCREENFUL} rows at random places", "scroll"),
        row("all rows with a column of a field: `rstanalysis.cause`, against `tcp.window_size_value`", "column"),
        row("`tshark -2` with the filter for resets", "two passes"),
    ]


def show(rows):
    yield from lines(HEADER, rows)
