"""Wireshark set up otherwise than usual: preferences, protocols that are switched off, and trees that may hold few items. With the
debug build, where an overflow is a failure that shows.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import concurrent.futures
import functools
import unittest

import environment
import reports
from mutants import HEADING, our_lines
from reports import TWO_PASSES, causes_of
from test_bad_input import everything

# The numbers, times and options of TCP we take from the bytes, so nothing of this matters; what of TCP or IP was put together first
# may change what is heard of an application, but no cause.
INDIFFERENT = [
    "tcp.relative_sequence_numbers:FALSE", "tcp.analyze_sequence_numbers:FALSE", "tcp.calculate_timestamps:FALSE",
    "tcp.ignore_tcp_timestamps:TRUE", "tcp.track_bytes_in_flight:FALSE", "tcp.bif_seq_based:TRUE", "tcp.default_window_scaling:7",
    "tcp.fastrt_supersedes_ooo:FALSE", "tcp.read_seq_as_syn_cookie:TRUE", "tcp.dissect_experimental_options_rfc6994:FALSE",
    "tcp.summary_in_tree:FALSE", "tcp.check_checksum:TRUE", "tcp.no_subdissector_on_error:FALSE", "tcp.try_heuristic_first:TRUE",
    "tcp.desegment_tcp_streams:FALSE", "tcp.reassemble_out_of_order:TRUE",
    "ip.defragment:FALSE", "ip.check_checksum:TRUE", "ip.tso_support:FALSE", "ip.decode_tos_as_diffserv:FALSE", "ip.summary_in_tree:FALSE",
    "ipv6.defragment:FALSE", "ipv6.tso_support:TRUE", "ipv6.exthdr_under_root_protocol_tree:TRUE", "ipv6.summary_in_tree:FALSE"]
APPLICATIONS = ["http", "tls", "ftp", "smtp", "ssh"]


def article():
    return environment.captures()["article.pcapng"]


def originals():
    return [article(), everything()]


def settings(*preferences):
    return [part for preference in preferences for part in ("-o", preference)]


def without(*protocols):
    return [part for protocol in protocols for part in ("--disable-protocol", protocol)]


class Case(unittest.TestCase):
    def read(self, capture, *options):
        reading = reports.read(environment.host("debug"), capture, TWO_PASSES, options)
        self.assertEqual((reading.status, reading.errors), (0, ""))
        self.assertEqual((reading.failures(), reading.misjudged()), ([], {}))
        return reading


class Preferences(Case):
    def test_each_that_does_not_matter(self):
        usual = causes_of(self.read(article()))
        self.assertTrue(usual)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            unusual = pool.map(lambda preference: self.read(article(), *settings(preference)), INDIFFERENT)
        for preference, reading in zip(INDIFFERENT, unusual):
            with self.subTest(preference):
                self.assertEqual(causes_of(reading), usual)

    def test_all_at_once(self):
        self.assertEqual(causes_of(self.read(everything(), *settings(*INDIFFERENT))), causes_of(self.read(everything())))


class Protocols(Case):
    def test_nothing_is_said_without_the_layers_below(self):
        for protocol in ("eth", "tcp"):
            for capture in originals():
                with self.subTest(protocol, capture=capture.name):
                    self.assertEqual(self.read(capture, *without(protocol)).frames, {})
        self.assertEqual(self.read(article(), *without("ip")).frames, {})

    def test_one_kind_of_ip_is_analysed_without_the_other(self):
        usual = set(causes_of(self.read(everything())))
        left = [set(causes_of(self.read(everything(), *without(protocol)))) for protocol in ("ip", "ipv6")]
        self.assertTrue(all(left))
        # A tunnel of one kind through the other needs both.
        self.assertEqual(left[0] & left[1], set())
        self.assertLess(len(usual - left[0] - left[1]), len(usual) // 100)
        self.assertEqual((left[0] | left[1]) - usual, set())

    def test_what_an_application_would_have_told_is_missed_only(self):
        for capture in originals():
            usual = causes_of(self.read(capture)).keys()
            for missing in (APPLICATIONS, ["vxlan"] if capture == article() else ["http"]):
                with self.subTest(missing, capture=capture.name):
                    self.assertEqual(causes_of(self.read(capture, *without(*missing))).keys(), usual)

    def test_plugin_that_a_profile_disables_is_as_if_it_were_not_there(self):
        host = environment.Host("debug")
        profile = host.home / ".config" / "wireshark"
        profile.mkdir(parents=True)
        (profile / "disabled_protos").write_text("rstanalysis\n")
        disabled = reports.read(host, article(), TWO_PASSES)
        self.assertEqual(causes_of(disabled), {})
        self.assertEqual(disabled.host_says(), reports.read(environment.host(None), article(), TWO_PASSES).host_says())


class Limits(unittest.TestCase):
    # Of items in a frame's tree: from none but Wireshark's own first one to all of ours.
    ITEMS = [5, 80, *range(100, 240, 15)]
    # Of levels in it.
    DEPTHS = range(1, 9)

    def read(self, kind, limit, *passes):
        """Status, errors and all details, ours left out, and how many reports there are. All details are shown: a wish for some of them,
        as ours, then adds none."""
        run = environment.host(kind).run("tshark", *passes, "-n", "-r", article(), "-V", *settings(limit))
        ours = list(our_lines(run.stdout))
        others = collections.Counter(run.stdout.split("\n")) - collections.Counter(ours)
        return (run.returncode, reports.timeless(run.stderr), others), sum(line.startswith(HEADING) for line in ours)

    def compare(self, preference, values):
        """Returns how many reports there are with each value."""
        limits = [f"{preference}:{value}" for value in values]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            ours, bare = (list(pool.map(functools.partial(self.read, kind), limits)) for kind in ("debug", None))
        for limit, (shown, _), (usual, _) in zip(limits, ours, bare):
            # Where Wireshark itself aborts, as 4.6 does at some limits, what it had printed by then is chance.
            compared = slice(None) if usual[0] >= 0 else slice(1)
            with self.subTest(limit):
                self.assertEqual(shown[compared], usual[compared])
        return [count for _, count in ours]

    def test_our_items_never_make_a_frame_malformed(self):
        counts = self.compare("gui.max_tree_items", self.ITEMS)
        self.assertTrue(any(0 < count < max(counts) for count in counts), f"no limit left out some reports only: {counts}")

    def test_our_items_are_never_the_one_too_many(self):
        # In the first of two passes, Wireshark builds only those trees that we want: they may be too large, but not by ours.
        for items in self.ITEMS:
            (_, errors, _), _ = self.read("debug", f"gui.max_tree_items:{items}", *TWO_PASSES)
            with self.subTest(items):
                self.assertNotIn("rstanalysis", errors)

    def test_our_levels_never_make_a_frame_malformed(self):
        self.compare("gui.max_tree_depth", self.DEPTHS)


if __name__ == "__main__":
    unittest.main()
