"""Mutants of captures, one after the other: so many, or for so long.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import random
import shutil
import time

import fuzzing
import mutants

TARGET = "captures"
FOUND = fuzzing.WORK / "found" / TARGET
# Inputs that once failed.
FINDINGS = fuzzing.FINDINGS / TARGET
OFTEN = 40                  # of so many mutants valgrind sees one, a small one
BY_VALGRIND = "valgrind"    # ends the name of what it found
ANY_SEED = 1_000_000_000


@dataclasses.dataclass
class Campaign:
    """What came of it."""
    first: int
    mutants: int = 0
    watched: int = 0
    findings: list = dataclasses.field(default_factory=list)

    @property
    def status(self):
        return 1 if self.findings else 0

    def __str__(self):
        runs = self.mutants * mutants.RUNS + self.watched
        return (f"{self.mutants} mutants from seed {self.first} on, {runs} runs of tshark, {self.watched} of them under valgrind, "
                f"{len(self.findings)} findings")

    def attack(self, seed):
        mutant = mutants.Mutant(seed)
        self.note(mutant, mutants.complaints(mutant.path), f"{seed}.pcap")
        self.mutants += 1

    def watch(self, seed):
        mutant = mutants.Mutant(seed, mutants.FEW_CAPTURES)
        self.note(mutant, mutants.watched(mutant.path), f"{seed}-{BY_VALGRIND}.pcap")
        self.watched += 1

    def note(self, mutant, complaints, name):
        """Keeps the capture of a finding, and forgets any other."""
        if complaints:
            FOUND.mkdir(parents=True, exist_ok=True)
            kept = FOUND / name
            shutil.copyfile(mutant.path, kept)
            self.findings.append("\n    ".join([f"{kept}, again by --seed {mutant.seed}", f"made by {mutant.history}", *complaints]))
        mutant.forget()


def go(seconds, seed=None):
    """Goes on from the seed, or from any, until the time is over."""
    campaign = Campaign(random.randrange(ANY_SEED) if seed is None else seed)
    end = time.monotonic() + seconds
    while campaign.mutants == 0 or time.monotonic() < end:
        seed = campaign.first + campaign.mutants
        if seed % OFTEN == 0:
            campaign.watch(seed)
        campaign.attack(seed)
    return campaign
