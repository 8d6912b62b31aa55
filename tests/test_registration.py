"""What Wireshark knows of the plugin once it is loaded: the interface that users filter on.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import tomllib
import unittest

import environment
import reports

# The fields that users rely on, with their types. A change here is a line in CHANGELOG.md.
FIELDS = {
    "cause": "FT_STRING", "category": "FT_STRING", "severity": "FT_STRING", "explanation": "FT_STRING", "confidence": "FT_UINT32",
    "alternative": "FT_STRING", "alternative.confidence": "FT_UINT32",
    "evidence": "FT_STRING", "evidence.against": "FT_STRING", "missing": "FT_STRING",
    "next_step": "FT_STRING", "reference": "FT_STRING", "kernel_reason": "FT_STRING",
    "client": "FT_STRING", "client.port": "FT_UINT32", "server": "FT_STRING", "server.port": "FT_UINT32",
    "sender": "FT_STRING", "origin": "FT_STRING", "form": "FT_STRING", "state": "FT_STRING",
    "trigger_frame": "FT_FRAMENUM", "trigger_delay": "FT_RELATIVE_TIME", "outcome": "FT_STRING",
    "first_reset": "FT_FRAMENUM", "number": "FT_UINT32", "interval": "FT_RELATIVE_TIME",
    "idle": "FT_RELATIVE_TIME", "idle_timer": "FT_STRING", "ttl_difference": "FT_INT32",
    "claim": "FT_STRING", "claim.code": "FT_UINT32", "claim.vendor": "FT_STRING",
    "provisional": "FT_BOOLEAN", "revised_by": "FT_FRAMENUM", "revises": "FT_FRAMENUM", "cause.revised": "FT_STRING",
}
# Expert items are registered as fields without a value.
EXPERTS = {name: "FT_NONE" for name in ("harmless", "habit", "problem", "revision", "failure")}


def report(section):
    return [line.split("\t") for line in environment.host().run("tshark", "-G", section).stdout.splitlines()]


class Registration(unittest.TestCase):
    def test_plugin_is_listed_with_its_version(self):
        version = tomllib.loads((environment.REPOSITORY / "Cargo.toml").read_text())["package"]["version"]
        listed = [[part.strip() for part in line[:3]] for line in report("plugins")]
        self.assertIn(["rstanalysis.so", version, "dissector"], listed)

    def test_fields_have_their_names_and_types(self):
        known = {line[2]: line[3] for line in report("fields") if line[0] == "F"}
        ours = {name.removeprefix("rstanalysis."): kind for name, kind in known.items() if name.startswith("rstanalysis.")}
        self.assertEqual(ours, {**FIELDS, **EXPERTS})

    def test_protocol_has_its_names(self):
        self.assertIn(["TCP Reset Analysis", "RST Analysis", "rstanalysis"], [line[:3] for line in report("protocols")])

    def test_disabled_protocol_shows_nothing(self):
        capture = environment.captures()["article.pcapng"]
        on = reports.read(environment.host(), capture, reports.ONE_PASS)
        off = reports.read(environment.host(), capture, reports.ONE_PASS, ["--disable-protocol", "rstanalysis"])
        self.assertTrue(any(frame.reports for frame in on.frames.values()))
        self.assertEqual(len(off.frames), sum(frame.resets > 0 for frame in on.frames.values()))
        self.assertFalse(any(frame.reports for frame in off.frames.values()))

    def test_expert_items_are_listed_without_any_filter(self):
        capture = environment.captures()["article.pcapng"]
        listed = environment.host().run("tshark", "-n", "-q", "-r", str(capture), "-z", "expert").stdout
        ours = [line.split("RST Analysis", 1)[1].split()[0] for line in listed.splitlines() if "RST Analysis" in line]
        for cause in ("firewall", "refused", "data_after_close", "normal_close", "lost_reset"):
            self.assertIn(cause, ours)


if __name__ == "__main__":
    unittest.main()
