"""Damaged captures. With the debug build, where an overflow is a failure that shows.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import unittest

import damage
import environment
import reports
from reports import ONE_PASS, TWO_PASSES

MOST_MERGED = 250    # files


@functools.cache
def everything():
    """All captures of Ethernet, one behind the other, in one file: the same addresses and ports again and again."""
    folder = environment.own_folder("everything")
    listing = environment.host().run("capinfos", "-T", "-r", "-E", *environment.captures().values()).stdout
    ethernet = [capture for capture, link in (line.split("\t") for line in listing.splitlines()) if link == "ether"]
    # mergecap lists its files in a comment, and that of Wireshark 4.4 writes a file that no program can read where
    # the comment is longer than 64 KB.
    parts = []
    for start in range(0, len(ethernet), MOST_MERGED):
        parts.append(folder / f"part{len(parts)}.pcapng")
        damage.run(["mergecap", "-a", "-w", parts[-1], *ethernet[start:start + MOST_MERGED]])
    path = folder / "everything.pcapng"
    damage.run(["mergecap", "-a", "-w", path, *parts])
    return path


def originals():
    return [environment.captures()["article.pcapng"], everything()]


class DamagedCaptures(unittest.TestCase):
    def check(self, kind):
        for original in originals():
            damaged = kind(original)
            for passes in (ONE_PASS, TWO_PASSES):
                with self.subTest(original.name, passes=passes):
                    self.compare(reports.read(environment.host("debug"), damaged, passes),
                                 reports.read(environment.host(None), damaged, passes))

    def compare(self, ours, without):
        """`without` is the run without the plugin."""
        self.assertEqual(ours.host_says(), without.host_says())
        self.assertEqual((ours.failures(), ours.misjudged()), ([], {}))


for name, kind in damage.KINDS.items():
    setattr(DamagedCaptures, f"test_{name}", functools.partialmethod(DamagedCaptures.check, kind))


if __name__ == "__main__":
    unittest.main()
