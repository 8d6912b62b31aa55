"""The figures as tables for README.md.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from measuring.shapes import SHAPES

COSTS = ["capture", "packets", "conversations", "resets", "tshark alone", "the plugin adds CPU (user alone)", "instructions (a packet)",
         "TRANSUM adds CPU, instructions", "Lua adds CPU, instructions"]
MEMORY = ["capture", "tshark alone", "the plugin adds", "of that it grows by"]


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
        yield [SHAPES[shape], f"{capture.packets:,}", f"{capture.conversations:,}", f"{capture.resets:,}", f"{figure.median('none', 'cpu'):.1f} s",
               f"{percent(figure.added('plugin', 'cpu'))} ({percent(figure.added('plugin', 'user'))})",
               f"{percent(figure.added_instructions('plugin'))} ({figure.added_instructions_a_packet('plugin'):+,.0f})",
               *(f"{percent(figure.added(name, 'cpu'))}, {percent(figure.added_instructions(name))}" for name in ("transum", "lua"))]


def conversations(capture):
    return capture.conversations


def resets(capture):
    return capture.resets


# What memory grows with, where it does.
GROWS_WITH = {"short": ("conversation, most of them finished", conversations), "scan": ("pair of SYN and RST", resets),
              "storm": ("reset", resets), "mix": ("conversation", conversations)}


def memory(figures):
    for shape, figure in figures.items():
        whole = figure.resident()
        what, count = GROWS_WITH.get(shape, (None, None))
        each = f"{figure.memory_each(count):,.0f} bytes a {what}" if what else ""
        yield [SHAPES[shape], f"{whole.alone / 1e6:,.0f} MB", f"{whole.added / 1e6:.1f} MB", each]


def show(figures):
    yield from lines(COSTS, costs(figures))
    yield ""
    yield from lines(MEMORY, memory(figures))
