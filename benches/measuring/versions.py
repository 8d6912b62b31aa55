"""When and with what something was measured.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import datetime
import platform
import re
import subprocess

import environment


def said(*command):
    return subprocess.run(command, cwd=environment.REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.strip()


def processor():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*: (.*)", file.read(), re.MULTILINE)
    return model[1] if model else platform.machine()


def line(library):
    """In one sentence; a library that was given is of no known commit."""
    commit = f"library {library.name}" if library else said("git", "describe", "--always", "--dirty")
    rust = said("rustc", "--version").split()[1]
    return (f"{datetime.date.today()}, plugin {commit}, Wireshark {environment.wireshark_version()}, Rust {rust}, "
            f"Linux {platform.release()}, {processor()}.")
