"""The profile that is installed with the plugin: its files, its columns, its colours, its buttons.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import pathlib
import re
import shutil
import unittest

import environment
import reports
import sharkd
from checkout import Checkout

NAME = "TCP Reset Analysis"
PROFILE = environment.REPOSITORY / "plugin" / "profile" / NAME
FILES = {"preferences", "recent", "colorfilters", "dfilter_buttons"}
CAPTURE = "article.pcapng"
GREY, AMBER, RED = "efefef", "ffcc66", "a40000"
STANDARD = "Bad TCP"


def lines(name):
    """The lines of one of the profile's files, without comments."""
    return [line for line in (PROFILE / name).read_text().splitlines() if line and not line.startswith("#")]


def colour_rules():
    """Pairs of name and filter, in order."""
    return [tuple(line.split("@")[1:3]) for line in lines("colorfilters")]


def buttons():
    """The filters by the buttons' labels."""
    cells = ([re.sub(r"\\x22", '"', cell) for cell in re.findall(r'"([^"]*)"', line)] for line in lines("dfilter_buttons"))
    return {label: filter for _, label, filter, _ in cells}


class Profile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = environment.Host("release")
        place = cls.host.home / ".config" / "wireshark" / "profiles" / NAME
        shutil.copytree(PROFILE, place)
        for path in [place, *place.parents, *place.iterdir()]:
            if path.is_relative_to(cls.host.home):
                os.chown(path, environment.account().pw_uid, environment.account().pw_gid)
        cls.capture = environment.captures()[CAPTURE]
        cls.frames = reports.read(cls.host, cls.capture, reports.TWO_PASSES).frames

    def sharkd(self, *requests):
        """The result of each request, a pair of method and parameters, with the capture open."""
        answers = sharkd.talk(self.host, [sharkd.load(self.capture), *requests], options=("-C", NAME))
        return [answer.get("result") for answer in answers][1:]

    def test_has_the_files_that_it_needs_and_no_other(self):
        self.assertEqual({path.name for path in PROFILE.iterdir()}, FILES)

    def test_columns_show_cause_and_confidence(self):
        run = self.host.run("tshark", "-C", NAME, "-2", "-n", "-r", self.capture, "-Y", "frame.number == 12")
        self.assertEqual(run.stderr, "")
        self.assertRegex(run.stdout, r"TCP 54 firewall 97 22 → 59204 \[RST, ACK\]")

    def test_rows_do_not_say_the_cause_twice(self):
        run = self.host.run("tshark", "-C", NAME, "-n", "-r", self.capture, "-Y", "rstanalysis.cause")
        self.assertNotIn("%", run.stdout)

    def test_all_columns_have_a_width(self):
        formats = re.findall(r'"(%[^"]+)"', (PROFILE / "preferences").read_text())
        widths = re.findall(r'(%[\w:.]+)', "\n".join(lines("recent")))
        self.assertEqual([format.removesuffix(":0:R") for format in formats], widths)

    def test_every_filter_is_one(self):
        filters = [filter for _, filter in colour_rules()] + list(buttons().values())
        answers = self.sharkd(*(("check", {"filter": filter}) for filter in [*filters, "no filter at all"]))
        self.assertEqual(answers, [{"status": "OK"}] * len(filters) + [None])

    def test_resets_are_coloured_by_their_severity(self):
        rows, = self.sharkd(("frames", {"filter": "rstanalysis.cause"}))
        colours = {"harmless": GREY, "habit": AMBER, "problem": RED}
        expected = {number: colours[frame.verdicts[0].get("severity")] for number, frame in self.frames.items() if frame.verdicts}
        self.assertEqual({row["num"]: row["bg"] for row in rows}, expected)
        self.assertEqual(set(expected.values()), set(colours.values()))

    def test_other_packets_are_coloured_as_always(self):
        names = [name for name, _ in colour_rules()]
        self.assertEqual(names.index(STANDARD), 3)
        self.assertTrue({"TCP RST", "HTTP", "TCP", "UDP"} < set(names))
        rows, = self.sharkd(("frames", {"filter": "not rstanalysis.cause"}))
        _, usual = sharkd.ask(environment.host(), [sharkd.load(self.capture), ("frames", {"filter": "not rstanalysis.cause"})])
        look = lambda row: (row["num"], row.get("bg"), row.get("fg"))
        self.assertEqual([look(row) for row in rows], [look(row) for row in usual])

    def test_buttons_find_what_they_say(self):
        self.assertEqual(list(buttons()), ["Resets", "Not normal", "Firewall", "Injected", "Timeouts"])
        answers = self.sharkd(*(("frames", {"filter": filter}) for filter in buttons().values()))
        found = {label: {row["num"] for row in rows} for label, rows in zip(buttons(), answers)}
        verdicts = {number: frame.verdicts[0] for number, frame in self.frames.items() if frame.verdicts}
        self.assertEqual(found["Resets"], set(verdicts))
        self.assertEqual(found["Not normal"], {number for number, it in verdicts.items() if it.get("severity") != "harmless"})
        self.assertEqual(found["Firewall"], {number for number, it in verdicts.items() if it.cause == "firewall"})


class Installation(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()
        self.place = pathlib.Path(self.checkout.home) / ".config" / "wireshark" / "profiles" / NAME

    def explain(self):
        run = self.checkout.explain()
        self.assertEqual(run.returncode, 0, run.stderr)
        return run

    def test_installs_the_profile_with_the_plugin(self):
        self.explain()
        for name in FILES:
            self.assertEqual((self.place / name).read_text(), (PROFILE / name).read_text())

    def test_leaves_what_the_user_has(self):
        self.place.mkdir(parents=True)
        (self.place / "preferences").write_text("# mine\n")
        self.checkout.give_away(self.checkout.home / ".config")
        (self.place / "colorfilters").symlink_to("nowhere")
        self.explain()
        self.assertEqual((self.place / "preferences").read_text(), "# mine\n")
        self.assertEqual(os.readlink(self.place / "colorfilters"), "nowhere")
        self.assertTrue((self.place / "dfilter_buttons").exists())

    def test_installs_it_for_all_where_the_plugin_is_for_all(self):
        plugin = self.checkout.shared_plugins / "rstanalysis.so"
        plugin.parent.mkdir(parents=True)
        plugin.write_text("an old one")
        os.utime(plugin, (0, 0))
        self.checkout.give_away_shared()
        self.explain()
        self.assertEqual({path.name for path in (self.checkout.shared_data / "profiles" / NAME).iterdir()}, FILES)
        self.assertFalse(self.place.exists())

    def test_does_not_bring_back_a_profile_that_was_removed(self):
        self.explain()
        shutil.rmtree(self.place)
        self.explain()
        self.assertFalse(self.place.exists())

    def test_goes_on_where_the_profile_can_not_be_written(self):
        self.place.parent.mkdir(parents=True)
        self.place.write_text("a file in its place")
        self.checkout.give_away(self.checkout.home / ".config")
        self.assertIn("The profile could not be written", self.explain().stderr)


if __name__ == "__main__":
    unittest.main()
