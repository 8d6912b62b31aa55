"""Under valgrind: no access to memory that is not ours, and none that is lost.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import unittest
import xml.etree.ElementTree as xml

import environment
import reports

OURS = "rstanalysis.so"
REGISTRATION = "epan_init"
CAPTURES = ["article", "lost_reset", "injected"]
# Makes a build with faults lose memory in a frame of the first one that is TCP.
FAULT = {"RSTANALYSIS_FAULT": "leak-observe:12"}


def faults(kind, capture, passes, fault=None):
    """What valgrind finds in tshark that has our code on the stack: kinds of errors."""
    host = environment.host(kind)
    found = environment.own_folder("valgrind") / "found.xml"
    # What a plugin still holds when Wireshark unloads it would count as lost.
    run = host.run("valgrind", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite", "--xml=yes",
                   f"--xml-file={found}", "tshark", *passes, "-n", "-r", capture, "-V",
                   environment={"G_DEBUG": "resident-modules", **(fault or {})})
    if run.returncode != 0:
        raise AssertionError(f"valgrind tshark: {run.stderr}")
    if "TCP Reset Analysis" not in run.stdout:
        raise AssertionError("the plugin was not in")
    return [error.findtext("kind") for error in xml.parse(found).iter("error") if concerns_us(list(error.iter("frame")))]


def concerns_us(frames):
    """Whether our code is on the stack, but for what is registered once, and epan forgets when it ends."""
    ours = any(frame.findtext("obj", "").endswith(OURS) for frame in frames)
    return ours and not any(frame.findtext("fn") == REGISTRATION for frame in frames)


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
