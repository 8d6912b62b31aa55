"""Runs all tests, or those of some parts, and counts them. The `run` script calls it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import importlib
import pathlib
import signal
import sys
import time
import unittest

import cargo_steps
import environment
import matrix

FOLDER = pathlib.Path(__file__).parent
PARTS = sorted(path.stem.removeprefix("test_") for path in FOLDER.glob("test_*.py"))


class Counting(unittest.TextTestResult):
    """Counts tests, not subtests: a test whose subtests fail has failed once."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.unsuccessful = set()

    def _note(self, test):
        self.unsuccessful.add(getattr(test, "test_case", test).id())

    def addError(self, test, error):
        self._note(test)
        super().addError(test, error)

    def addFailure(self, test, error):
        self._note(test)
        super().addFailure(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._note(test)
        super().addSubTest(test, subtest, error)

    def addSkip(self, test, reason):
        self._note(test)
        super().addSkip(test, reason)


def run_part(part):
    """How many tests of tests/test_PART.py passed and failed; one that is skipped has not passed."""
    print(f"test_{part}.py", flush=True)
    start = time.monotonic()
    try:
        tests = unittest.defaultTestLoader.loadTestsFromName(f"test_{part}")
    except environment.Unusable as trouble:
        print(trouble)
        return 0, 1
    except unittest.SkipTest as reason:
        print(f"  skipped: {reason}")
        return 0, 0
    result = unittest.TextTestRunner(sys.stdout, verbosity=0, resultclass=Counting).run(tests)
    failed = len(result.unsuccessful)
    # A failed setUpModule or setUpClass is no test that ran.
    passed = max(0, result.testsRun - failed)
    print(f"  {passed} passed, {failed} failed, {time.monotonic() - start:.0f} s", flush=True)
    return passed, failed


def bless(parts):
    """Has each of the parts that keep what the plugin shows write it anew. Returns 0 if all could."""
    worst = 0
    for part in parts:
        try:
            test = importlib.import_module(f"test_{part}")
        except unittest.SkipTest as reason:
            print(f"test_{part}.py skipped: {reason}")
            continue
        if hasattr(test, "bless"):
            worst = max(worst, test.bless() or 0)
    return worst


def run_here(parts):
    """Runs the parts with this machine's Wireshark."""
    version = environment.wireshark_version()
    print(f"Wireshark {version}", flush=True)
    start = time.monotonic()
    counts = [cargo_steps.run() if part == "cargo" else run_part(part) for part in ("cargo", *PARTS) if part in parts]
    passed, failed = (sum(column) for column in zip(*counts))
    minor_version = version.rpartition(".")[0]
    return matrix.Row(matrix.this_debian(), minor_version, passed, failed, seconds=time.monotonic() - start)


def main():
    parser = argparse.ArgumentParser(prog="tests/run", description="Installs what the tests need, and runs them.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these of: cargo, {', '.join(PARTS)}")
    parser.add_argument("--bless", action="store_true", help="write what the parts compare with anew from what the plugin shows now")
    parser.add_argument("--matrix", action="store_true", help="then run them with the other versions of Wireshark")
    choice = parser.parse_args()
    # What runs in the background ignores it, and would have all that the tests start ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if unknown := set(choice.parts) - {"cargo", *PARTS}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if choice.bless:
        return bless([part for part in PARTS if part in (choice.parts or PARTS)])
    parts = choice.parts or ["cargo", *PARTS]
    rows = [run_here(parts)]
    if choice.matrix:
        rows = matrix.run(rows[0], parts)
    passed, failed, skipped = (sum(getattr(row, count) for row in rows) for count in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
