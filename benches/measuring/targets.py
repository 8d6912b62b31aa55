"""What the plugin must not exceed, and whether it does.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from measuring.shapes import SHAPES
from measuring.table import conversations, lines, percent, resets

HEADER = ["target", "measured", ""]


def verdict(is_met):
    return "met" if is_met else "missed"


def share(title, most, figures, of):
    """A target for the worst of some captures."""
    worst = max(figures, key=lambda shape: of(figures[shape]))
    value = of(figures[worst])
    return [title, f"{percent(value)} ({SHAPES[worst]})", verdict(value <= most)]


def fraction(title, most, figures, name):
    """Of what the other one adds, in instructions."""
    def of(figure):
        return figure.added_instructions("plugin") / figure.added_instructions(name)
    worst = max(figures, key=lambda shape: of(figures[shape]))
    value = of(figures[worst])
    return [title, f"1/{1 / value:.1f} ({SHAPES[worst]})" if value > 0 else "nothing", verdict(value <= most)]


def size(title, most, figure, count):
    value = figure.memory_each(count)
    return [title, f"{value:,.0f} bytes", verdict(value <= most)]


def rows(figures):
    mix = {shape: figure for shape, figure in figures.items() if shape == "mix"}
    for unit, of in (("CPU", lambda figure: figure.added("plugin", "cpu")),
                     ("instructions", lambda figure: figure.added_instructions("plugin"))):
        if mix:
            yield share(f"at most 3 % {unit} on the mix", 0.03, mix, of)
        yield share(f"at most 5 % {unit} on the worst", 0.05, figures, of)
    yield fraction("at most a tenth of what TRANSUM adds", 1 / 10, figures, "transum")
    yield fraction("at most a thirtieth of what Lua adds", 1 / 30, figures, "lua")
    if "short" in figures:
        yield size("at most 128 bytes a finished conversation", 128, figures["short"], conversations)
    if "storm" in figures:
        yield size("at most 200 bytes a stored reset", 200, figures["storm"], resets)


def show(figures):
    yield from lines(HEADER, rows(figures))
