"""A short run of each fuzz target, the same in each run of the tests; `tests/fuzz/run` fuzzes for hours.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import unittest

import environment
import fuzzing

# Some seconds each. The seed makes libFuzzer try the same inputs again.
RUNS = 20_000
SEED = 9293
# Far fewer than are reached: without coverage none would be counted.
LEAST_EDGES = {"packets": 1500, "segments": 1500, "payloads": 500, "preferences": 200}


class Fuzz(unittest.TestCase):
    def check(self, target):
        work = environment.own_folder(target)
        corpus = fuzzing.seeds(target, work / "corpus")
        result = fuzzing.fuzz(target, corpus, work / "found", f"-runs={RUNS}", f"-seed={SEED}")
        self.assertEqual((result.status, result.findings), (0, []), result.output[-4000:])
        self.assertGreaterEqual(result.runs, RUNS)
        self.assertGreater(result.covered, LEAST_EDGES[target])


for target in fuzzing.TARGETS:
    setattr(Fuzz, f"test_{target}", functools.partialmethod(Fuzz.check, target))


if __name__ == "__main__":
    unittest.main()
