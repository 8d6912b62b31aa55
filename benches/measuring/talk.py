"""Wireshark without its window, one request at a time, and the CPU that each takes.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import json
import os
import subprocess

import environment
from sharkd import request_line
from measuring.trouble import Trouble

TICKS = os.sysconf("SC_CLK_TCK")


class Talk:
    def __init__(self, run):
        self.run = run
        self.asked = 0

    def _cpu(self):
        with open(f"/proc/{self.run.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def ask(self, method, **parameters):
        """The seconds of CPU that the answer took, and the answer."""
        self.asked += 1
        before = self._cpu()
        request = request_line(self.asked, method, parameters)
        self.run.stdin.write(request.encode())
        self.run.stdin.flush()
        line = self.run.stdout.readline()
        after = self._cpu()
        answer = json.loads(line) if line else {}
        if "result" not in answer:
            raise Trouble(f"sharkd, asked for {request}: {answer.get('error', 'it ended')}")
        return after - before, answer["result"]


@contextlib.contextmanager
def started(host):
    run = subprocess.Popen(["sharkd", "-"], env=host.environment, cwd=host.home, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, **environment.as_account())
    with run:
        try:
            yield Talk(run)
        finally:
            run.kill()
