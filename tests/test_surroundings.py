"""plugin/install and plugin/explain in odd surroundings: folders with odd names, or that are missing or can't be written, captures
that are none, and a sudo that refuses.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import shutil
import unittest

import environment
from checkout import PARTS, Checkout
from test_explain import resets_of
from wire import pcap

MANY = 6    # so many captures are shared out
ODD_NAMES = ["with spaces", "quo'te\"s", "-dash", "$(touch touched)", "*"]


class Surroundings(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()

    def assert_sentence(self, run, *words):
        self.assertEqual((run.returncode, run.stdout), (1, ""), run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertNotIn("Traceback", run.stderr)

    def run_both(self, **variables):
        """What plugin/explain prints of one capture and of many."""
        names = [self.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        outputs = []
        for captures in (names[:1], names):
            run = self.checkout.run(self.checkout.command, *captures, **variables)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            outputs.append(resets_of(run.stdout))
        self.assertTrue(outputs[0])
        self.assertEqual(outputs[1], outputs[0] * MANY)

    def install_for_all(self):
        self.assertEqual(self.checkout.install().returncode, 0)
        self.checkout.shared_plugins.mkdir(parents=True)
        [plugin] = self.checkout.home.glob(".local/lib/wireshark/plugins/*/epan/*")
        shutil.move(plugin, self.checkout.shared_plugins / plugin.name)
        self.checkout.give_away_shared()

    def test_checkout_in_a_folder_with_an_odd_name(self):
        for name in ODD_NAMES:
            with self.subTest(name):
                folder = self.checkout.home / name
                folder.mkdir()
                for part in {*PARTS, "tests"} - {"plugin"}:
                    (folder / part).symlink_to(self.checkout.folder / part)
                shutil.copytree(self.checkout.folder / "plugin", folder / "plugin")
                self.checkout.give_away(self.checkout.home)
                self.checkout.called()
                # As a shell would start it that is in the folder around.
                run = self.checkout.run(f"{name}/plugin/explain")
                self.assertEqual((run.returncode, bool(resets_of(run.stdout))), (0, True), run.stderr)
                self.assertEqual(self.checkout.called(), ["cargo build --release --locked"])
                self.assertTrue((folder / "target").exists())
                self.assertEqual(self.checkout.run(f"{name}/plugin/install", "--uninstall").returncode, 0)
                self.assertEqual(self.checkout.installed(), [])
        self.assertFalse((self.checkout.home / "touched").exists())

    def test_checkout_that_cargo_refuses(self):
        # Build scripts tell it folders by the line.
        for name in ("new\nline", "line end\n"):
            folder = self.checkout.home / name
            shutil.copytree(self.checkout.folder, folder)
            self.checkout.give_away(folder)
            self.assert_sentence(self.checkout.run(folder / "plugin" / "explain"), "whose name has a line break: move ", str(folder))
            self.assertEqual((self.checkout.called(), self.checkout.installed()), ([], []))

    def test_home_with_an_odd_name(self):
        for name in ("with spaces", "quo'te\"s", "-dash", "$(touch touched)"):
            home = self.checkout.home / name
            home.mkdir()
            self.checkout.give_away(home)
            for arguments, count in (([], 1), (["--uninstall"], 0)):
                run = self.checkout.run(self.checkout.folder / "plugin" / "install", *arguments, HOME=str(home))
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertEqual(len(list(home.glob(".local/lib/wireshark/plugins/*/epan/*"))), count)

    def test_home_that_cannot_be_written(self):
        home = self.checkout.home / "read-only"
        home.mkdir(mode=0o555)
        run = self.checkout.run(self.checkout.command, HOME=str(home))
        self.assert_sentence(run, f"can't write to {home}/.local/lib/wireshark/plugins/", "run this again:\n")
        # Sudo is not called: what root made there would not be the user's.
        self.assertEqual((self.checkout.called(), os.listdir(home)), (["cargo build --release --locked"], []))
        self.install_for_all()
        self.run_both(HOME=str(home))

    def test_no_home(self):
        del self.checkout.environment["HOME"]
        if not os.path.exists(environment.account().pw_dir):
            self.assert_sentence(self.checkout.explain(), f"can't write to {environment.account().pw_dir}/.local")
        self.checkout.environment["HOME"] = str(self.checkout.home)
        self.install_for_all()
        del self.checkout.environment["HOME"]
        self.run_both()
        self.checkout.without("tshark")
        run = self.checkout.install("--uninstall")
        self.assertEqual((run.returncode, run.stdout), (0, ""), run.stderr)
        self.assertNotIn("unbound", run.stderr)

    def test_temporary_folder_that_is_missing(self):
        self.checkout.environment["TMPDIR"] = "/nowhere"
        self.assertEqual(self.checkout.install().returncode, 0)
        self.run_both()

    def test_sudo_that_refuses(self):
        self.checkout.without("tshark")
        self.checkout.stand_in("sudo", "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
        run = self.checkout.explain()
        self.assert_sentence(run, "it takes root, or a user who may use sudo, and a connection:\nsudo: a password is required\n")
        self.assertEqual((self.checkout.called(), self.checkout.installed()), ([], []))


class Captures(unittest.TestCase):
    """What is no capture is named, and does not stop the rest."""

    def test_odd_captures(self):
        checkout = Checkout()
        home = checkout.home
        expected = resets_of(checkout.explain().stdout)
        (home / "empty").touch()
        (home / "no packets").write_bytes(pcap([]))
        os.mkfifo(home / "pipe")
        (home / "dangling").symlink_to("nowhere")
        (home / "circle").symlink_to("circle")
        checkout.capture("secret").chmod(0)
        checkout.capture("good")
        (home / "locked").mkdir()
        (home / "locked" / "capture").touch()
        checkout.give_away(home / "locked")
        (home / "locked").chmod(0)
        self.addCleanup((home / "locked").chmod, 0o755)
        sentences = {"empty": "the file is empty.", "pipe": "this is not a file", "/dev/null": "this is not a file",
                     "dangling": "there is no such file.", "circle": "this can't be read: ", "secret": "you may not read this file",
                     "locked": "this is not a file", "locked/capture": "you may not read this file",
                     "x" * 300: "this can't be read: "}
        for name, sentence in sentences.items():
            with self.subTest(name):
                run = checkout.explain(name)
                self.assertEqual((run.returncode, run.stdout), (1, ""))
                self.assertRegex(run.stderr, f"^explain: {name}: {sentence}.*\n$")
        run = checkout.explain("no packets")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "No resets.\n", ""))
        run = checkout.explain("no packets", *sentences, "good")
        self.assertEqual((run.returncode, resets_of(run.stdout), len(run.stderr.splitlines())), (1, expected, len(sentences)))
        self.assertIn("No resets.\n", run.stdout)


if __name__ == "__main__":
    unittest.main()
