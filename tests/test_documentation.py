"""Whether README says what the built plugin shows in tshark: its causes and its fields. Whether README and the causes'
pages say what the plugin's table says, tests/pages checks without Wireshark; here they are written anew.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import os
import re
import subprocess
import unittest

import environment
import judgement
import test_claims
from reports import TWO_PASSES

README = (environment.REPOSITORY / "README.md").read_text()
TYPES = {"string": "FT_STRING", "uint32": "FT_UINT32", "int32": "FT_INT32",
         "boolean": "FT_BOOLEAN", "frame number": "FT_FRAMENUM", "relative time": "FT_RELATIVE_TIME"}
# The lab has no devices that write such claims, and no capture with a reset alone.
BUILT = (test_claims.packets(b"No pool member available"), test_claims.packets(b"Connection limit exceeded"),
         test_claims.packets()[-1:])


def bless():
    """Writes the causes' pages, and their table in README, anew."""
    run = subprocess.run(["cargo", "test", "--locked", "--quiet", "--no-default-features", "--test", "pages"],
                         cwd=environment.REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         env={**os.environ, "CARGO_TARGET_DIR": "target", "RSTANALYSIS_BLESS": "1"}, text=True)
    print(run.stdout if run.returncode else "wrote plugin/causes and the table of the causes in README.md")
    return run.returncode


def table(header):
    """The rows of README's table with this first line, as lists of cells."""
    lines = README.split(header, 1)[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def listed_causes():
    links = (re.fullmatch(r"\[(\w+)\]\(plugin/causes/(\w+)\.md\)", cell) for cell, _ in table("| cause | what happened |"))
    return {link[1] for link in links if link[1] == link[2]}


def shown_causes(capture):
    run = environment.host().run("tshark", *TWO_PASSES, "-r", capture, "-Y", "rstanalysis.cause", "-T", "fields", "-e", "rstanalysis.cause")
    return {cause for line in run.stdout.splitlines() for cause in line.split(",")}


def captures_by_cause():
    """The bundled captures in which a cause happened, by its name, the smallest first."""
    found = collections.defaultdict(list)
    for name, path in sorted(environment.captures().items(), key=lambda item: (item[1].stat().st_size, item[0])):
        labels = judgement.labels_of(environment.CAPTURES / name)
        for cause in sorted({label["cause"] for label in labels["resets"]} if labels else ()):
            found[cause].append(path)
    return found


class Readme(unittest.TestCase):
    def test_lists_the_causes_that_tshark_shows(self):
        listed, captures = listed_causes(), captures_by_cause()
        shown = set().union(*(shown_causes(test_claims.written(packets)) for packets in BUILT))
        for cause in sorted(listed | captures.keys()):
            for capture in captures[cause]:
                if cause in shown:
                    break
                shown |= shown_causes(capture)
        self.assertEqual(shown, listed)

    def test_lists_the_fields_that_wireshark_knows(self):
        lines = (line.split("\t") for line in environment.host().run("tshark", "-G", "fields").stdout.splitlines())
        known = {line[2]: [line[3], line[7]] for line in lines
                 if line[0] == "F" and line[2].startswith("rstanalysis.") and line[3] != "FT_NONE"}
        told = {name: [TYPES[kind], text] for name, kind, text in table("| field | type | what |")}
        self.assertEqual(told, known)

    def test_lists_the_preferences_that_wireshark_knows_with_their_defaults(self):
        stored = environment.host().run("tshark", "-G", "currentprefs").stdout
        known = dict(re.findall(r"^#?rstanalysis\.(\w+): ?(.*)$", stored, re.MULTILINE))
        told = {name: default.replace("(empty)", "") for name, default, _ in table("| preference | default | what |")}
        self.assertEqual(told, known)


if __name__ == "__main__":
    unittest.main()
