"""The preferences, as Wireshark stores them and as they change what the plugin says.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import re
import unittest

import environment
import reports

# The preferences that users store, with their defaults. A change here is a line in CHANGELOG.md.
PREFERENCES = {"info_column": "TRUE", "idle_timers": ""}


def fields(capture, setting=None, passes=reports.TWO_PASSES):
    """idle_timer and missing of the first reset, with a preference set as on a command line."""
    options = ["-o", f"rstanalysis.{setting}"] if setting is not None else []
    run = environment.host().run("tshark", *passes, "-n", "-r", str(capture), *options, "-Y", "rstanalysis.cause",
                                 "-T", "fields", "-e", "rstanalysis.idle_timer", "-e", "rstanalysis.missing")
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    timer, missing = run.stdout.splitlines()[0].split("\t")
    return timer, missing


class Preferences(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Its reset comes after 61 s of silence.
        cls.capture = environment.first_capture("idle_timeout-v4")

    def test_preferences_have_their_names_and_defaults(self):
        stored = environment.host().run("tshark", "-G", "currentprefs").stdout
        ours = dict(re.findall(r"^#?rstanalysis\.(\w+): ?(.*)$", stored, re.MULTILINE))
        self.assertEqual(ours, PREFERENCES)

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
        load = {"method": "load", "params": {"file": str(self.capture)}}
        change = {"method": "setconf", "params": {"name": "rstanalysis.idle_timers", "value": "61 lab firewall"}}
        look = {"method": "frames", "params": {"column0": "rstanalysis.idle_timer:1", "filter": "rstanalysis.cause"}}
        requests = [{"jsonrpc": "2.0", "id": number, **request} for number, request in enumerate([load, look, change, load, look], 1)]
        run = environment.host().run("sharkd", "-", input="".join(json.dumps(request) + "\n" for request in requests))
        before, after = [line for line in run.stdout.splitlines() if '"c":' in line]
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
