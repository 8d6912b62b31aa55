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
OFTEN_WATCHED = 40          # of so many mutants valgrind sees one, a small one
OFTEN_INVENTED = 8          # of so many mutants one is followed by a capture of randpkt
BY_VALGRIND, BY_RANDPKT = "valgrind", "randpkt"    # end the names of what was found there
ANY_SEED = 1_000_000_000


@dataclasses.dataclass
class Campaign:
    """What came of it."""
    first: int
    mutants: int = 0
    invented: int = 0
    watched: int = 0
    findings: list = dataclasses.field(default_factory=list)

    @property
    def status(self):
        return 1 if self.findings else 0

    def __str__(self):
        runs = (self.mutants + self.invented) * mutants.RUNS + self.watched
        return (f"{self.mutants} mutants from seed {self.first} on, {self.invented} captures of randpkt, {runs} runs of tshark, "
                f"{self.watched} of them under valgrind, {len(self.findings)} findings")

    def attack(self, seed):
        mutant = mutants.Mutant(seed)
        self.note(mutant, mutants.complaints(mutant.path), f"{seed}.pcap", again_by(seed))
        self.mutants += 1

    def watch(self, seed):
        mutant = mutants.Mutant(seed, mutants.FEW_CAPTURES)
        self.note(mutant, mutants.watched(mutant.path), f"{seed}-{BY_VALGRIND}.pcap", again_by(seed))
        self.watched += 1

    def invent(self, seed):
        capture = mutants.Invented(random.Random(seed))
        self.note(capture, mutants.complaints(capture.path), f"{seed}-{BY_RANDPKT}.pcap", "once and not again")
        self.invented += 1

    def note(self, mutant, complaints, name, again):
        """Keeps the capture of a finding, and forgets any other."""
        if complaints:
            FOUND.mkdir(parents=True, exist_ok=True)
            kept = FOUND / name
            shutil.copyfile(mutant.path, kept)
            self.findings.append("\n    ".join([f"{kept}, {again}", f"made by {mutant.history}", *complaints]))
        mutant.forget()


def again_by(seed):
    return f"again by --seed {seed}"


def go(seconds, seed=None):
    """Goes on from the seed, or from any, until the time is over."""
    campaign = Campaign(random.randrange(ANY_SEED) if seed is None else seed)
    end = time.monotonic() + seconds
    while campaign.mutants == 0 or time.monotonic() < end:
        seed = campaign.first + campaign.mutants
        if seed % OFTEN_WATCHED == 0:
            campaign.watch(seed)
        if seed % OFTEN_INVENTED == 0:
            campaign.invent(seed)
        campaign.attack(seed)
    return campaign
