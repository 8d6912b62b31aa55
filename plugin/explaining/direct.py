"""Reads captures one after the other, without GNU parallel.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import dataclasses
import os
import signal
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
        # In a session of its own: what ends this has to end tshark as well, which is not its child.
        with subprocess.Popen(["sh", "-c", SCRIPT, "explain", str(capture.number), path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, encoding="utf-8", errors="replace", start_new_session=True) as process:
            try:
                yield from process.stdout
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                raise


@contextlib.contextmanager
def run(choice, captures):
    with contextlib.closing(lines_of(readable(captures))) as lines:
        yield Reading(lines, at_once=True)
