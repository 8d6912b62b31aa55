"""Many files in one process, one after the other: what a file takes is given back with it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import unittest

import environment
import sharkd

FILES = 100
# What malloc leaves in pieces differs from run to run; one session that stays takes megabytes with the ring of segments alone.
NOISE = 4 << 20


def show_all(process, path):
    process.ask(*sharkd.load(path))
    for row in process.ask("frames", {"filter": "tcp.flags.reset==1"}):
        process.ask(*sharkd.show(row["num"]))


def growth(kind, paths):
    """Bytes that the process grows by while it opens the second half of the files."""
    with sharkd.started(environment.host(kind)) as process:
        for path in paths[:len(paths) // 2]:
            show_all(process, path)
        before = process.resident()
        for path in paths[len(paths) // 2:]:
            show_all(process, path)
        return process.resident() - before


class Lifetime(unittest.TestCase):
    def check(self, paths):
        """sharkd keeps some megabytes of each file itself."""
        self.assertLess(growth("release", paths), growth(None, paths) + NOISE)

    def test_same_file_again_and_again(self):
        self.check([environment.captures()["article.pcapng"]] * FILES)

    def test_many_files(self):
        # Each twice, so that the largest of them was there before.
        paths = list(environment.captures().values())[::5][:FILES // 2]
        self.check(paths * 2)


if __name__ == "__main__":
    unittest.main()
