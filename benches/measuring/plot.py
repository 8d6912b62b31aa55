"""The picture of how the cost grows.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

COLOURS = ["tab:blue", "tab:orange", "tab:green", "tab:red", "tab:purple", "tab:brown"]
NUMBER = "segments, conversations or resets"


def by(points, key):
    groups = {}
    for point in points:
        groups.setdefault(key(point), []).append(point)
    return groups


def label(axes, title, below, beside):
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(title)
    axes.set_xlabel(below)
    axes.set_ylabel(beside)
    axes.grid(True, which="major", alpha=0.3)
    axes.legend(fontsize="small")


def guide(axes):
    """What grows linearly runs along this."""
    (least, most), height = axes.get_xlim(), min(line.get_ydata()[0] / line.get_xdata()[0] for line in axes.lines) / 3
    axes.plot([least, most], [least * height, most * height], ":", color="grey", label="(dotted: linear)")


def whole(axes, points):
    for colour, (what, group) in zip(COLOURS, by(points, lambda point: point.what).items()):
        numbers = [point.number for point in group]
        axes.plot(numbers, [point.alone for point in group], "o--", color=colour, markerfacecolor="white", alpha=0.7)
        axes.plot(numbers, [point.plugged for point in group], "x-", color=colour, label=what)
    axes.plot([], [], "o--", color="grey", markerfacecolor="white", label="(dashed: without the plugin)")
    label(axes, "tshark", NUMBER, "CPU (s)")


def added(axes, points):
    counted = [point for point in points if point.instructions]
    for colour, (what, group) in zip(COLOURS, by(counted, lambda point: point.what).items()):
        axes.plot([point.number for point in group], [point.instructions / 1e6 for point in group], "x-", color=colour, label=what)
    guide(axes)
    label(axes, "What the plugin adds to tshark", NUMBER, "instructions (millions)")


def analysis(axes, rows):
    # What memory holds of conversations that stay open takes no time to speak of.
    timed = [row for row in rows if row[0].startswith("segment/")]
    for colour, (name, group) in zip(COLOURS, by(timed, lambda row: row[0]).items()):
        numbers = [int(row[1]) for row in group]
        seconds = [int(row[1]) * float(row[2]) / 1e9 for row in group]
        axes.plot(numbers, seconds, "x-", color=colour, label=name)
    guide(axes)
    label(axes, "The analysis alone", "segments", "time (s)")


def draw(points, core_rows, path):
    figure, axes = pyplot.subplots(1, 3, figsize=(15, 4.6), layout="constrained")
    whole(axes[0], points)
    added(axes[1], points)
    analysis(axes[2], core_rows)
    figure.savefig(path, dpi=100, metadata={"Software": None})
