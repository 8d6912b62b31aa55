"""One run of a program, and what it took.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import os
import subprocess
import tempfile

import environment


@dataclasses.dataclass
class Usage:
    status: int
    errors: str
    user: float
    """Seconds."""
    system: float
    """Seconds."""
    resident: int
    """Bytes at most."""
    lines: int
    """Of standard output."""

    @property
    def cpu(self):
        return self.user + self.system


def measure(host, command):
    """Runs the command with the host's plugins until it ends, however long that takes."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        run = subprocess.Popen([str(part) for part in command], env=host.environment, cwd=host.home, stdin=subprocess.DEVNULL,
                               stdout=output, stderr=errors, **environment.as_account())
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        return Usage(run.returncode, errors.read().decode(errors="replace"), usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024,
                     sum(1 for _ in output))
