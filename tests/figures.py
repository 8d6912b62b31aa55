"""What a human reads of a score: by cause, what is taken for what, by confidence, other fields, and what is wrong.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import statistics

from judgement import SURE

BANDS = ((0, 50), (50, 70), (70, 90), (90, 101))
NOTHING = "(no report)"


def summary(score):
    return "\n\n".join(section(score) for section in (by_cause, confusion, by_confidence, other_fields))


def share(right, all):
    return f"{right} of {all} ({right / all:.1%})" if all else "none"


def by_cause(score):
    """The share that is right, of all and without repeats; and what was said with certainty."""
    lines = [f"{'':24} {'--------- all resets ---------':^30}   {'--- no repeats ---':^18}   {f'- {SURE} % or more -':^16}",
             f"{'cause':24} {'resets':>6} {'right':>6} {'unknown':>7} {'wrong':>5} {'':>6} {'resets':>6} {'right':>6} {'':>6} {'resets':>6} {'wrong':>7}"]
    lines += [row(cause, part) for cause, part in score.by(lambda case: case.expected)]
    lines += [row("total", score)]
    lines += [row(f"split {split}", part) for split, part in score.by(lambda case: case.split)]
    lines += [f"macro average over causes: {score.primary.macro_average:.1%} without repeats, {score.macro_average:.1%} of all"]
    return "\n".join(lines)


def row(name, score):
    primary, sure = score.primary, score.sure
    wrong = score.count("wrong") + score.count("silent")
    return (f"{name:24} {len(score):6} {score.count('right'):6} {score.count('unknown'):7} {wrong:5} {score.share:6.0%} "
            f"{len(primary):6} {primary.count('right'):6} {f'{primary.share:.0%}' if primary.cases else '':>6} "
            f"{len(sure):6} {sum(case.sure_and_wrong for case in sure.cases):7}")


def confusion(score):
    """The matrix of labels and verdicts; a verdict that the label allows is no confusion and counts as the label's own."""
    cells = collections.Counter((case.expected, case.expected if case.outcome == "right" else case.said or NOTHING) for case in score.cases)
    confused = [pair for pair in cells if pair[0] != pair[1]]
    if not confused:
        return "no cause is taken for another"
    labels, verdicts = sorted({label for label, _ in confused}), sorted({verdict for _, verdict in confused})
    # What a column stands for would be too wide above it.
    letters = {verdict: chr(ord("a") + number) for number, verdict in enumerate(verdicts)}
    lines = ["labels (rows) and what they are taken for (columns); \"right\" is a cause that the label allows",
             f"{'':24} {'right':>6} " + " ".join(f"{letter:>4}" for letter in letters.values())]
    for label in labels:
        counts = (cells[label, verdict] if verdict != label else 0 for verdict in verdicts)
        lines.append(f"{label:24} {cells[label, label]:6} " + " ".join(f"{count or '.':>4}" for count in counts))
    return "\n".join(lines + ["  ".join(f"{letter} {verdict}" for verdict, letter in letters.items())])


def by_confidence(score):
    """Whether confidence means something: the share that is right beside the mean of what was stated."""
    judged = score.where(lambda case: case.said not in (None, "unknown"))
    lines = [f"{'confidence':16} {'right, of all resets':26} {'stated':7} {'without repeats':26} {'stated':7}"]
    for low, high in BANDS:
        line = f"{f'{low} to {high - 1} %':16}"
        for part in (judged, judged.primary):
            band = part.where(lambda case: low <= case.report.confidence < high)
            stated = f"{statistics.fmean(case.report.confidence for case in band.cases):.1f}%" if band.cases else ""
            line += f" {share(band.count('right'), len(band)):26} {stated:7}"
        lines.append(line.rstrip())
    abstained = score.where(lambda case: case.said == "unknown")
    lines.append(f"unknown: {len(abstained)} times, {abstained.count('right')} of them where the label allows it")
    for what, part in (("not right", score.faulty), ("not right, without repeats", score.faulty.primary)):
        lines.append(f"{what}: the alternative is right in {share(sum(case.runner_up_is_right for case in part.cases), len(part))}")
    return "\n".join(lines)


def other_fields(score):
    lines = []
    for name in ("trigger_frame", "first_reset", "sender", "origin", "kernel_reason"):
        abstained = sum(case.abstains(name) for case in score.cases)
        judged = "" if name in ("trigger_frame", "first_reset") else f" of those judged, {abstained} abstained"
        lines.append(f"{name}: {share(*score.agreement(name))} right{judged}")
    return "\n".join(lines)


def wrongs(score):
    """One line for each verdict and each trigger frame that is not right."""
    lines = [str(case) for case in score.faulty.cases]
    lines += [f"{case.capture} frame {case.label['frame']}: trigger {case.label['trigger_frame']}, but the plugin says "
              f"{case.report.get('trigger_frame')}" for case in score.cases if case.agrees("trigger_frame") is False]
    return "\n".join(lines)
