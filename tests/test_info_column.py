"""What the plugin adds to a frame's row in the packet list.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import unittest

import environment
import reports
import sharkd
from reports import ONE_PASS, TWO_PASSES

# Its verdicts change as the file is read, some of them several at once.
CAPTURE = "article.pcapng"
OURS = re.compile(r" \[((?:\w+, \d+ %|frame \d+: now [^\]]+|TCP Reset Analysis failed))\]")


def rows(passes=ONE_PASS, options=()):
    """Our notes by frame, as tshark lists them; frames without one are left out."""
    run = environment.host().run("tshark", *passes, "-n", "-r", environment.captures()[CAPTURE], *options)
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    return notes(line.split(None, 1) for line in run.stdout.splitlines())


def notes(rows):
    found = ((int(number), OURS.findall(text)) for number, text in rows)
    return {number: notes for number, notes in found if notes}


def verdicts(passes):
    """What the notes have to say, by frame, from the fields."""
    reading = reports.read(environment.host(), environment.captures()[CAPTURE], passes)
    return {number: [f"{report.cause}, {report.confidence} %" for report in frame.verdicts]
            for number, frame in reading.frames.items() if frame.verdicts}


class InfoColumn(unittest.TestCase):
    def test_two_passes_show_the_final_verdicts_and_nothing_else(self):
        self.assertIn("firewall, 97 %", verdicts(TWO_PASSES)[12])
        self.assertEqual(rows(TWO_PASSES), verdicts(TWO_PASSES))

    def test_one_pass_shows_what_is_known_so_far_and_says_once_what_has_changed(self):
        shown, expected = rows(ONE_PASS), verdicts(ONE_PASS)
        self.assertEqual({number: shown[number] for number in expected}, expected)
        reading = reports.read(environment.host(), environment.captures()[CAPTURE], ONE_PASS)
        revising = {number: frame.revisions for number, frame in reading.frames.items() if frame.revisions}
        self.assertEqual(set(shown) - set(expected), set(revising) - set(expected))
        counts = set()
        for number, revisions in revising.items():
            (frame, cause), more = revisions[0], len(revisions) - 1
            self.assertEqual(shown[number][-1], f"frame {frame}: now {cause}" + (f", and {more} more" if more else ""))
            counts.add(more)
        self.assertTrue(max(counts, default=0) > 0, "the capture tests nothing")

    def test_rows_that_are_drawn_later_show_the_final_verdicts(self):
        _, frames = sharkd.ask(environment.host(), [sharkd.load(environment.captures()[CAPTURE]), ("frames", {})])
        self.assertEqual(notes((frame["num"], " ".join(frame["c"])) for frame in frames), verdicts(TWO_PASSES))

    def test_preference_switches_it_off(self):
        self.assertEqual(rows(options=["-o", "rstanalysis.info_column:FALSE"]), {})

    def test_disabled_protocol_adds_nothing(self):
        self.assertEqual(rows(options=["--disable-protocol", "rstanalysis"]), {})

    def test_nothing_is_made_where_no_column_is_shown(self):
        fields = ["-Y", "frame.number == 12", "-T", "fields", "-e", "rstanalysis.cause", "-e", "_ws.malformed"]
        run = environment.host("faults").run("tshark", "-n", "-r", environment.captures()[CAPTURE], *fields,
                                             environment={"RSTANALYSIS_FAULT": "throw-note.0:12"})
        self.assertEqual((run.stdout.split(), run.stderr), (["firewall"], ""))


if __name__ == "__main__":
    unittest.main()
