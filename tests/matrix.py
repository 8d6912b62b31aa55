"""The same tests with the other versions of Wireshark that the plugin is for, each in the Debian that has it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import os
import platform
import re
import subprocess
import time

import environment

VERSIONS = {"bookworm": "4.0", "trixie": "4.4", "sid": "4.6"}
# Parts in which no Wireshark is asked, or programs around it are what is tested: once is enough.
ONCE = {"cargo", "dependencies", "fuzz", "gui", "hosts", "interrupted", "judgement", "matrix", "sanitizer", "surroundings",
        "tables"}
CHROOT = environment.REPOSITORY / "tests" / "chroot"
# Set where the matrix runs: "here" on this machine, "there" in one of the other Debians.
PLACE = os.environ.get("RSTANALYSIS_MATRIX", "")
UNREACHABLE = 75    # the status of tests/chroot where Debian's mirror does not answer
TESTED = re.compile(r"^Wireshark (\d+\.\d+)\.\d+$")
TOTALS = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")


@dataclasses.dataclass
class Row:
    """What came of the tests with one version."""
    suite: str
    version: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    remark: str = ""

    def __str__(self):
        counts = f"{self.passed:6} {self.failed:7} {self.skipped:8}  {self.seconds:5.0f} s"
        return f"{self.version:10} {self.suite:9} {counts}  {self.remark}".rstrip()


HEADING = f"{'Wireshark':10} {'Debian':9} {'passed':>6} {'failed':>7} {'skipped':>8}  {'time':>7}"


def this_debian():
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    except OSError:
        return ""


def others():
    """The Debians with another Wireshark than this machine's."""
    return [suite for suite in VERSIONS if suite != this_debian()]


def echoed(command, prefix):
    """Prints what the command prints, line by line; returns its lines and its status. It ends when this does."""
    lines = []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace") as process:
        try:
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                print(prefix, line, end="", flush=True)
        except BaseException:
            process.kill()
            raise
    return lines, process.returncode


def row_of(suite, lines, status):
    """What the tests' output says."""
    expected = VERSIONS[suite]
    version = next((found[1] for found in map(TESTED.match, lines) if found), expected)
    totals = TOTALS.match(lines[-1]) if lines else None
    if totals:
        row = Row(suite, version, *(int(count or 0) for count in totals.groups()))
    elif status == UNREACHABLE:
        return Row(suite, expected, skipped=1, remark=f"not tested: {lines[-1] if lines else 'its mirror does not answer.'}")
    else:
        row = Row(suite, version, failed=1, remark="failed before it could be tested, see above")
    if version != expected:
        # What nobody said the plugin is for must not fail.
        outcome = f"there, {row.passed} passed and {row.failed} failed"
        return Row(suite, expected, skipped=1, remark=f"not tested: {suite} has Wireshark {version} by now; {outcome}")
    return row


def run_there(suite, parts):
    print(f"\nWireshark {VERSIONS[suite]}, on Debian {suite}", flush=True)
    start = time.monotonic()
    row = row_of(suite, *echoed([CHROOT, suite, "env", "RSTANALYSIS_MATRIX=there", "tests/run", *parts], f"{suite} |"))
    row.seconds = time.monotonic() - start
    return row


def run(here, parts):
    """Runs the parts that ask Wireshark in the other Debians; `here` is what they brought on this machine. Returns the
    rows of all."""
    parts = [part for part in parts if part not in ONCE]
    rows = [here, *(run_there(suite, parts) for suite in others() if parts)]
    print("", HEADING, *rows, "", sep="\n", flush=True)
    return rows
