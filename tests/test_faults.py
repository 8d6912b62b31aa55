"""Faults on demand, in each phase: the frame says so, the rest of the file is analysed as if nothing had happened.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import re
import unittest

import environment
import reports
from reports import ONE_PASS, TWO_PASSES

# Several connections, each with its own kind of reset.
CAPTURE = "article.pcapng"


@functools.cache
def undisturbed(passes):
    return reports.read(environment.host("faults"), environment.captures()[CAPTURE], passes)


def disturbed(fault, frame, passes):
    return reports.read(environment.host("faults"), environment.captures()[CAPTURE], passes,
                        environment={"RSTANALYSIS_FAULT": f"{fault}:{frame}"})


@functools.cache
def streams():
    """The connection of each frame."""
    run = environment.host("faults").run("tshark", "-n", "-r", environment.captures()[CAPTURE], "-Y", "tcp",
                                         "-T", "fields", "-e", "frame.number", "-e", "tcp.stream")
    return {int(number): stream for number, stream in (line.split("\t") for line in run.stdout.splitlines())}


@functools.cache
def first_resets():
    """The first reset of each connection."""
    firsts = {}
    for number in sorted(undisturbed(ONE_PASS).frames):
        if undisturbed(ONE_PASS).frames[number].resets:
            firsts.setdefault(streams()[number], number)
    return sorted(firsts.values())


class Faults(unittest.TestCase):
    def setUp(self):
        self.assertGreater(len(first_resets()), 3)

    def check(self, fault, frame, passes, expected_unlike):
        """Runs with the fault; frames for which `expected_unlike` holds may differ, all others must not."""
        normal, reading = undisturbed(passes), disturbed(fault, frame, passes)
        self.assertEqual((reading.status, reading.errors), (0, ""))
        for number, expected in normal.frames.items():
            if not expected_unlike(number):
                self.assertEqual(reading.frames.get(number), expected, f"frame {number}")
        self.assertEqual({number for number in reading.frames.keys() - normal.frames.keys() if not expected_unlike(number)}, set())
        return reading.frames.get(frame)

    def same_connection(self, frame):
        return lambda number: streams()[number] == streams()[frame]

    def assert_failed(self, shown):
        self.assertIsNotNone(shown, "the frame shows nothing")
        self.assertEqual([report.experts for report in shown.reports], [["rstanalysis.failure"]])

    def test_panic_while_observing_a_reset_is_shown_there(self):
        for frame in first_resets():
            for passes in (ONE_PASS, TWO_PASSES):
                with self.subTest(frame=frame, passes=passes):
                    self.assert_failed(self.check("panic-observe", frame, passes, self.same_connection(frame)))

    def test_panic_while_observing_data_is_shown_there(self):
        for frame in (number - 1 for number in first_resets()):
            with self.subTest(frame=frame):
                self.assert_failed(self.check("panic-observe", frame, TWO_PASSES, self.same_connection(frame)))

    def test_panic_while_recalling_concerns_that_frame_only(self):
        for frame in first_resets():
            for passes in (ONE_PASS, TWO_PASSES):
                with self.subTest(frame=frame, passes=passes):
                    self.assert_failed(self.check("panic-recall", frame, passes, lambda number: number == frame))

    def test_exception_while_reading_is_malformed_there(self):
        for frame in first_resets():
            with self.subTest(frame=frame):
                self.assertTrue(self.check("throw-read", frame, ONE_PASS, self.same_connection(frame)).malformed)
                self.check("throw-read", frame, TWO_PASSES, self.same_connection(frame))

    def test_exception_while_rendering_concerns_that_frame_only(self):
        for frame in first_resets():
            for passes in (ONE_PASS, TWO_PASSES):
                with self.subTest(frame=frame, passes=passes):
                    shown = self.check("throw-render", frame, passes, lambda number: number == frame)
                    self.assertTrue(shown.malformed)

    def statistics(self, fault):
        """What both statistics count of each conversation and of all, with the fault; the run has to end well."""
        run = environment.host("faults").run("tshark", "-n", "-q", "-r", environment.captures()[CAPTURE], "-z", "rstanalysis,tree",
                                             "-z", "rstanalysis,conversations", environment={"RSTANALYSIS_FAULT": fault})
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        total = re.search(r"^TCP resets +(\d+)", run.stdout, re.MULTILINE)
        rows = [line.split("|") for line in run.stdout.splitlines() if line.count("|") > 9][1:]
        return total and int(total[1]), [int(row[9]) for row in rows]

    def test_panic_while_counting_loses_that_frame_only(self):
        total, rows = self.statistics("none:0")
        self.assertEqual(sum(rows), total)
        frame = first_resets()[0]
        self.assertEqual(self.statistics(f"panic-note:{frame}"), (total - 1, rows[1:]))

    def test_panic_while_adding_up_leaves_the_statistics_empty(self):
        self.assertEqual(self.statistics("panic-rows:0"), (None, []))

    def test_faults_are_not_in_the_product(self):
        reading = reports.read(environment.host(), environment.captures()[CAPTURE], ONE_PASS,
                               environment={"RSTANALYSIS_FAULT": f"panic-recall:{first_resets()[0]}"})
        self.assertFalse(any(frame.failed for frame in reading.frames.values()))


if __name__ == "__main__":
    unittest.main()
