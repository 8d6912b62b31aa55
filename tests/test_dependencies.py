"""Which crates are in the plugin and in its tests: SECURITY.md names the former, all have licences that fit, none comes from elsewhere.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import json
import re
import subprocess
import tomllib
import unittest

import environment

RECORD = environment.REPOSITORY / "SECURITY.md"
PLACE = re.compile(r"(?<=\| crate \| version \| licence \|\n\|---\|---\|---\|\n)(\|.*\n)*")
# What may be linked into a program under GPL-2.0-or-later, by the Free Software Foundation's list of licences.
COMPATIBLE = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "Unlicense"}
# What builds and tests it may have a licence that goes with version 3 alone.
FREE = COMPATIBLE | {"Apache-2.0", "NCSA", "Unicode-3.0"}
MANIFESTS = ("Cargo.toml", "tests/fuzz/Cargo.toml")


@functools.cache
def metadata(manifest="Cargo.toml"):
    run = subprocess.run(["cargo", "metadata", "--locked", "--format-version", "1", "--manifest-path", manifest],
                         cwd=environment.REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if run.returncode != 0:
        raise AssertionError(f"cargo metadata: {run.stderr}")
    return json.loads(run.stdout)


def linked():
    """The packages whose code is in the plugin, but for its own."""
    nodes = {node["id"]: node for node in metadata()["resolve"]["nodes"]}
    root, found = metadata()["resolve"]["root"], set()
    waiting = [root]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            normal = any(kind["kind"] is None and "windows" not in (kind["target"] or "") for kind in dependency["dep_kinds"])
            if normal and dependency["pkg"] not in found:
                found.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    return sorted((package for package in metadata()["packages"] if package["id"] in found), key=lambda package: package["name"])


def table():
    return "".join(f"| {package['name']} | {package['version']} | {package['license']} |\n" for package in linked())


def bless():
    RECORD.write_text(PLACE.sub(table(), RECORD.read_text(), count=1))
    print("wrote the table of the crates in SECURITY.md")
    return 0


def permits(expression, allowed):
    """Whether an SPDX expression leaves a choice among the allowed licences. An old form of OR is a slash."""
    parts = re.sub(r"[()]", "", expression).replace("/", " OR ").split(" AND ")
    return all(any(choice.strip() in allowed for choice in part.split(" OR ")) for part in parts)


class Dependencies(unittest.TestCase):
    def test_record_names_what_is_in_the_plugin(self):
        self.assertIn("| etherparse |", table())
        self.assertEqual(PLACE.search(RECORD.read_text())[0], table())

    def test_licences_of_what_is_in_the_plugin_go_with_ours(self):
        self.assertEqual([package["name"] for package in linked() if not permits(package["license"], COMPATIBLE)], [])

    def test_licences_of_what_builds_and_tests_it_are_free(self):
        for manifest in MANIFESTS:
            packages = [package for package in metadata(manifest)["packages"] if package["source"]]
            self.assertGreater(len(packages), 3)
            self.assertEqual([package["name"] for package in packages if not permits(package["license"] or "", FREE)], [])

    def test_all_come_from_the_registry_with_a_checksum(self):
        for manifest in MANIFESTS:
            lock = (environment.REPOSITORY / manifest).with_suffix(".lock")
            packages = [package for package in tomllib.loads(lock.read_text())["package"] if not package["name"].startswith("rstanalysis")]
            self.assertEqual([package["name"] for package in packages
                              if not package.get("source", "").startswith("registry+") or len(package.get("checksum", "")) != 64], [])

    def test_a_licence_that_does_not_fit_would_be_found(self):
        self.assertFalse(permits("Apache-2.0", COMPATIBLE))
        self.assertFalse(permits("(MIT OR Apache-2.0) AND OpenSSL", COMPATIBLE))
        self.assertTrue(permits("Unlicense/MIT", COMPATIBLE))
        self.assertTrue(permits("(MIT OR Apache-2.0) AND Unicode-3.0", FREE))


if __name__ == "__main__":
    unittest.main()
