"""Every bundled capture, read in one pass and in two: what must hold for each, and how good the verdicts are in all.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import functools
import unittest

import environment
import figures
import judgement
import reports
from reports import ONE_PASS, TWO_PASSES, causes_of, final_causes

# A packet that changes more verdicts than this does not list them all (MOST_REVISIONS in src/session.rs).
MOST_REVISIONS = 64

# What loading, cancelling and leaving pages brings: nobody has to be warned of it.
BROWSING = {"normal_close", "in_flight", "data_after_close", "cancelled", "app_abort", "unread_data", "early_response", "health_check",
            "handshake_abandoned", "already_reset", "fin_wait_timeout", "port_reuse", "tls_failure", "unknown"}
ALARMING = {"rstanalysis.problem", "rstanalysis.failure"}


@functools.cache
def readings(passes):
    return reports.read_all(environment.host(), environment.captures(), passes)


class EveryCapture:
    """Made into a test case for each capture."""
    name = None

    def setUp(self):
        self.one, self.two = readings(ONE_PASS)[self.name], readings(TWO_PASSES)[self.name]
        labels = judgement.labels_of(environment.CAPTURES / self.name)
        self.labels = {label["frame"]: label for label in labels["resets"]} if labels else {}
        # tshark does not show the flags there; from 4.6 on it may.
        self.cut = {number for number, label in self.labels.items() if label.get("truncated")}
        self.copies = judgement.copies_of(labels)

    def test_tshark_ends_well(self):
        for reading in (self.one, self.two):
            self.assertEqual((reading.status, reading.errors), (0, ""))

    def test_each_reset_has_one_report(self):
        for reading in (self.one, self.two):
            counts = {number: (frame.resets, len(frame.verdicts))
                      for number, frame in reading.frames.items() if number not in self.cut}
            self.assertEqual({number: count for number, count in counts.items() if count[0] != count[1]}, {})

    def test_nothing_fails(self):
        for reading in (self.one, self.two):
            self.assertEqual([frame.number for frame in reading.frames.values() if frame.failed or frame.malformed], [])

    def test_provisional_is_what_a_single_pass_says(self):
        for reading, expected in ((self.one, True), (self.two, False)):
            wrong = [frame.number for frame in reading.frames.values()
                     for report in frame.verdicts if report.provisional != expected]
            self.assertEqual(wrong, [])

    def test_revisions_lead_to_the_final_causes(self):
        listed = collections.Counter(number for number, frame in self.one.frames.items() for _ in frame.revisions)
        if max(listed.values(), default=0) < MOST_REVISIONS:
            self.assertEqual(final_causes(self.one, self.copies), causes_of(self.two))

    def test_copies_take_the_verdict_of_their_original(self):
        causes = causes_of(self.two)
        self.assertEqual({copy: causes[copy] for copy in self.copies},
                         {copy: causes[original] for copy, original in self.copies.items()})

    def test_revised_verdicts_name_the_reviser(self):
        revisers = {revised: frame.number for frame in self.one.frames.values() for revised, _ in frame.revisions}
        named = {number: self.two.frames[number].verdicts[0].frame("revised_by") for number in revisers}
        self.assertEqual(named, revisers)

    def test_label_file_names_its_resets_only(self):
        if self.labels:
            shown = {frame.number for frame in self.two.frames.values() if frame.resets}
            self.assertEqual(self.labels.keys() - self.cut, shown - self.cut)


def case_for(name):
    return type(f"Capture {name}", (EveryCapture, unittest.TestCase), {"name": name})


class Browsing(unittest.TestCase):
    """Captures in which nothing happens that somebody who browses the web could complain of."""

    def setUp(self):
        labelled = {name: labels for name in environment.captures() if (labels := judgement.labels_of(environment.CAPTURES / name))}
        self.ordinary = [name for name, labels in labelled.items() if labels["scenario"] == "ordinary"]
        self.harmless = [name for name, labels in labelled.items()
                         if all(set(judgement.Case(name, labels["split"], label, None).accepted) <= BROWSING for label in labels["resets"])]

    def test_ordinary_browsing_shows_nothing(self):
        self.assertTrue(self.ordinary)
        for passes in (ONE_PASS, TWO_PASSES):
            shown = [report.heading for name in self.ordinary for frame in readings(passes)[name].frames.values() for report in frame.reports]
            self.assertEqual(shown, [])

    def test_harmless_resets_show_no_warning(self):
        resets = 0
        for name in self.harmless:
            for passes in (ONE_PASS, TWO_PASSES):
                reports = [report for frame in readings(passes)[name].frames.values() for report in frame.reports]
                resets += len(reports)
                with self.subTest(capture=name, passes=passes):
                    self.assertEqual([report.heading for report in reports if set(report.experts) & ALARMING], [])
        self.assertTrue(resets)


class Accuracy(unittest.TestCase):
    """Over all captures with a label file."""

    def score(self, split):
        labelled = {name: labels for name in environment.captures()
                    if (labels := judgement.labels_of(environment.CAPTURES / name)) and labels["split"] == split}
        self.assertTrue(labelled)
        return judgement.Score(case for name, labels in labelled.items()
                               for case in judgement.cases_of(name, labels, readings(TWO_PASSES)[name]))

    def test_verdicts_are_good_enough_where_the_rules_were_made(self):
        self.judge("rules")

    def test_verdicts_are_good_enough_where_they_were_not(self):
        self.judge("figures")

    def judge(self, split):
        score = self.score(split)
        print(f"\nSplit {split}:\n{figures.wrongs(score)}\n\n{figures.summary(score)}\n", flush=True)
        self.assertEqual(score.faults(), [])


def load_tests(loader, tests, pattern):
    for name in environment.captures():
        tests.addTests(loader.loadTestsFromTestCase(case_for(name)))
    return tests


if __name__ == "__main__":
    unittest.main()
