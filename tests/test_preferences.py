"""The preferences, as Wireshark stores them and as they change what the plugin says.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import unittest

import environment
import reports
import sharkd

# The preferences that users store, with their defaults. A change here is a line in CHANGELOG.md.
PREFERENCES = {"info_column": "TRUE", "severity_floor": "Chat", "firewall_or_refused": "Most probable", "storm_resets": "3",
               "foreign_hops": "2", "idle_shown_ms": "1000", "idle_least_ms": "4800", "idle_long_ms": "50000", "idle_timers": ""}
# What each preference does: its value, a capture, and what a field of the capture's first reset says before and after.
EFFECTS = [
    ("firewall_or_refused:refused", "refused-alone-v4", "rstanalysis.cause", "firewall", "refused"),
    ("firewall_or_refused:firewall", "refused-v4", "rstanalysis.cause", "refused", "firewall"),
    ("storm_resets:50", "mass_abort-v4", "rstanalysis.cause", "mass_abort", "unread_data"),
    ("storm_resets:50", "injected-triplet", "rstanalysis.evidence", "answer no segment of their own", ""),
    ("foreign_hops:3", "article", "rstanalysis.evidence", "2 hops nearer (strong)", "2 hops nearer (medium)"),
    ("foreign_hops:0", "article", "rstanalysis.missing", "", "Preference foreign_hops: 0 is not between 1 and 64, so 1 is used"),
    ("storm_resets:4294967295", "article", "rstanalysis.missing", "", "4294967295 is not between 2 and 200, so 200 is used"),
    ("idle_shown_ms:100000", "idle_timeout-v4", "rstanalysis.idle", "61.", ""),
    ("idle_least_ms:100000", "idle_timeout-v4", "rstanalysis.idle_timer", "60 s", ""),
    ("idle_least_ms:1", "article", "rstanalysis.missing", "", "Preference idle_least_ms: 1 is not between 1000 and"),
    ("idle_long_ms:100000", "idle_timeout-v4", "rstanalysis.evidence", "Nobody had spoken for 61.0 s", ""),
]


def fields(capture, setting=None, passes=reports.TWO_PASSES):
    """idle_timer and missing of the first reset, with a preference set as on a command line."""
    options = ["-o", f"rstanalysis.{setting}"] if setting is not None else []
    run = environment.host().run("tshark", *passes, "-n", "-r", str(capture), *options, "-Y", "rstanalysis.cause",
                                 "-T", "fields", "-e", "rstanalysis.idle_timer", "-e", "rstanalysis.missing")
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    timer, missing = run.stdout.splitlines()[0].split("\t")
    return timer, missing


def first_value(capture, field, setting=None):
    """All values of a field of the first reset, final, with a preference set as on a command line."""
    options = ["-o", f"rstanalysis.{setting}"] if setting is not None else []
    run = environment.host().run("tshark", "-2", "-n", "-r", str(capture), *options, "-Y", "rstanalysis.cause",
                                 "-T", "fields", "-e", field, "-E", "aggregator=;")
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    return run.stdout.splitlines()[0]


def before_and_after_a_change(capture, setting, field):
    """All values of a field of the first reset, before and after a change of a preference in the same process."""
    name, value = setting.split(":", 1)
    load = sharkd.load(capture)
    change = "setconf", {"name": f"rstanalysis.{name}", "value": value}
    look = "frames", {"column0": f"{field}:0", "filter": "rstanalysis.cause", "limit": 1}
    _, before, _, _, after = sharkd.ask(environment.host(), [load, look, change, load, look])
    return [rows[0]["c"][0] for rows in (before, after)]


class Preferences(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Its reset comes after 61 s of silence.
        cls.capture = environment.first_capture("idle_timeout-v4")

    def test_preferences_have_their_names_and_defaults(self):
        stored = environment.host().run("tshark", "-G", "currentprefs").stdout
        ours = dict(re.findall(r"^#?rstanalysis\.(\w+): ?(.*)$", stored, re.MULTILINE))
        self.assertEqual(ours, PREFERENCES)

    def assert_says(self, text, expected, other):
        """Whether it says what is expected, and not the other thing."""
        self.assertIn(expected, text)
        if other and other not in expected:
            self.assertNotIn(other, text)

    def test_each_preference_has_its_effect(self):
        for setting, capture, field, before, after in EFFECTS:
            with self.subTest(setting=setting, capture=capture):
                path = environment.first_capture(capture)
                self.assert_says(first_value(path, field), before, after)
                self.assert_says(first_value(path, field, setting), after, before)

    def test_each_preference_takes_effect_without_a_new_start(self):
        for setting, capture, field, before, after in EFFECTS:
            with self.subTest(setting=setting, capture=capture):
                first, second = before_and_after_a_change(environment.first_capture(capture), setting, field)
                self.assert_says(first, before, after)
                self.assert_says(second, after, before)

    def test_what_is_preferred_keeps_its_own_confidence(self):
        path = environment.first_capture("refused-v4")
        names = ["cause", "confidence", "alternative", "alternative.confidence"]
        usual, preferred = ([first_value(path, f"rstanalysis.{name}", setting) for name in names]
                            for setting in (None, "firewall_or_refused:firewall"))
        self.assertEqual(preferred, usual[2:] + usual[:2])
        self.assertLess(int(usual[1]), 70)

    def test_what_the_evidence_decides_is_not_a_matter_of_preference(self):
        path = environment.first_capture("firewall-near")
        self.assertEqual(first_value(path, "rstanalysis.cause", "firewall_or_refused:refused"), "firewall")

    def test_expert_items_below_the_floor_are_left_out_and_nothing_else(self):
        path = environment.first_capture("article")
        values = lambda frames: {number: [{name: value for name, value in report.fields.items() if name != "_ws.expert"}
                                          for report in frame.reports] for number, frame in frames.items()}
        of_severity = {"harmless": "rstanalysis.harmless", "habit": "rstanalysis.habit", "problem": "rstanalysis.problem"}
        all = reports.read(environment.host(), path, reports.TWO_PASSES).frames
        for floor, kept in (("chat", ["harmless", "habit", "problem"]), ("note", ["habit", "problem"]), ("warn", ["problem"])):
            shown = reports.read(environment.host(), path, reports.TWO_PASSES, ["-o", f"rstanalysis.severity_floor:{floor}"]).frames
            self.assertEqual(values(shown), values(all))
            for report in (report for frame in shown.values() for report in frame.verdicts):
                severity = report.get("severity")
                self.assertEqual(report.experts, [of_severity[severity]] if severity in kept else [])

    def test_a_timer_of_the_user_is_named_beside_the_known_one(self):
        before, _ = fields(self.capture)
        after, missing = fields(self.capture, "idle_timers:61 lab firewall; 3 other")
        self.assertNotIn("lab firewall", before)
        self.assertIn("lab firewall 61 s", after)
        self.assertNotIn("idle_timers", missing)

    def test_one_pass_knows_the_preference_too(self):
        timer, _ = fields(self.capture, "idle_timers:61 lab firewall", reports.ONE_PASS)
        self.assertIn("lab firewall 61 s", timer)

    def test_a_change_counts_from_the_next_opening_on(self):
        before, after = before_and_after_a_change(self.capture, "idle_timers:61 lab firewall", "rstanalysis.idle_timer")
        self.assertNotIn("lab firewall", before)
        self.assertIn("lab firewall 61 s", after)

    def test_mistakes_are_told_in_words_and_the_rest_counts(self):
        timer, missing = fields(self.capture, "idle_timers:61 lab firewall; soon; -1 x; 5; \x01")
        self.assertIn("lab firewall 61 s", timer)
        self.assertIn('Preference idle_timers: "soon" is no idle timer', missing)

    def test_any_text_is_harmless(self):
        for text in (";" * 1000, "1e308 x", "NaN nan", "9" * 500 + " x", "%s%n 60 %s", "60 " + "ü" * 500):
            with self.subTest(text=text[:20]):
                timer, _ = fields(self.capture, f"idle_timers:{text}")
                self.assertLess(len(timer), 200)


if __name__ == "__main__":
    unittest.main()
