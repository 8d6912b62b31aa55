"""Measures what the plugin costs. The `run` script calls it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import sys

import captures
import environment
import instructions
import options
import shapes
import table
import targets
import variants
import versions
from trouble import Trouble


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure_shapes(choice, compared):
    say("Counting the instructions of the start ...")
    with captures.made("mix", 0) as empty:
        counter = instructions.Counter(compared, empty)
    figures = {}
    for shape in shapes.SHAPES:
        if shape in choice.parts:
            say(f"Measuring {shapes.SHAPES[shape]} ...")
            figures[shape] = shapes.measure(shape, compared, counter, choice)
    return figures


def main(words):
    choice = options.parse(words)
    compared = variants.all_of_them(choice.library or environment.build())
    with captures.made("short", 2000) as small:
        variants.check(compared, small.path)
    print(versions.line(choice.library), flush=True)
    if figures := measure_shapes(choice, compared):
        print("", *table.show(figures), "", *targets.show(figures), sep="\n", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Trouble, environment.Unusable) as trouble:
        say(f"benches/run: {trouble}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
