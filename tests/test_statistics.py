"""The statistics: what tshark -z and Wireshark's windows show of all resets, always with the verdicts that are known in the end.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import re
import unittest

import environment
import reports
import sharkd

TREE, TABLE = "rstanalysis,tree", "rstanalysis,conversations"
TITLES = ["Client", "Client port", "Server", "Server port", "Cause", "Confidence (%)", "Origin", "Outcome", "First reset", "Resets",
          "Explanation"]
NODE = re.compile(r"( *)(\S.*?) {2,}(\d+) ")
PERCENT = re.compile(r"\d[\d.]*%")

# In a single pass a later packet changes a verdict of each of these.
REVISED = ["connect_scan-nmap-v4-3ms-client", "mass_abort-admin-v4-3ms-client", "lost_reset-closed-v4-40ms-client",
           "asymmetric_path-answers-v4-1ms-r2", "already_reset-v4-1ms-server"]
# Copies of resets, resets of both sides, IPv6, an overlay network, many conversations.
OTHERS = ["article", "app_abort-doubled-v4-3ms-client-span", "app_abort-doubled-v6-30ms-client-routed", "injected-pair_server-v4-1ms-r2wan",
          "vxlan-v4-1ms-client", "half_open_scan-zmap-v4-12ms-client", "quoted_in_icmp-v4-1ms-client"]
COPY = "The same packet as frame "


def capture(name):
    return environment.captures()[name + ".pcapng"]


def statistics(path, *wanted, passes=reports.ONE_PASS, options=()):
    """What a quiet tshark prints with these -z."""
    arguments = [argument for statistic in wanted for argument in ("-z", statistic)]
    run = environment.host().run("tshark", "-n", *passes, "-q", "-r", path, *options, *arguments)
    if (run.returncode, run.stderr) != (0, ""):
        raise AssertionError(f"tshark ended with {run.returncode}: {run.stderr}")
    return run.stdout


def trees(output):
    """Each tree that tshark printed: its nodes as (depth, name, count), in order."""
    found = []
    for part in output.split("\nTCP Reset Analysis:\nTopic / Item")[1:]:
        lines = part.split("---\n", 1)[1].split("\n\n", 1)[0].splitlines()
        found.append([(len(node[1]), node[2], int(node[3])) for node in map(NODE.match, lines)])
    return found


def tables(output):
    """The rows of each table that tshark printed, by the columns' titles."""
    found = []
    for part in output.split("TCP Reset Analysis: Conversations:\nFilter for statistics: ")[1:]:
        head, *rows = [[cell.strip() for cell in line.split("|")][:-1] for line in part.split("\n====")[0].splitlines()[1:] if line]
        found.append([dict(zip(head, row)) for row in rows])
    return found


def counts(tree):
    """A tree as a Counter of (cause, server)."""
    found, cause = collections.Counter(), None
    for depth, name, count in tree:
        if depth == 1:
            cause = name
        elif depth == 2:
            found[cause, name] += count
    return found


def verdicts(path, *options):
    """Frame and report of each reset that is no copy, with the whole file known."""
    reading = reports.read(environment.host(), path, reports.TWO_PASSES, options)
    return [(number, report) for number, frame in sorted(reading.frames.items()) for report in frame.verdicts
            if not any(evidence.startswith(COPY) for evidence in report.fields.get("rstanalysis.evidence", []))]


def server(report):
    address, port = report.get("server"), report.get("server.port")
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def ends(report):
    """The conversation's two ends."""
    return tuple(report.get(name) for name in ("client", "client.port", "server", "server.port"))


