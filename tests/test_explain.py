"""plugin/explain: what it prints, what it says when something is wrong, and that it installs once.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import os
import re
import shutil
import unittest

import environment
import reports
from checkout import APT_INSTALL, Checkout

LINE = re.compile(r"^frame (\d+)  [\d.]+ s  \S+:\d+ > \S+:\d+  (\w+) \(\d+ %\): .+$")
TOTAL = re.compile(r"^ +(\d+)  (\w+)$")


def totals_of(output):
    """The totals by cause that the output ends with."""
    return {found[2]: int(found[1]) for found in map(TOTAL.match, output.splitlines()) if found}


def resets_of(output):
    """Pairs of frame and cause, as the lines have them."""
    return [(int(found[1]), found[2]) for found in map(LINE.match, output.splitlines()) if found]


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout()
        cls.first = cls.checkout.explain()
        cls.calls_of_first = cls.checkout.called()
        reading = reports.read(environment.host(), environment.captures()["article.pcapng"], reports.TWO_PASSES)
        cls.expected = [(number, report.cause) for number, frame in reading.frames.items() for report in frame.verdicts]

    def assert_sentence(self, run, *words):
        """One line on standard error that holds the words, and a status that says so."""
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)

    def test_first_run_builds_installs_and_explains(self):
        self.assertEqual((self.first.returncode, self.calls_of_first), (0, ["cargo build --release --locked"]))
        self.assertEqual(self.checkout.installed(), ["rstanalysis.so"])
        self.assertTrue(self.expected)
        self.assertEqual(resets_of(self.first.stdout), self.expected)

    def test_second_run_starts_at_once(self):
        second = self.checkout.explain()
        self.assertEqual(self.checkout.called(), [])
        self.assertEqual((second.returncode, second.stdout, second.stderr), (0, self.first.stdout, ""))

    def test_nothing_is_left_among_the_sources(self):
        shipped = {path.name for path in (environment.REPOSITORY / "plugin").iterdir()}
        self.assertEqual({path.name for path in (self.checkout.folder / "plugin").iterdir()}, shipped)

    def test_totals_count_the_resets(self):
        self.assertEqual(totals_of(self.first.stdout), collections.Counter(cause for _, cause in self.expected))
        self.assertIn(f"\n{len(self.expected)} resets\n", self.first.stdout)

    def test_several_captures_have_headings_and_common_totals(self):
        names = [self.checkout.capture(name).name for name in ("one.pcapng", "two.pcapng")]
        run = self.checkout.explain(*names)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual([line for line in run.stdout.splitlines() if line in names], names)
        self.assertEqual(resets_of(run.stdout), self.expected * 2)
        self.assertEqual(sum(totals_of(run.stdout).values()), 2 * len(self.expected))

    def test_capture_without_resets_says_so(self):
        path = self.checkout.home / "none.pcapng"
        self.assertEqual(environment.host().run("tshark", "-r", environment.captures()["article.pcapng"], "-c", "3",
                                                "-w", environment.host().home / "none.pcapng").returncode, 0)
        shutil.copyfile(environment.host().home / "none.pcapng", path)
        run = self.checkout.explain(path)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "No resets.\n", ""))

    def test_odd_names_are_names_like_others(self):
        for name in ("with spaces.pcapng", "quo'te\"s.pcapng", "new\nline.pcapng", "-dash.pcapng", "-", "$(date).pcapng",
                     os.fsdecode(b"not\xff-utf8.pcapng")):
            with self.subTest(name):
                self.checkout.capture(name)
                run = self.checkout.explain("--", name)
                self.assertEqual((run.returncode, run.stdout, run.stderr), (0, self.first.stdout, ""))
        self.assertEqual(self.checkout.explain("-dash.pcapng").stdout, self.first.stdout)

    def test_what_is_no_capture_is_named_and_others_are_explained(self):
        home = self.checkout.home
        (home / "empty").write_bytes(b"")
        (home / "text").write_text("this is no capture\n" * 9)
        secret = self.checkout.capture("secret")
        secret.chmod(0)
        cases = {"missing": "no such file", "empty": "empty", "text": "no capture file", "secret": "may not read", ".": "not a file"}
        for name, words in cases.items():
            with self.subTest(name):
                self.assert_sentence(self.checkout.explain(name), name, words)
                run = self.checkout.explain(name, self.checkout.article)
                self.assert_sentence(run, words)
                self.assertEqual(resets_of(run.stdout), self.expected)

    def test_cut_file_is_explained_up_to_the_cut(self):
        path = self.checkout.capture("cut.pcapng")
        path.write_bytes(path.read_bytes()[:-100])
        run = self.checkout.explain(path)
        self.assert_sentence(run, "cut short")
        self.assertTrue(resets_of(run.stdout))
        self.assertEqual(resets_of(run.stdout), self.expected[:len(resets_of(run.stdout))])

    def test_crash_of_tshark_is_told(self):
        real = shutil.which("tshark")
        self.checkout.stand_in("tshark", f'#!/bin/bash\ncase " $* " in *" -r "*) kill -SEGV $$ ;; *) exec {real} "$@" ;; esac\n')
        try:
            self.assert_sentence(self.checkout.explain(self.checkout.article), "signal 11")
        finally:
            (self.checkout.programs / "tshark").unlink()

    def test_help_is_given_without_doing_anything(self):
        run = self.checkout.explain("--help")
        self.assertEqual((run.returncode, run.stderr, self.checkout.called()), (0, "", []))
        self.assertIn("Usage: plugin/explain", run.stdout)


class Installation(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()

    def test_changed_source_is_built_anew(self):
        self.checkout.explain()
        self.checkout.called()
        (self.checkout.folder / "src" / "lib.rs").touch()
        self.assertEqual(self.checkout.explain().returncode, 0)
        self.assertEqual(self.checkout.called(), ["cargo build --release --locked"])

    def test_deleted_source_is_built_anew(self):
        self.checkout.explain()
        self.checkout.called()
        (self.checkout.folder / "src" / "text.rs").unlink()
        self.checkout.explain()
        self.assertEqual(self.checkout.called(), ["cargo build --release --locked"])

    def test_missing_article_is_named(self):
        self.checkout.article.unlink()
        run = self.checkout.explain()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("article.pcapng: there is no such file.", run.stderr)

    def test_failed_build_is_told_with_its_reason(self):
        self.checkout.stand_in("cargo", "#!/bin/sh\n[ $1 = --version ] && echo cargo 1.999.0 || { echo 'error: no luck' >&2; exit 101; }\n")
        run = self.checkout.explain()
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, "could not be built in .*; put right what cargo says, then run this again:\nerror: no luck\n")
        self.assertEqual(self.checkout.installed(), [])

    def test_cargo_that_does_not_work_is_passed_over_for_debians(self):
        debian = self.checkout.programs / "debian" / "bin"
        debian.mkdir(parents=True)
        for name in ("cargo", "rustc"):
            (self.checkout.programs / name).rename(debian / name)
            self.checkout.stand_in(name, "#!/bin/sh\nexit 1\n")
        self.checkout.stand_in("dpkg", f"#!/bin/sh\necho {debian}/cargo\n")
        run = self.checkout.explain()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.checkout.called(), ["cargo build --release --locked"])

    def test_library_that_tshark_refuses_is_told(self):
        self.checkout.environment["LIBRARY"] = str(environment.lend(environment.REPOSITORY / "Cargo.toml"))
        run = self.checkout.explain()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("tshark does not accept the plugin", run.stderr)
        self.assertEqual(self.checkout.installed(), [])

    def test_missing_packages_are_installed_through_sudo(self):
        self.checkout.without("tshark", "sudo", "apt-get")
        self.checkout.stand_in("sudo", '#!/bin/sh\necho "sudo $*" >> "$CALLS"\nexec "$@"\n')
        self.checkout.stand_in("apt-get", f"#!/bin/sh\n[ $1 = update ] || ln -s {shutil.which('tshark')} {self.checkout.programs}\n")
        self.checkout.give_away(self.checkout.programs)
        run = self.checkout.explain()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.checkout.called(), ["sudo apt-get update", f"{APT_INSTALL} tshark", "cargo build --release --locked"])

    def test_missing_packages_without_sudo_are_told(self):
        self.checkout.without("tshark", "sudo")
        run = self.checkout.explain()
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(run.stdout, "")
        self.assertIn("it takes root, or a user who may use sudo", run.stderr)

    def test_old_rust_without_a_newer_one_in_the_archive_is_told(self):
        for name in ("cargo", "rustc"):
            self.checkout.stand_in(name, f"#!/bin/sh\necho {name} 1.63.0\n")
        for name in ("apt-get", "sudo"):
            self.checkout.stand_in(name, "#!/bin/sh\n")
        self.checkout.stand_in("dpkg", "#!/bin/sh\nexit 1\n")
        self.checkout.stand_in("apt-cache", "#!/bin/sh\nprintf '%s:\\n  Candidate: 0.66.0+ds1-1\\n' \"$2\"\n")
        run = self.checkout.explain()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("no Rust of version 1.85 or later", run.stderr)
        self.assertEqual(self.checkout.called(), [])


if __name__ == "__main__":
    unittest.main()
