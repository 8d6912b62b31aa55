"""Wireshark without its window, one request at a time, and the CPU that each takes.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os

import sharkd
from measuring.trouble import Trouble

TICKS = os.sysconf("SC_CLK_TCK")


class Talk(sharkd.Process):
    def cpu(self):
        with open(f"/proc/{self.run.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def timed(self, method, **parameters):
        """The seconds of CPU that the answer took, and the answer."""
        before = self.cpu()
        try:
            result = self.ask(method, parameters)
        except (AssertionError, BrokenPipeError) as refusal:
            raise Trouble(str(refusal)) from refusal
        return self.cpu() - before, result


def started(host):
    return sharkd.started(host, Talk)
