"""Frames shown in any order, as by clicks in Wireshark, and files opened one after the other in one process: by sharkd.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import random
import unittest
import xml.etree.ElementTree as xml

import environment
import sharkd

SCENARIOS = ["article", "lost_reset", "refused", "firewall-near", "data_after_close-ftp", "injected"]


def shown_by_tshark(capture):
    """The lines of our trees by frame, from a run with two passes."""
    run = environment.host().run("tshark", "-2", "-n", "-r", capture, "-Y", "rstanalysis", "-T", "pdml", "-J", "rstanalysis")
    return {int(packet.find(".//field[@name='num']").get("show")):
            [field.get("showname") for tree in packet.findall("proto[@name='rstanalysis']")
             for field in tree.findall("field") if field.get("name") != "_ws.expert"]
            for packet in xml.fromstring(run.stdout).iter("packet")}


def shown_by_sharkd(requests):
    """The lines of our trees, for each request that is a frame's number; a request that is a path opens that file."""
    answers = sharkd.ask(environment.host(), [sharkd.show(request) if isinstance(request, int) else sharkd.load(request)
                                              for request in requests])
    return [tree_lines(answer) for request, answer in zip(requests, answers) if isinstance(request, int)]


def tree_lines(answer):
    return [node["l"] for tree in sharkd.trees(answer) for node in tree["n"] if node.get("f") != "_ws.expert"]


class RandomAccess(unittest.TestCase):
    def setUp(self):
        self.paths = [environment.first_capture(scenario) for scenario in SCENARIOS]
        self.expected = {path: shown_by_tshark(path) for path in self.paths}

    def test_any_order_shows_what_two_passes_show(self):
        order = random.Random(1)
        for path, expected in self.expected.items():
            with self.subTest(path.name):
                self.assertTrue(expected)
                frames = [*expected, *expected]
                order.shuffle(frames)
                shown = shown_by_sharkd([path, *frames])
                self.assertEqual(shown, [expected[frame] for frame in frames])

    def test_frames_without_reset_show_nothing(self):
        path = self.paths[0]
        self.assertEqual(shown_by_sharkd([path, 1, 2, 1]), [[], [], []])

    def test_next_file_starts_afresh(self):
        requests, expected = [], []
        for path in [*self.paths, *reversed(self.paths)]:
            requests += [path, *self.expected[path]]
            expected += self.expected[path].values()
        self.assertEqual(shown_by_sharkd(requests), expected)


if __name__ == "__main__":
    unittest.main()
