"""How many instructions tshark takes, which is the same in each run, as times are not.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import os
import re
import subprocess

import environment
from measuring.trouble import Trouble

# Callgrind counts the same to half a percent of what is added, and takes three times as long.
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]


def count(variant, capture):
    """Those of the whole run."""
    command = [str(part) for part in (*VALGRIND, *variant.command(capture.path))]
    run = subprocess.run(command, env=variant.host.environment, cwd=variant.host.home, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", **environment.as_account())
    counted = re.search(r"I +refs: +([\d,]+)", run.stderr)
    if run.returncode != 0 or not counted:
        raise Trouble(f"valgrind could not count: {run.stderr}")
    return int(counted[1].replace(",", ""))


class Counter:
    """Counts what a capture takes beyond what tshark takes to start."""

    def __init__(self, variants, empty):
        self.variants = variants
        self.start_up = self._count_all(empty)

    def _count_all(self, capture):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(zip(self.variants, pool.map(lambda variant: count(variant, capture), self.variants.values())))

    def count(self, capture):
        """By variant."""
        return {name: total - self.start_up[name] for name, total in self._count_all(capture).items()}
