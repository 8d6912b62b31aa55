"""A run that has to end well, and what it took.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import usage
from measuring.trouble import Trouble


def measure(host, command):
    """Runs the command with the host's plugins until it ends, however long that takes."""
    took = usage.measure(host, command)
    if took.status != 0:
        raise Trouble(f"{' '.join(map(str, command))} ended with {took.status}: {took.errors}")
    return took
