"""Compares verdicts with labels, and sums up how good they are.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import dataclasses
import json
import pathlib
import re

SURE = 90                 # percent; what design and README promise begins here
LEAST_RIGHT = 0.90        # of all labelled resets, and of those that are no repeats
MOST_WRONG_TRIGGERS = 0.02
CONFIDENCES = ((0, 50), (50, 70), (70, 90), (90, 101))


def known_causes():
    """The causes that the plugin has. Of a reset by any other, "unknown" is the right thing to say."""
    sources = (pathlib.Path(__file__).parent.parent / "src" / "cause").glob("*.rs")
    names = {name for source in sources for name in re.findall(r'^ {4}name: "(\w+)",$', source.read_text(), re.MULTILINE)}
    if "unknown" not in names:
        raise RuntimeError("no causes are found in src/cause: see that they are still written as name: \"...\"")
    return names


KNOWN_CAUSES = known_causes()


@dataclasses.dataclass
class Case:
    """One labelled reset and what the plugin says of it."""
    capture: str
    split: str
    label: dict
    report: object    # None where the plugin says nothing

    @property
    def outcome(self):
        if self.report is None:
            return "silent"
        if self.report.cause in [self.label["cause"], *self.label.get("causes_allowed", ())]:
            return "right"
        if self.report.cause == "unknown" and self.label["cause"] not in KNOWN_CAUSES:
            return "right"
        return "unknown" if self.report.cause == "unknown" else "wrong"

    @property
    def sure(self):
        return self.report is not None and self.report.confidence >= SURE

    @property
    def repeat(self):
        return "first_reset" in self.label or "duplicate_of" in self.label

    def agrees(self, name):
        """Whether another field than the cause is as labelled; None where the label or the plugin does not say."""
        expected = self.label.get(name)
        if self.report is None or expected is None:
            return None
        if name in ("trigger_frame", "first_reset"):
            return self.report.frame(name) == expected
        found = self.report.get(name)
        return None if found in (None, "unknown") else found == expected

    def __str__(self):
        said = "nothing" if self.report is None else f"{self.report.cause} ({self.report.confidence} %)"
        return f"{self.capture} frame {self.label['frame']}: {self.label['cause']}, but the plugin says {said}"


def labels_of(capture):
    """The label file beside a capture, None where there is none."""
    path = capture.with_suffix(".json")
    return json.loads(path.read_text()) if path.exists() else None


def cases_of(name, labels, reading):
    """Pairs labels and verdicts of a capture, in order where a frame holds several."""
    verdicts = {number: list(frame.verdicts) for number, frame in reading.frames.items()}
    for label in labels["resets"]:
        of_frame = verdicts.get(label["frame"])
        report = of_frame.pop(0) if of_frame else None
        if report is None and label.get("truncated"):
            continue
        yield Case(name, labels["split"], label, report)


class Score:
    """The cases of many captures."""

    def __init__(self, cases):
        self.cases = list(cases)

    def where(self, condition):
        return Score(case for case in self.cases if condition(case))

    def count(self, outcome):
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def share(self):
        return self.count("right") / len(self.cases) if self.cases else 1.0

    def agreement(self, name):
        answers = [answer for case in self.cases if (answer := case.agrees(name)) is not None]
        return sum(answers), len(answers)

    def wrong_triggers(self):
        return [case for case in self.cases if case.agrees("trigger_frame") is False]

    def faults(self):
        """Sentences about what must not be; none where all is well."""
        faults = [f"at {SURE} % or more and wrong: {case}" for case in self.cases if case.sure and case.outcome == "wrong"]
        faults += [f"no report: {case}" for case in self.cases if case.outcome == "silent"]
        # A cause that the plugin does not have yet can't be named; but nothing else may be said of it with certainty, as above.
        nameable = self.where(lambda case: case.label["cause"] in KNOWN_CAUSES)
        for what, part in (("all resets", nameable), ("resets that are no repeats", nameable.where(lambda case: not case.repeat))):
            if part.share < LEAST_RIGHT:
                faults.append(f"only {part.share:.1%} of {what} are right, {LEAST_RIGHT:.0%} are needed")
        right, all = self.agreement("trigger_frame")
        if all - right > MOST_WRONG_TRIGGERS * all:
            faults.append(f"{all - right} of {all} trigger frames are wrong, {MOST_WRONG_TRIGGERS:.0%} are allowed")
        return faults

    def table(self):
        """What a human reads: by cause, by confidence, by file set, other fields, and what is wrong."""
        lines = [HEAD]
        for cause, cases in grouped(self.cases, lambda case: case.label["cause"]):
            lines.append(row(cause, cases))
        lines += [row("total", self.cases), row("no repeats", self.where(lambda case: not case.repeat).cases)]
        lines += [row(f"split {split}", cases) for split, cases in grouped(self.cases, lambda case: case.split)]
        lines.append("")
        for low, high in CONFIDENCES:
            part = self.where(lambda case: case.outcome in ("right", "wrong") and low <= case.report.confidence < high)
            if part.cases:
                lines.append(f"confidence {low:2} to {high - 1:3}: {part.count('right')} of {len(part.cases)} right ({part.share:.1%})")
        for name in ("trigger_frame", "first_reset", "sender", "origin", "kernel_reason"):
            lines.append("{}: {} of {} right".format(name, *self.agreement(name)))
        return "\n".join(lines)

    def wrongs(self):
        lines = [str(case) for case in self.cases if case.outcome in ("wrong", "silent", "unknown")]
        lines += [f"{case.capture} frame {case.label['frame']}: trigger {case.label['trigger_frame']}, but the plugin says "
                  f"{case.report.get('trigger_frame')}" for case in self.wrong_triggers()]
        return "\n".join(lines)


HEAD = f"{'cause':22} {'resets':>6} {'right':>6} {'unknown':>7} {'wrong':>6} {'silent':>6} {'sure':>5} {'sure, wrong':>11}"


def row(name, cases):
    counts = collections.Counter(case.outcome for case in cases)
    sure = [case for case in cases if case.sure]
    sure_wrong = sum(case.outcome == "wrong" for case in sure)
    return (f"{name:22} {len(cases):6} {counts['right']:6} {counts['unknown']:7} {counts['wrong']:6} {counts['silent']:6} "
            f"{len(sure):5} {sure_wrong:11}")


def grouped(cases, key):
    groups = collections.defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    return sorted(groups.items())