class Counts(unittest.TestCase):
    def test_one_pass_counts_what_two_passes_show(self):
        for name in REVISED + OTHERS:
            with self.subTest(capture=name):
                shown = [report for _, report in verdicts(capture(name))]
                expected = collections.Counter((report.cause, server(report)) for report in shown)
                for passes in (reports.ONE_PASS, reports.TWO_PASSES):
                    tree, = trees(statistics(capture(name), TREE, passes=passes))
                    self.assertEqual(tree[0], (0, "TCP resets", len(shown)))
                    self.assertEqual(counts(tree), expected)

    def test_those_captures_do_change_verdicts_and_hold_copies(self):
        for name in REVISED:
            reading = reports.read(environment.host(), capture(name), reports.ONE_PASS)
            self.assertTrue([frame for frame in reading.frames.values() if frame.revisions], name)
        reading = reports.read(environment.host(), capture(OTHERS[1]), reports.TWO_PASSES)
        self.assertGreater(sum(len(frame.verdicts) for frame in reading.frames.values()), len(verdicts(capture(OTHERS[1]))))

    def test_causes_add_up_and_show_their_share(self):
        output = statistics(capture("article"), TREE)
        tree, = trees(output)
        causes = [count for depth, _, count in tree if depth == 1]
        self.assertEqual((sum(causes), causes), (tree[0][2], sorted(causes, reverse=True)))
        line = next(line for line in output.splitlines() if line.startswith(" lost_reset"))
        self.assertEqual(PERCENT.findall(line), ["70.00%"])

    def test_a_filter_leaves_out_what_does_not_pass(self):
        path = capture("article")
        for filter in ("tcp.port == 22", "frame.number > 100", "rstanalysis.cause == \"firewall\""):
            with self.subTest(filter=filter):
                shown = [report for _, report in verdicts(path, "-Y", f"rstanalysis.cause and ({filter})")]
                tree, = trees(statistics(path, f"{TREE},{filter}"))
                self.assertEqual(counts(tree), collections.Counter((report.cause, server(report)) for report in shown))
                table, = tables(statistics(path, f"{TABLE},{filter}"))
                self.assertEqual(sum(int(row["Resets"]) for row in table), len(shown))
                self.assertTrue(shown)

    def test_a_preference_that_changes_verdicts_changes_the_counts(self):
        path = capture("refused-alone-v4-1ms-client")
        for choice in ("firewall", "refused"):
            options = ("-o", f"rstanalysis.firewall_or_refused:{choice}")
            report, = [report for _, report in verdicts(path, *options)]
            tree, = trees(statistics(path, TREE, options=options))
            self.assertEqual((counts(tree), report.cause), ({(choice, server(report)): 1}, choice))

    def test_each_tree_has_a_filter_of_its_own(self):
        first, second = trees(statistics(capture("article"), f"{TREE},tcp.port == 22", f"{TREE},tcp.port == 8443"))
        self.assertEqual(sorted(tree[0][2] for tree in (first, second)), [1, 2])

    def test_session_that_starts_anew_keeps_what_was_counted(self):
        # tshark forgets its packets, and with them the plugin its conversations; that alone may change verdicts.
        run = environment.host().run("tshark", "-n", "-M", "60", "-q", "-r", capture("article"), "-z", TREE, "-z", TABLE)
        self.assertIn("resetting session", run.stderr)
        tree, = trees(run.stdout)
        table, = tables(run.stdout)
        self.assertEqual(tree[0], (0, "TCP resets", 20))
        self.assertEqual(sum(int(row["Resets"]) for row in table), 20)
        self.assertIn((1, "firewall", 2), tree)


class Conversations(unittest.TestCase):
    def test_each_conversation_shows_its_first_verdict_and_counts_its_resets(self):
        for name in REVISED + OTHERS:
            with self.subTest(capture=name):
                conversations = collections.defaultdict(dict)
                for number, report in verdicts(capture(name)):
                    conversations[ends(report)][number] = report
                table, = tables(statistics(capture(name), TABLE))
                rows = {tuple(row[title] for title in TITLES[:4]): row for row in table}
                self.assertEqual((set(rows), len(rows)), (set(conversations), len(table)))
                for conversation, row in rows.items():
                    self.check_row(row, conversations[conversation])

    def check_row(self, row, resets):
        self.assertEqual(int(row["Resets"]), len(resets))
        report = resets[int(row["First reset"])]
        expected = [report.get(field) for field in ("cause", "confidence", "origin", "outcome", "explanation")]
        self.assertEqual([row[title] for title in TITLES[4:8] + TITLES[10:]], expected)
        earlier = [other for number, other in resets.items() if number < int(row["First reset"])]
        for other in earlier:
            self.assertTrue(other.get("category") == "aftermath" or other.get("outcome") in ("ignored", "challenged"), other.heading)

    def test_columns_stand_below_their_titles(self):
        output = statistics(capture("article"), TABLE)
        lines = [line for line in output.splitlines() if "|" in line]
        self.assertEqual([title.strip() for title in lines[0].split("|")[:-1]], TITLES)
        bars = [[place for place, letter in enumerate(line) if letter == "|"][:10] for line in lines]
        self.assertEqual(bars, [bars[0]] * 7)

    def test_second_filter_is_refused_with_a_reason(self):
        run = environment.host().run("tshark", "-q", "-r", capture("article"), "-z", f"{TABLE},tcp.port == 22", "-z", TABLE)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("takes one filter in a run", run.stderr)


