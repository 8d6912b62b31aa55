"""Whether the judgement of verdicts would notice bad ones.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import unittest

import figures
from judgement import LEAST_RIGHT, MOST_SURE_WRONG, SURE, Case, Score
from reports import Report


def case(label, said, confidence, split="rules", **more):
    fields = {"cause": said, "confidence": str(confidence), "origin": more.pop("origin", "endpoint"), "trigger_frame": more.pop("trigger", "1")}
    if alternative := more.pop("alternative", None):
        fields["alternative"] = alternative
    report = Report("", {f"rstanalysis.{name}": [value] for name, value in fields.items()}, [])
    return Case("made", split, {"frame": 2, "cause": label, "origin": "endpoint", "trigger_frame": 1, **more}, report)


def right(count, confidence=SURE, **more):
    return [case("refused", "refused", confidence, **more)] * count


class Judgement(unittest.TestCase):
    def faults(self, cases):
        return " ".join(Score(cases).faults())

    def test_right_verdicts_are_good_enough(self):
        self.assertEqual(self.faults(right(10)), "")

    def test_unknown_is_right_only_where_the_label_allows_it(self):
        self.assertEqual(case("refused", "unknown", 40).outcome, "unknown")
        self.assertEqual(case("refused", "unknown", 40, causes_allowed=["unknown"]).outcome, "right")

    def test_no_report_is_a_fault(self):
        silent = Case("made", "rules", {"frame": 2, "cause": "refused"}, None)
        self.assertIn("no report", self.faults([silent, *right(99)]))

    def test_too_few_right_among_the_sure_is_a_fault(self):
        wrong = [case(f"label{number}", f"verdict{number}", SURE) for number in range(4)]
        self.assertIn(f"at {SURE} % or more are right", self.faults(right(96) + wrong))
        self.assertEqual(self.faults(right(97) + wrong[:3]), "")

    def test_each_split_has_to_be_good_enough(self):
        figures = right(18, split="figures") + [case("refused", "firewall", SURE, split="figures")]
        self.assertIn("split figures", self.faults(right(1000) + figures))

    def test_repeats_do_not_hide_wrong_verdicts(self):
        wrong = [case("refused", "firewall", 60)] * 2
        self.assertIn("that are no repeats are right", self.faults(right(1000, first_reset=1) + right(10) + wrong))

    def test_one_cause_wrong_more_often_than_allowed_is_a_fault(self):
        for wrong in ([case("refused", f"verdict{number}", SURE) for number in range(MOST_SURE_WRONG + 1)],
                      [case(f"label{number}", "refused", SURE) for number in range(MOST_SURE_WRONG + 1)]):
            self.assertIn("may be", self.faults(right(1000) + wrong))
            self.assertEqual(self.faults(right(1000) + wrong[1:]), "")

    def test_too_few_right_verdicts_or_trigger_frames_are_a_fault(self):
        self.assertIn(f"{LEAST_RIGHT:.0%} are needed", self.faults(right(80) + [case("refused", "firewall", 40)] * 20))
        self.assertIn("trigger frames", self.faults(right(97) + [case("refused", "refused", 80, trigger="9")] * 3))

    def test_macro_average_counts_each_cause_the_same(self):
        self.assertEqual(Score(right(98) + [case("no_service", "refused", 40)] * 2).macro_average, 0.5)

    def test_abstaining_is_neither_right_nor_wrong(self):
        self.assertIsNone(case("refused", "refused", 80, origin="unknown").agrees("origin"))
        self.assertFalse(case("refused", "refused", 80, origin="middlebox").agrees("origin"))


class Figures(unittest.TestCase):
    def setUp(self):
        self.text = figures.summary(Score([
            *right(3, 96), case("refused", "firewall", 60, alternative="refused"), case("refused", "firewall", 60, origin="unknown"),
            case("firewall", "unknown", 30), case("injected", "refused", 80, causes_allowed=["refused"])]))

    def test_confusion_matrix_shows_only_what_is_confused(self):
        matrix = self.text.split("\n\n")[1].splitlines()
        self.assertEqual([line.split() for line in matrix[2:]],
                         [["firewall", "0", ".", "1"], ["refused", "3", "2", "."], ["a", "firewall", "b", "unknown"]])

    def test_each_band_shows_what_was_right_beside_what_was_stated(self):
        for line in ("50 to 69 %       0 of 2 (0.0%)              60.0%", "90 to 100 %      3 of 3 (100.0%)            96.0%"):
            self.assertIn(line, self.text)

    def test_alternatives_and_abstentions_are_counted(self):
        self.assertIn("\nnot right: the alternative is right in 1 of 3 (33.3%)", self.text)
        self.assertIn("origin: 6 of 6 (100.0%) right of those judged, 1 abstained", self.text)


if __name__ == "__main__":
    unittest.main()
