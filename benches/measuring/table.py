"""The figures as tables for README.md.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from measuring.shapes import SHAPES

COSTS = ["capture", "packets", "conversations", "resets", "tshark alone", "with the plugin: CPU", "user CPU", "instructions",
         "instructions a packet", "with TRANSUM: CPU", "instructions", "with Lua: CPU", "instructions"]
MEMORY = ["capture", "tshark alone", "the plugin adds", "that is"]


def lines(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"


def percent(share):
    return f"{share * 100:+.1f} %"


def costs(figures):
    for shape, figure in figures.items():
        capture = figure.capture
        yield [SHAPES[shape], f"{capture.packets:,}", f"{capture.conversations:,}", f"{capture.resets:,}",
               f"{figure.median('none', 'cpu'):.2f} s", percent(figure.added("plugin", "cpu")), percent(figure.added("plugin", "user")),
               percent(figure.added_instructions("plugin")), f"{figure.added_instructions_a_packet('plugin'):+,.0f}",
               *(percent(share) for name in ("transum", "lua") for share in (figure.added(name, "cpu"), figure.added_instructions(name)))]


def counted_by(shape, capture):
    """What the memory of a capture is for: how many of what."""
    if shape == "scan":
        return capture.resets, "pair of SYN and RST"
    if shape == "storm":
        return capture.resets, "reset"
    return capture.conversations, "conversation"


def memory(figures):
    for shape, figure in figures.items():
        number, what = counted_by(shape, figure.capture)
        added = figure.added_memory("plugin")
        yield [SHAPES[shape], f"{figure.median('none', 'resident') / 1e6:,.0f} MB", f"{added / 1e6:.1f} MB", f"{added / number:,.0f} bytes a {what}"]


def show(figures):
    yield from lines(COSTS, costs(figures))
    yield ""
    yield from lines(MEMORY, memory(figures))
