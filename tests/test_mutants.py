"""Some mutated captures through the whole program, the same in each run of the tests; `tests/fuzz/run captures` goes on for hours.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import random
import subprocess
import unittest

import campaign
import environment
import mutants
import reports
from disturbed import demand

SEEDS = range(20)
WATCHED = range(2)
CAPTURE = "article.pcapng"
RESET = 12    # the frame of one
# What a build with faults does there, and what is said of it.
FAULTS = {"panic-before-observe": ["failed on the frames [12]"], "panic-before-recall": ["failed on the frames [12]", "{12: (1, 0)}"],
          "throw-render.0": ["without the plugin as", "{12: (1, 0)}"]}


class Mutants(unittest.TestCase):
    def test_each_is_read_as_wireshark_alone_reads_it(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                mutant = mutants.Mutant(seed)
                self.assertEqual(mutants.complaints(mutant.path), [], mutant.history)
                mutant.forget()

    def test_valgrind_finds_nothing(self):
        for seed in WATCHED:
            with self.subTest(seed=seed):
                self.assertEqual(mutants.watched(mutants.Mutant(seed, mutants.FEW_CAPTURES).path), [])

    def test_findings_stay_mended(self):
        for finding in sorted(campaign.FINDINGS.glob("*.pcap")):
            with self.subTest(finding.name):
                check = mutants.watched if finding.stem.endswith(campaign.BY_VALGRIND) else mutants.complaints
                self.assertEqual(check(environment.lend(finding)), [])

    def test_what_goes_wrong_is_found(self):
        for fault, parts in FAULTS.items():
            with self.subTest(fault):
                found = " ".join(mutants.complaints(environment.captures()[CAPTURE], "faults", demand([f"{fault}:{RESET}"])))
                for part in parts:
                    self.assertIn(part, found)

    def test_wrong_details_are_found(self):
        capture = environment.captures()[CAPTURE]
        run, reading = mutants.details("debug", capture), mutants.read("debug", capture, reports.TWO_PASSES)
        self.assertEqual(list(mutants.wrong_in(run, capture, reading)), [])
        self.assertIn(f"\n{mutants.HEADING}", run.stdout)
        for wrong in (run.stdout.replace(mutants.HEADING, "", 1), run.stdout.replace("[Cause: ", "[Cause: \x1b", 1),
                      mutants.COUNTED.sub("TCP resets 1000", run.stdout), mutants.COUNTED.sub("", run.stdout)):
            ended = subprocess.CompletedProcess([], 0, wrong, "")
            self.assertEqual(len(list(mutants.wrong_in(ended, capture, reading))), 1)
        crashed = subprocess.CompletedProcess([], -11, "", "")
        self.assertIn("-V ended as -11", next(mutants.wrong_in(crashed, capture, reading)))

    def test_same_seed_makes_same_mutant(self):
        first, second = mutants.Mutant(SEEDS[-1]), mutants.Mutant(SEEDS[-1])
        self.assertEqual(first.path.read_bytes(), second.path.read_bytes())
        self.assertNotEqual(first.path.read_bytes(), mutants.Mutant(SEEDS[0]).path.read_bytes())

    def test_randpkt_invents_captures(self):
        made = set()
        for seed in range(20):
            capture = mutants.Invented(random.Random(seed))
            self.assertGreater(capture.path.stat().st_size, mutants.PACKETS * 16)
            made.add(capture.history[-1])
            capture.forget()
        self.assertEqual(made, set(mutants.INVENTED))


if __name__ == "__main__":
    unittest.main()
