"""tshark's own JSON formats hold the plugin's fields.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import unittest

import environment
import reports


def merged(pairs):
    """An object of JSON in which a name stands several times: all its values."""
    values = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


class Json(unittest.TestCase):
    """-T ek and -T json against the PDML."""

    @classmethod
    def setUpClass(cls):
        cls.path = environment.captures()["article.pcapng"]
        frames = reports.read(environment.host(), cls.path, reports.TWO_PASSES).frames
        cls.expected = [report.fields for frame in frames.values() for report in frame.verdicts]

    def shown(self, form):
        run = environment.host().run("tshark", "-2", "-n", "-r", self.path, "-Y", "rstanalysis.cause", "-T", form, "-J", "rstanalysis")
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def assert_holds(self, tree, fields, key):
        for name, values in fields.items():
            if name.startswith("rstanalysis."):
                self.assertEqual([as_pdml(value) for value in as_list(tree[key(name)])], [as_pdml(value) for value in values], name)

    def test_json(self):
        packets = json.loads(self.shown("json"), object_pairs_hook=merged)
        trees = [packet["_source"][0]["layers"][0]["rstanalysis"][0] for packet in packets]
        self.assertEqual(len(trees), len(self.expected))
        for tree, fields in zip(trees, self.expected):
            self.assert_holds(tree, fields, str)

    def test_ek(self):
        packets = [json.loads(line) for line in self.shown("ek").splitlines()]
        self.assertEqual([list(packet) for packet in packets[::2]], [["index"]] * len(self.expected))
        for packet, fields in zip(packets[1::2], self.expected):
            self.assert_holds(packet["layers"]["rstanalysis"], fields, lambda name: "rstanalysis_" + name.replace(".", "_"))


def as_list(value):
    return value if isinstance(value, list) else [value]


def as_pdml(value):
    """Booleans differ between the formats and Wireshark's versions."""
    return {True: "1", False: "0", "True": "1", "False": "0"}.get(value, value)


if __name__ == "__main__":
    unittest.main()
