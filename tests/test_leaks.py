"""Under valgrind: no access to memory that is not ours, and none that is lost.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import unittest

import environment
import reports
import valgrind

CAPTURES = ["article", "lost_reset", "injected"]
# Makes a build with faults lose memory in a frame of the first one that is TCP.
FAULT = {"RSTANALYSIS_FAULT": "leak-observe:12"}


def faults(kind, capture, passes, fault=None):
    """The kinds of errors, of a run in which the plugin had something to say."""
    run, found = valgrind.run(kind, capture, passes, fault)
    if run.returncode != 0:
        raise AssertionError(f"valgrind tshark: {run.stderr}")
    if "TCP Reset Analysis" not in run.stdout:
        raise AssertionError("the plugin was not in")
    return found


class Leaks(unittest.TestCase):
    def test_one_that_is_made_is_found(self):
        self.assertEqual(faults("faults", environment.first_capture(CAPTURES[0]), reports.ONE_PASS, FAULT), ["Leak_DefinitelyLost"])

    def test_nothing_is_lost_and_nothing_else_touched(self):
        for name in CAPTURES:
            for passes in (reports.ONE_PASS, reports.TWO_PASSES):
                with self.subTest(name, passes=passes):
                    self.assertEqual(faults("release", environment.first_capture(name), passes), [])


if __name__ == "__main__":
    unittest.main()
