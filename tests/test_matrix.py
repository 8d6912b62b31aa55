"""What is made of the tests with the other versions of Wireshark, whatever becomes of them.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import io
import unittest

import environment
import matrix


def row(lines, status):
    found = matrix.row_of("sid", lines, status)
    return found.passed, found.failed, found.skipped


class Rows(unittest.TestCase):
    def test_totals_are_those_of_the_last_line(self):
        self.assertEqual(row(["Wireshark 4.6.9", "  3 passed, 0 failed, 1 s", "12 passed, 2 failed"], 1), (12, 2, 0))
        self.assertEqual(row(["Wireshark 4.6.9", "12 passed, 0 failed, 3 skipped"], 0), (12, 0, 3))

    def test_failures_count_even_if_the_mirror_is_down_by_then(self):
        self.assertEqual(row(["Wireshark 4.6.9", "12 passed, 2 failed"], matrix.UNREACHABLE), (12, 2, 0))

    def test_unreachable_mirror_is_told_and_no_failure(self):
        lines = ["Making ...", "http://mirror.example does not answer."]
        self.assertEqual(row(lines, matrix.UNREACHABLE), (0, 0, 1))
        self.assertIn("not tested: http://mirror.example does not answer.", str(matrix.row_of("sid", lines, matrix.UNREACHABLE)))

    def test_end_without_totals_is_a_failure(self):
        for lines in ([], ["run: apt-get could not install x:"], ["Wireshark 4.6.9", "Traceback"], ["1 passed, 0 failed", "Killed"]):
            self.assertEqual(row(lines, 1), (0, 1, 0), lines)
        self.assertEqual(row(["Wireshark 4.6.9"], 0), (0, 1, 0))

    def test_later_version_is_told_and_no_failure(self):
        lines = ["Wireshark 4.8.0", "12 passed, 2 failed"]
        self.assertEqual(row(lines, 1), (0, 0, 1))
        self.assertIn("sid has Wireshark 4.8 by now; there, 12 passed and 2 failed", str(matrix.row_of("sid", lines, 1)))

    def test_wireshark_says_its_version_as_it_is_looked_for(self):
        self.assertRegex(f"Wireshark {environment.wireshark_version()}", matrix.TESTED)


class Matrix(unittest.TestCase):
    def test_this_machine_is_no_other(self):
        self.assertNotIn(matrix.this_debian(), matrix.others())
        self.assertGreaterEqual(len(matrix.others()), 2)

    def test_output_is_shown_line_by_line_and_kept(self):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            lines, status = matrix.echoed(["sh", "-c", "echo one; echo two >&2; exit 3"], "sid |")
        self.assertEqual((sorted(lines), status), (["one", "two"], 3))
        self.assertEqual(sorted(shown.getvalue().splitlines()), ["sid | one", "sid | two"])


if __name__ == "__main__":
    unittest.main()
