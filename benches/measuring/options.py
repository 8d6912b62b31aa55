"""What the user asks for.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import pathlib

from measuring.shapes import SHAPES

PARTS = [*SHAPES, "window", "growth", "core"]


def parse(words):
    parser = argparse.ArgumentParser(prog="benches/run", add_help=False)
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--plot", action="store_true")
    parser.add_argument("--library", type=lambda path: pathlib.Path(path).resolve())
    choice = parser.parse_args(words)
    choice.parts = choice.only or PARTS
    if choice.plot and "growth" not in choice.parts:
        parser.error("--plot draws what growth measures: give --only growth, too")
    choice.rounds = 3 if choice.quick else 5
    choice.counted = 5_000 if choice.quick else 20_000
    return choice
