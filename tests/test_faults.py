"""Panics on demand, wherever C calls Rust: the frame says so, and the rest of the file is analysed as if nothing had happened.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import typing
import unittest

import environment
import reports
from disturbed import CAPTURE, FAILED, demand, first_resets, seen, streams, undisturbed
from reports import ONE_PASS

BOUNDARY = environment.REPOSITORY / "src" / "ffi"
# epan runs below plugin_register, which may not even catch a panic, and has no work of its own; plugin_describe returns a constant.
NOT_CONTAINED = {"plugin_register", "plugin_describe"}
MOMENTS = ("before", "after")
ANYTHING = "anything"


def same(normal, struck):
    return normal


def none(normal, struck):
    return {}


def no_count(normal, struck):
    return {None: 0}


def missing(normal, struck):
    return {number: there for number, there in normal.items() if number not in struck}


def failed(normal, struck):
    return {**normal, **dict.fromkeys(struck, FAILED)}


def one_less(normal, struck):
    """Of each connection that was struck, and of all."""
    left = {stream: count - [streams()[frame] for frame in struck].count(stream) for stream, count in normal.items()}
    return {stream: count for stream, count in {**left, None: normal[None] - len(struck)}.items() if count}


def broken(normal, struck):
    """The frames' connections may show anything."""
    return {**normal, **{number: ANYTHING for number in streams() if streams()[number] in {streams()[frame] for frame in struck}}}


def broken_there(normal, struck):
    """So may the frames' connections, but the frames themselves say why."""
    return {**broken(normal, struck), **dict.fromkeys(struck, FAILED)}


def broken_count(normal, struck):
    return {**normal, **dict.fromkeys([streams()[frame] for frame in struck], ANYTHING), None: ANYTHING}


class Effect(typing.NamedTuple):
    """What a panic at one of contain()'s places makes of what is usually to be seen."""
    reports: typing.Callable = same
    notes: typing.Callable = same
    counts: typing.Callable = same
    # Once its work is done.
    counts_after: typing.Callable = None
    is_of_frame: bool = False
    # The place is reached only where another one panicked.
    behind: str = None


EFFECTS = {
    "configure": Effect(),
    "session_new": Effect(none, none, no_count),
    "session_free": Effect(),
    "observe": Effect(broken_there, broken_there, broken_count, is_of_frame=True),
    "observe.failure": Effect(broken, broken, broken_count, is_of_frame=True, behind="observe"),
    "speaks_of": Effect(is_of_frame=True),
    "annotate": Effect(notes=failed, is_of_frame=True),
    "annotate.lend": Effect(notes=missing, is_of_frame=True),
    "recall": Effect(reports=failed, is_of_frame=True),
    "recall.lend": Effect(reports=missing, is_of_frame=True),
    "has_reset": Effect(is_of_frame=True),
    "statistic_new": Effect(counts=none),
    "statistic_free": Effect(),
    "statistic_note": Effect(counts=one_less, counts_after=same, is_of_frame=True),
    "statistic_settle": Effect(),
    "statistic_rows": Effect(counts=none),
}


def entry_points():
    """The functions that C calls."""
    return {name for path in BOUNDARY.glob("*.rs") for name in re.findall(r'extern "C" fn (\w+)', path.read_text())}


def places():
    """Where the boundary contains panics, outside of its own tests."""
    sources = [path.read_text().split("#[cfg(test)]")[0] for path in BOUNDARY.glob("*.rs")]
    return {place for source in sources for place in re.findall(r'\bcontain\(\s*"([\w.]+)"', source)}


class Panics(unittest.TestCase):
    def setUp(self):
        self.assertGreater(len(first_resets()), 3)

    def test_each_function_that_c_calls_is_contained_under_its_name(self):
        self.assertEqual({place for place in places() if "." not in place}, entry_points() - NOT_CONTAINED)

    def test_each_place_is_tested(self):
        self.assertEqual(set(EFFECTS), places())

    def test_panic_has_that_effect_and_no_other(self):
        for place, effect in EFFECTS.items():
            for struck in self.strikes(place, effect):
                for moment in MOMENTS:
                    with self.subTest(place=place, moment=moment, struck=struck):
                        self.check(place, effect, moment, struck)

    def strikes(self, place, effect):
        """The frames to strike at once. Where a connection breaks, others are there only if one alone is struck."""
        if not effect.is_of_frame:
            return [()]
        return [(frame,) for frame in first_resets()] if effect.reports in (broken, broken_there) else [tuple(first_resets())]

    def test_panic_while_observing_data_is_shown_there(self):
        for frame in (number - 1 for number in first_resets()):
            with self.subTest(frame=frame):
                self.check("observe", EFFECTS["observe"], "before", (frame,))

    def check(self, place, effect, moment, struck):
        wanted = [(f"panic-{moment}", place), *([("panic-before", effect.behind)] if effect.behind else [])]
        faults = tuple(f"{kind}-{where}:{frame}" for kind, where in wanted for frame in struck or (0,))
        normal, found = seen(), seen(faults)
        # Each fault tells when it strikes; sharkd tells what it does anyway.
        self.assertEqual(found.errors - normal.errors, set(faults))
        self.compare(found.one_pass, effect.reports(normal.one_pass, struck))
        self.compare(found.two_passes, effect.reports(normal.two_passes, struck))
        self.compare(found.notes, effect.notes(normal.notes, struck))
        of_counts = effect.counts_after if moment == "after" and effect.counts_after else effect.counts
        self.compare(found.counts, of_counts(normal.counts, struck))
        self.compare(found.opened_counts, of_counts(normal.opened_counts, struck))

    def compare(self, found, expected):
        for key in found.keys() | expected.keys():
            if expected.get(key) != ANYTHING:
                self.assertEqual(found.get(key), expected.get(key), key)


class Product(unittest.TestCase):
    def test_has_no_faults(self):
        faults = [f"{kind}:{frame}" for kind in ("panic-before-recall", "throw-render.0") for frame in first_resets()]
        reading = reports.read(environment.host(), environment.captures()[CAPTURE], ONE_PASS,
                               environment=demand(faults))
        self.assertEqual(reading, undisturbed(ONE_PASS))


if __name__ == "__main__":
    unittest.main()
