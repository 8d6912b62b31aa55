"""The analysis alone, as benches/measure_core measures it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pathlib
import subprocess

from measuring.table import lines
from measuring.trouble import Trouble

SCRIPT = pathlib.Path(__file__).parent.parent / "measure_core"
HEADER = ["the analysis alone", "nanoseconds", "instructions", "bytes"]


def rows(*kinds):
    """Rows as the script prints them, by kind."""
    run = subprocess.run([SCRIPT, *kinds], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise Trouble("benches/measure_core could not measure; it says why above.")
    found = {kind: [] for kind in kinds}
    for line in run.stdout.splitlines():
        kind, *row = line.split("\t")
        found[kind].append(row)
    return found


def measure():
    return rows("times", "instructions", "memory")


def show(found):
    times = {name: nanoseconds for name, nanoseconds, _ in found["times"]}
    counts = dict(found["instructions"])
    # The last one of each is that of most elements.
    sizes = {name: size for name, _, size in found["memory"]}
    names = dict.fromkeys([*times, *counts, *sizes])
    yield from lines(HEADER, ([f"`{name}`", times.get(name, ""), counts.get(name, ""), sizes.get(name, "")] for name in names))
