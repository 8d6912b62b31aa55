"""Whether benches/run measures what it says: its captures hold what they should, a variant without what it is called
after is refused, and the targets are judged by the worst. What it measures is no test: times differ.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import sys
import unittest

import environment
from usage import Usage

sys.path.insert(0, str(environment.REPOSITORY / "benches"))

from measuring import captures, shapes, targets, variants
from measuring.trouble import Trouble

PACKETS = 3000


def shown(variant, capture, *options):
    return variant.host.run("tshark", "-n", *variant.options, "-r", capture.path, *options).stdout.splitlines()


class Variants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.variants = variants.all_of_them(environment.build())

    def test_are_what_they_are_called_after(self):
        with captures.made("short", PACKETS) as capture:
            variants.check(self.variants, capture.path)

    def test_are_refused_where_they_lack_it(self):
        bare = self.variants["none"]
        with captures.made("short", PACKETS) as capture:
            for name in ("plugin", "transum", "lua"):
                with self.subTest(name), self.assertRaises(Trouble):
                    variants.check({**self.variants, name: bare}, capture.path)

    def test_without_the_plugin_has_none(self):
        with captures.made("short", PACKETS) as capture, self.assertRaises(Trouble):
            variants.check({**self.variants, "none": self.variants["plugin"]}, capture.path)

    def test_show_the_same_resets(self):
        with captures.made("short", PACKETS) as capture:
            for filter in ("rstanalysis", "tcp.flags.reset==1"):
                self.assertEqual(len(shown(self.variants["plugin"], capture, "-Y", filter)), capture.resets)
            self.assertEqual(len(shown(self.variants["lua"], capture, "-Y", "rstlua.cause")), capture.resets)


class Captures(unittest.TestCase):
    def test_hold_no_packet_that_wireshark_finds_malformed(self):
        host = environment.host(None)
        for shape in shapes.SHAPES:
            with self.subTest(shape), captures.made(shape, PACKETS) as capture:
                self.assertEqual(host.run("tshark", "-r", capture.path, "-Y", '_ws.malformed || _ws.expert.severity == "Error"').stdout, "")

    def test_hold_as_many_packets_and_conversations_as_they_say(self):
        host = environment.host(None)
        for shape in shapes.SHAPES:
            with self.subTest(shape), captures.made(shape, PACKETS) as capture:
                streams = host.run("tshark", "-n", "-r", capture.path, "-T", "fields", "-e", "tcp.stream").stdout.splitlines()
                self.assertEqual(len(streams), PACKETS)
                self.assertEqual(len(set(filter(None, streams))), capture.conversations)


def figures(plugin, transum=1.32, lua=2.25):
    """Of tshark that takes a second alone, and so many with each of these."""
    usages = {name: [Usage(status=0, errors="", user=seconds, system=0, resident=0, lines=0)]
              for name, seconds in {"none": 1, "plugin": plugin, "transum": transum, "lua": lua}.items()}
    counts = {name: runs[0].user * 1e9 for name, runs in usages.items()}
    capture = captures.Capture(None, 1000, 100, 10)
    smaller = shapes.Resident(captures.Capture(None, 500, 50, 5), alone=0, added=0)
    return shapes.Figures(capture, usages, capture, counts, smaller)


class Targets(unittest.TestCase):
    def test_are_judged_by_the_worst(self):
        rows = {row[0]: row[1:] for row in targets.rows({"mix": figures(1.02), "short": figures(1.06)})}
        self.assertEqual(rows["at most 3 % CPU on the mix"], ["+2.0 % (mix)", "met"])
        self.assertEqual(rows["at most 5 % CPU on the worst"], ["+6.0 % (many short conversations)", "missed"])
        self.assertEqual(rows["at most a tenth of what TRANSUM adds"][1], "missed")
        self.assertEqual(rows["at most a thirtieth of what Lua adds"], ["1/20.8 (many short conversations)", "missed"])

    def test_are_met_by_a_plugin_that_costs_little(self):
        rows = list(targets.rows({"mix": figures(1.01)}))
        self.assertEqual({row[2] for row in rows}, {"met"})


if __name__ == "__main__":
    unittest.main()
