"""Exceptions of epan on demand, wherever the glue may meet one: the frame is malformed as if Wireshark's own dissector had
thrown it, and the rest of the file is analysed as if nothing had happened.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import itertools
import unittest

from disturbed import first_resets, read, run, seen, streams, undisturbed
from reports import ONE_PASS, TWO_PASSES


def items(frame):
    """How many items we add to a frame's tree."""
    return sum(1 + sum(map(len, report.fields.values())) for report in frame.reports)


class Exceptions(unittest.TestCase):
    def read(self, faults, passes, expected_unlike):
        """Runs with the faults; frames for which `expected_unlike` holds may differ, all others must not. Returns the reading, and
        the frames that were struck."""
        normal, reading = undisturbed(passes), read(passes, faults)
        struck = set(reading.errors.splitlines())
        self.assertEqual((reading.status, struck - set(faults)), (0, set()))
        for number in normal.frames.keys() | reading.frames.keys():
            if not expected_unlike(number):
                self.assertEqual(reading.frames.get(number), normal.frames.get(number), f"frame {number}")
        return reading, {int(fault.rpartition(":")[2]) for fault in struck}

    def throw(self, place, frames, passes, expected_unlike):
        """Throws at the first time that each frame comes to the place, then at the second, and so on as long as one does. Yields the
        number of that time, the reading, and the frames that were struck."""
        for number in itertools.count():
            faults = [f"throw-{place}.{number}:{frame}" for frame in frames]
            reading, struck = self.read(faults, passes, expected_unlike)
            if not struck:
                return
            yield number, reading, struck

    def test_exception_at_each_item_that_is_read_is_malformed_there(self):
        talking = run("-Y", "http", "-T", "fields", "-e", "frame.number").stdout.split()
        lengths = [self.throw_while_reading(frame, ONE_PASS) for frame in {*first_resets(), *map(int, talking)}]
        self.assertGreater(max(lengths), 1, "nothing of an application was read")

    def test_exception_while_reading_leaves_other_connections_alone_in_two_passes(self):
        for frame in first_resets():
            self.throw_while_reading(frame, TWO_PASSES)

    def throw_while_reading(self, frame, passes):
        """Returns how many items are read."""
        with self.subTest(frame=frame, passes=passes):
            thrown = list(self.throw("read", [frame], passes, lambda number: streams()[number] == streams()[frame]))
            self.assertTrue(thrown)
            for _, reading, _ in thrown:
                # Nothing is read at the second visit.
                self.assertTrue(passes == TWO_PASSES or reading.frames[frame].malformed)
            return len(thrown)

    def test_exception_at_each_item_that_is_shown_concerns_that_frame_only(self):
        counted = {passes: {frame: items(undisturbed(passes).frames[frame]) for frame in first_resets()}
                   for passes in (ONE_PASS, TWO_PASSES)}
        for passes, counts in counted.items():
            with self.subTest(passes=passes):
                # The first pass shows what is provisional, too.
                reached = counts if passes == ONE_PASS else {frame: max(count, counted[ONE_PASS][frame]) for frame, count in counts.items()}
                thrown = list(self.throw("render", first_resets(), passes, lambda frame: frame in first_resets()))
                self.assertEqual(len(thrown), max(reached.values()))
                for number, reading, struck in thrown:
                    self.assertEqual(struck, {frame for frame, count in reached.items() if count > number})
                    for frame, count in counts.items():
                        self.check_frame(reading.frames[frame], undisturbed(passes).frames[frame], min(number, count), count)

    def check_frame(self, shown, normal, count, full_count):
        """Only so many of its items are shown, and then it is malformed."""
        if count == full_count:
            self.assertEqual(shown, normal)
        else:
            self.assertEqual((items(shown), shown.malformed), (count, True))

    def test_exception_while_a_row_is_written_concerns_that_row_only(self):
        faults = tuple(f"throw-note.0:{frame}" for frame in first_resets())
        self.assertEqual(seen(faults).errors - seen().errors, set(faults))
        self.assertEqual(seen(faults).notes, {number: notes for number, notes in seen().notes.items() if number not in first_resets()})
        self.assertEqual(seen(faults).counts, seen().counts)


if __name__ == "__main__":
    unittest.main()
