"""Measures what the plugin costs. The `run` script calls it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pathlib
import signal
import sys

import environment
from measuring import captures, core, growth, instructions, options, shapes, table, targets, variants, versions, window
from measuring.trouble import Trouble

PICTURE = pathlib.Path(__file__).parent.parent / "linearity.png"


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure_shapes(choice, compared):
    wanted = [shape for shape in shapes.SHAPES if shape in choice.parts]
    if not wanted:
        return {}
    say("Counting the instructions of the start ...")
    with captures.made("mix", 0) as empty:
        counter = instructions.Counter(compared, empty)
    figures = {}
    for shape in wanted:
        say(f"Measuring {shapes.SHAPES[shape]} ...")
        figures[shape] = shapes.measure(shape, compared, counter, choice)
    return figures


def measure_growth(choice, compared):
    points = growth.measure(compared, choice, say)
    show(growth.show(points))
    if choice.plot:
        from measuring import plot    # only here, for matplotlib need not be there otherwise
        plot.draw(points, core.rows("growth")["growth"], PICTURE)


def show(lines):
    print("", *lines, sep="\n", flush=True)


def main(words):
    choice = options.parse(words)
    compared = variants.all_of_them(choice.library or environment.build())
    with captures.made("short", 2000) as small:
        variants.check(compared, small.path)
    print(versions.line(choice.library), flush=True)
    if figures := measure_shapes(choice, compared):
        show(table.show(figures))
        show(targets.show(figures))
    if "window" in choice.parts:
        say("Measuring opening, filtering, scrolling ...")
        show(window.show(window.measure(compared, choice)))
    if "growth" in choice.parts:
        measure_growth(choice, compared)
    if "core" in choice.parts:
        say("Measuring the analysis alone ...")
        show(core.show(core.measure()))


def end_as_by_keyboard(*_):
    raise KeyboardInterrupt


if __name__ == "__main__":
    # So that the captures go, too: there may be a gigabyte of them.
    signal.signal(signal.SIGTERM, end_as_by_keyboard)
    signal.signal(signal.SIGINT, end_as_by_keyboard)
    try:
        sys.exit(main(sys.argv[1:]))
    except (Trouble, environment.Unusable) as trouble:
        say(f"benches/run: {trouble}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
