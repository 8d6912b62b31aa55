"""A busy capture gives the verdicts that its conversations get alone: many bundled captures, interleaved into one.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import unittest

import environment
import judgement
import merging
import reports
from reports import TWO_PASSES

LEAST = 40                # captures in a merged one, as the requirement has it
MOST = 120                # the IPv4 networks would run out at 255
LONGEST = 150             # frames; the long ones would only add time


def plain(labels):
    """Whether it is a capture as it was made, with IP in Ethernet and each packet once."""
    variant = labels["variant"]
    return "form" not in variant and not variant["point"].endswith(("any", "wan")) and labels["scenario"] != "vxlan"


@functools.cache
def sources(point=None, delay=None):
    """Bundled captures that may be merged, as many scenarios as there are before a second one of any."""
    turns = {}
    chosen = []
    for name, path in environment.captures().items():
        labels = judgement.labels_of(environment.CAPTURES / name)
        if labels is None or not labels["resets"] or not plain(labels):
            continue
        if point and (labels["variant"]["point"], labels["variant"]["delay_ms"]) != (point, delay):
            continue
        turn = turns[labels["scenario"]] = turns.get(labels["scenario"], 0) + 1
        chosen.append((turn, name, path))
    loaded = (merging.load(name, path) for _, name, path in sorted(chosen)[:2 * MOST])
    return [source for source in loaded if source and len(source.records) <= LONGEST][:MOST]


def verdicts(reading, numbers=None):
    """By frame: the reports of its resets, with trigger frames of the merged capture where `numbers` is given."""
    where = numbers or {}
    return {where.get(number, number): [(report.cause, report.confidence, where.get(trigger := report.frame("trigger_frame"), trigger))
                                        for report in frame.verdicts]
            for number, frame in reading.frames.items() if frame.verdicts}


def read(path):
    reading = reports.read(environment.host(), path, TWO_PASSES)
    if reading.status != 0:
        raise AssertionError(reading.errors)
    return reading


def alone(chosen):
    """The readings of the captures by themselves."""
    captures = environment.captures()
    return reports.read_all(environment.host(), {source.name: captures[source.name] for source in chosen}, TWO_PASSES)


def is_right(source, number, report):
    labels = judgement.labels_of(environment.CAPTURES / source.name)
    label = next(label for label in labels["resets"] if label["frame"] == number)
    return judgement.Case(source.name, labels["split"], label, report).outcome == "right"


# What the whole file says, of no single host: that the same silence came again, and that refusals of many networks come from one distance.
OF_THE_FILE = ("The same silence of", "Refusals in the name of three networks")


def file_facts(report):
    return {start for start in OF_THE_FILE if any(line.startswith(start) for line in report.fields.get("rstanalysis.evidence", ()))}


class OwnHosts(unittest.TestCase):
    """Each capture has addresses of its own in the merged one: nobody learns anything about anybody else."""

    def test_verdicts_are_those_of_the_single_captures(self):
        chosen = sources()
        self.assertGreaterEqual(len(chosen), LEAST)
        reading = read(merging.merge(chosen, own_hosts=True))
        merged, single = verdicts(reading), alone(chosen)
        different = {}
        for source in chosen:
            for number, frame in single[source.name].frames.items():
                there = source.numbers[number]
                expected = verdicts(single[source.name], source.numbers).get(there)
                if expected != merged.get(there) and not self.rightly_changed(source, number, frame, reading.frames.get(there)):
                    different[source.name, number] = (expected, merged.get(there))
        self.assertEqual(different, {})
        self.assertEqual(len(merged), sum(len(verdicts(single[source.name])) for source in chosen))

    @staticmethod
    def rightly_changed(source, number, frame, there):
        """Whether a silence is a habit, and whether one box refuses for many networks, are matters of the whole file, not of a host's.
        The verdict has to be right by the label all the same."""
        if there is None or len(frame.verdicts) != len(there.verdicts):
            return False
        return all(file_facts(one) != file_facts(other) and is_right(source, number, other)
                   for one, other in zip(frame.verdicts, there.verdicts))


class CommonHosts(unittest.TestCase):
    """All captures were made at the client in one network, and the merged one knows its hosts from all of them."""

    def setUp(self):
        self.sources, taken = [], set()
        for source in sources("client", 1):
            # A port that was used twice would make one conversation of two.
            if not taken & source.flows:
                self.sources.append(source)
                taken |= source.flows
        self.assertGreaterEqual(len(self.sources), LEAST)
        self.merged = read(merging.merge(self.sources, own_hosts=False))
        self.single = alone(self.sources)

    def differences(self):
        """The verdicts with another cause or trigger: (source, its frame, report alone, report in the merged capture)."""
        for source in self.sources:
            for number, frame in self.single[source.name].frames.items():
                there = self.merged.frames[source.numbers[number]].verdicts if frame.verdicts else []
                for one, other in zip(frame.verdicts, there, strict=True):
                    trigger = one.frame("trigger_frame")
                    if (one.cause, source.numbers.get(trigger)) != (other.cause, other.frame("trigger_frame")):
                        yield source, number, one, other

    def test_only_more_knowledge_of_hosts_changes_a_verdict(self):
        changed = list(self.differences())
        for source, number, one, other in changed:
            print(f"\n{source.name} frame {number}: {one.cause} ({one.confidence} %) alone, {other.cause} ({other.confidence} %) in company", end="")
            with self.subTest(capture=source.name, frame=number):
                self.assertNotEqual(self.facts(one), self.facts(other), "the facts are the same, and the verdict is not")
                self.assertFalse(is_right(source, number, one) and not is_right(source, number, other), "it was right alone")
        print(f"\n{len(changed)} verdicts are others in company", flush=True)

    @staticmethod
    def facts(report):
        return [report.fields.get(f"rstanalysis.{name}") for name in ("evidence", "evidence.against", "missing")]


if __name__ == "__main__":
    unittest.main()
