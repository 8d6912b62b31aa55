"""Reads captures one after the other, without GNU parallel.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import dataclasses
import os
import subprocess

from capture import SCRIPT, readable


@dataclasses.dataclass
class Reading:
    """The lines that capture.SCRIPT prints, and whether troubles may be told as they come."""
    lines: object
    at_once: bool


def lines_of(captures):
    for capture in captures:
        # A name like "-" means something else to tshark.
        path = os.path.join(".", capture.path) if capture.path.startswith("-") else capture.path
        with subprocess.Popen(["sh", "-c", SCRIPT, "explain", str(capture.number), path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, encoding="utf-8", errors="replace") as process:
            try:
                yield from process.stdout
            finally:
                process.stdout.close()


@contextlib.contextmanager
def run(choice, captures):
    yield Reading(lines_of(readable(captures)), at_once=True)
