"""Brings what was read of the captures to a writer, in the captures' order.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from reading import End, by_capture
from row import Rows
from trouble import say, shown

LOST = "there is no result of it; what ended its run may stand above."


class Report:
    """Tells the user of what could not be explained: at once, or when all is done where something else is on the screen."""

    def __init__(self, at_once):
        self.at_once = at_once
        self.sentences = []

    def add(self, path, trouble):
        self.sentences.append(f"{shown(path)}: {trouble}")
        if self.at_once:
            say(self.sentences[-1])

    def finish(self):
        for sentence in [] if self.at_once else self.sentences:
            say(sentence)


def deliver(captures, reading, columns, writer):
    """Returns the status to end with."""
    report = Report(reading.at_once)
    waiting = iter(captures)
    for number, events in by_capture(reading.lines):
        for capture in waiting:
            if capture.number == number:
                break
            give_up(capture, writer, report)
        write(capture, events, columns, writer, report)
    for capture in waiting:
        give_up(capture, writer, report)
    writer.finish()
    report.finish()
    return 1 if report.sentences else 0


def write(capture, events, columns, writer, report):
    """The rows of one capture."""
    rows, trouble = Rows(columns), LOST
    writer.begin(capture.path)
    for event in events:
        if isinstance(event, End):
            trouble = event.trouble
        else:
            for row, since in rows.of(event):
                writer.row(capture.path, row, since)
    writer.end(trouble)
    if trouble:
        report.add(capture.path, trouble)


def give_up(capture, writer, report):
    writer.begin(capture.path)
    trouble = capture.trouble or LOST
    writer.end(trouble)
    report.add(capture.path, trouble)
