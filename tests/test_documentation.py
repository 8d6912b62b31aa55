"""Whether README says what the plugin knows: its causes, its fields and its preferences.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import unittest

import environment

README = (environment.REPOSITORY / "README.md").read_text()
TYPES = {"string": "FT_STRING", "string, repeated": "FT_STRING", "uint32": "FT_UINT32", "int32": "FT_INT32",
         "boolean": "FT_BOOLEAN", "frame number": "FT_FRAMENUM", "relative time": "FT_RELATIVE_TIME"}


def table(header):
    """The rows of README's table with this first line, as lists of cells."""
    lines = README.split(header, 1)[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def causes():
    """The names of all causes in the source."""
    sources = (environment.REPOSITORY / "src" / "cause").rglob("*.rs")
    return {name for source in sources for name in re.findall(r'^ {4}name: "(\w+)",$', source.read_text(), re.MULTILINE)}


class Readme(unittest.TestCase):
    def test_lists_the_causes_that_the_plugin_has(self):
        self.assertIn("unknown", causes())
        self.assertEqual({row[0] for row in table("| cause | what happened |")}, causes())

    def test_says_of_each_cause_what_the_source_says(self):
        sources = (environment.REPOSITORY / "src" / "cause").rglob("*.rs")
        pattern = re.compile(r'name: "(\w+)",\n.*\n\s+summary:\s+"([^"]+)"')
        summaries = {name: text for source in sources for name, text in pattern.findall(source.read_text())}
        self.assertEqual(dict(table("| cause | what happened |")), summaries)

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