class Asking(unittest.TestCase):
    def test_both_at_once_and_each_twice_say_the_same(self):
        path = capture("mass_abort-admin-v4-3ms-client")
        once = statistics(path, TREE), statistics(path, TABLE)
        output = statistics(path, TABLE, TREE, TABLE, TREE)
        self.assertEqual(trees(output), trees(once[0]) * 2)
        self.assertEqual(tables(output), tables(once[1]) * 2)
        self.assertTrue(trees(output)[0][1:])

    def test_without_resets_the_number_is_zero(self):
        path = next(path for name, path in environment.captures().items() if name.startswith("ordinary-"))
        self.check_nothing(statistics(path, TREE, TABLE))

    def test_capture_without_packets_has_no_resets(self):
        empty = environment.own_folder("empty") / "empty.pcap"
        header = bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")
        empty.write_bytes(header)
        empty.chmod(0o644)
        self.check_nothing(statistics(empty, TREE, TABLE))

    def check_nothing(self, output):
        self.assertEqual(trees(output), [[(0, "TCP resets", 0)]])
        self.assertEqual(tables(output), [[]])

    def test_switched_off_plugin_counts_nothing(self):
        self.check_nothing(statistics(capture("article"), TREE, TABLE, options=("--disable-protocol", "rstanalysis")))

    def test_packets_can_be_shown_beside(self):
        run = environment.host().run("tshark", "-n", "-r", capture("article"), "-z", TREE, "-Y", "rstanalysis.cause", "-T", "fields",
                                     "-e", "frame.number")
        numbers = run.stdout.split("\n\n")[0].split()[:20]
        self.assertTrue(all(number.isdigit() for number in numbers))
        self.assertEqual(trees(run.stdout)[0][0], (0, "TCP resets", 20))

    def test_wireshark_asks_again_and_again(self):
        """As its windows do: the same file, another one, and the first anew, in one process."""
        article, other = capture("article"), capture("mass_abort-admin-v4-3ms-client")
        asked = [sharkd.load(article), ("tap", {"tap0": "stat:rstanalysis", "tap1": f"nstat:{TABLE}"}),
                 ("tap", {"tap0": f"nstat:{TABLE}"}), sharkd.load(other), ("tap", {"tap0": f"nstat:{TABLE}", "tap1": "stat:rstanalysis"}),
                 sharkd.load(article), ("tap", {"tap0": "stat:rstanalysis", "tap1": f"nstat:{TABLE}"})]
        answers = sharkd.ask(environment.host(), asked)
        of_article, again, of_other, anew = (answers[place]["taps"] for place in (1, 2, 4, 6))
        self.assertEqual(of_article, anew)
        self.assertEqual([tap for tap in of_article if tap["type"] == "nstat"], again)
        self.assertEqual(self.summary(of_article), (20, 6, 20))
        expected = verdicts(other)
        self.assertEqual(self.summary(of_other), (len(expected), len({ends(report) for _, report in expected}), len(expected)))

    def summary(self, taps):
        """Resets in the tree, rows of the table, resets in the table."""
        tree = next(tap for tap in taps if tap["type"] == "stats")
        table = next(tap for tap in taps if tap["type"] == "nstat")
        rows = table["tables"][0]["i"]
        return tree["stats"][0]["count"], len(rows), sum(row[TITLES.index("Resets")] for row in rows)


if __name__ == "__main__":
    unittest.main()
