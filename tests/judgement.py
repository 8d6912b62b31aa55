"""Compares verdicts with labels, and says whether they are good enough. What is printed of it is made in figures.py.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import dataclasses
import json

SURE = 90                 # percent; what design and README promise begins here
LEAST_SURE_RIGHT = 0.97   # of the verdicts at SURE or more
MOST_SURE_WRONG = 1       # of one cause: as label, and as verdict. The share alone would hide a rule that is wrong by rule
LEAST_RIGHT = 0.90        # of all labelled resets, and of those that are no repeats
LEAST_RIGHT_TRIGGERS = 0.98


@dataclasses.dataclass
class Case:
    """One labelled reset and what the plugin says of it."""
    capture: str
    split: str
    label: dict
    report: object    # None where the plugin says nothing

    @property
    def expected(self):
        return self.label["cause"]

    @property
    def accepted(self):
        """All causes that are right to say, because the file can't tell."""
        return [self.expected, *self.label.get("causes_allowed", ())]

    @property
    def said(self):
        return None if self.report is None else self.report.cause

    @property
    def outcome(self):
        if self.report is None:
            return "silent"
        if self.said in self.accepted:
            return "right"
        return "unknown" if self.said == "unknown" else "wrong"

    @property
    def sure(self):
        return self.report is not None and self.report.confidence >= SURE

    @property
    def sure_and_wrong(self):
        return self.sure and self.outcome in ("unknown", "wrong")

    @property
    def repeat(self):
        return "first_reset" in self.label or "duplicate_of" in self.label

    @property
    def runner_up_is_right(self):
        return self.report is not None and self.report.get("alternative") in self.accepted

    def abstains(self, name):
        """Whether the label says something of another field than the cause, and the plugin does not."""
        return self.report is not None and self.label.get(name) is not None and self.report.get(name) in (None, "unknown")

    def agrees(self, name):
        """Whether another field than the cause is as labelled; None where the label or the plugin does not say."""
        expected = self.label.get(name)
        if self.report is None or expected is None:
            return None
        if name in ("trigger_frame", "first_reset"):
            return self.report.frame(name) == expected
        return None if self.abstains(name) else self.report.get(name) == expected

    def __str__(self):
        said = "nothing" if self.report is None else f"{self.said} ({self.report.confidence} %)"
        return f"{self.capture} frame {self.label['frame']}: {self.expected}, but the plugin says {said}"


def labels_of(capture):
    """The label file beside a capture, None where there is none."""
    path = capture.with_suffix(".json")
    return json.loads(path.read_text()) if path.exists() else None


def copies_of(labels):
    """The frames that show a packet again, with the frame that showed it first."""
    return {label["frame"]: label["duplicate_of"] for label in (labels or {"resets": ()})["resets"] if "duplicate_of" in label}


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

    def __len__(self):
        return len(self.cases)

    def where(self, condition):
        return Score(case for case in self.cases if condition(case))

    def by(self, key):
        """Pairs of a value of the key and the score of its cases, sorted."""
        groups = collections.defaultdict(list)
        for case in self.cases:
            groups[key(case)].append(case)
        return [(value, Score(cases)) for value, cases in sorted(groups.items())]

    @property
    def primary(self):
        """Without the resets that repeat another one, of which a single conversation may have hundreds."""
        return self.where(lambda case: not case.repeat)

    @property
    def sure(self):
        return self.where(lambda case: case.sure)

    @property
    def faulty(self):
        return self.where(lambda case: case.outcome != "right")

    def count(self, outcome):
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def share(self):
        return self.count("right") / len(self) if self.cases else 1.0

    @property
    def macro_average(self):
        """The mean over causes of the share that is right: each cause counts the same, however many resets it has."""
        shares = [of_cause.share for _, of_cause in self.by(lambda case: case.expected)]
        return sum(shares) / len(shares) if shares else 1.0

    def agreement(self, name):
        answers = [answer for case in self.cases if (answer := case.agrees(name)) is not None]
        return sum(answers), len(answers)

    def faults(self):
        """Sentences about what must not be; none where all is well."""
        faults = [f"no report: {case}" for case in self.cases if case.outcome == "silent"]
        for split, part in self.by(lambda case: case.split):
            faults += [f"split {split}: {fault}" for fault in part.faults_of_split()]
        return faults

    def faults_of_split(self):
        for what, part in (("all resets", self), ("resets that are no repeats", self.primary)):
            if part.share < LEAST_RIGHT:
                yield f"only {part.share:.1%} of {what} are right, {LEAST_RIGHT:.0%} are needed"
            if part.sure.share < LEAST_SURE_RIGHT:
                yield f"only {part.sure.share:.1%} of {what} at {SURE} % or more are right, {LEAST_SURE_RIGHT:.0%} are needed"
        sure_wrong = self.where(lambda case: case.sure_and_wrong)
        for what, key in (("resets by", lambda case: case.expected), ("verdicts", lambda case: case.said)):
            for cause, part in sure_wrong.by(key):
                if len(part) > MOST_SURE_WRONG:
                    yield (f"{len(part)} {what} {cause} are wrong at {SURE} % or more, {MOST_SURE_WRONG} may be:\n  "
                           + "\n  ".join(map(str, part.cases)))
        right, all = self.agreement("trigger_frame")
        if right < LEAST_RIGHT_TRIGGERS * all:
            yield f"only {right} of {all} trigger frames are right, {LEAST_RIGHT_TRIGGERS:.0%} are needed"
