"""plugin/install: what it leaves of the user's own, when it builds anew, and that it takes everything away again.

What its first run does, and what it says when something is missing, is in test_explain.py.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import unittest

import environment
from checkout import PROFILE, Checkout

BUILD = ["cargo build --release --locked"]
VERSION = environment.wireshark_series()


class Install(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()
        self.sources = self.checkout.profile_sources()
        self.profile = self.checkout.home / ".config" / "wireshark" / "profiles" / PROFILE
        self.folder = self.checkout.home / ".local/lib/wireshark/plugins" / VERSION / "epan"
        self.shared = self.checkout.shared_plugins

    def write(self, path, content):
        """A file of the user's."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.checkout.give_away(self.checkout.home)
        self.checkout.give_away_shared()

    def install(self, *arguments):
        run = self.checkout.install(*arguments)
        self.assertEqual((run.returncode, run.stdout), (0, ""), run.stderr)
        return run.stderr

    def test_profile_comes_with_the_plugin(self):
        self.install()
        self.assertEqual(names(self.profile), names(self.sources))
        self.assertEqual((self.profile / "hosts").read_text(), "# of the plugin\n")

    def test_file_of_the_user_stays_and_is_named(self):
        self.write(self.profile / "hosts", b"mine")
        self.assertIn(f"Kept yours: {self.profile / 'hosts'}", self.install())
        self.assertEqual((self.profile / "hosts").read_bytes(), b"mine")
        self.assertTrue((self.profile / "services").exists())

    def test_new_file_takes_the_old_ones_place_whole(self):
        old = self.folder / "rstanalysis.so"
        self.write(old, b"old")
        with old.open("rb") as opened:
            self.install()
            # Whoever has it open keeps what it had: it was renamed over, not written into.
            self.assertEqual(opened.read(), b"old")
        self.assertEqual(names(self.folder), ["rstanalysis.so"])
        self.assertEqual(old.read_bytes(), environment.build().read_bytes())

    def test_plugin_for_another_wireshark_is_built_anew_however_new_it_is(self):
        self.install()
        self.checkout.called()
        self.install()
        self.assertEqual(self.checkout.called(), [])
        plugin = self.folder / "rstanalysis.so"
        built_for = f"was built for Wireshark {VERSION} ".encode()
        self.assertIn(built_for, plugin.read_bytes())
        self.write(plugin, plugin.read_bytes().replace(built_for, b"was built for Wireshark 3.6 "))
        self.install()
        self.assertEqual(self.checkout.called(), BUILD)

    def test_headers_of_another_version_than_tshark_are_told(self):
        headers = environment.own_folder("headers")
        (headers / "ws_version.h").write_text("#define WIRESHARK_VERSION_MAJOR 4\n#define WIRESHARK_VERSION_MINOR 9\n")
        run = self.checkout.run(self.checkout.folder / "plugin" / "install", WIRESHARK_INCLUDE=str(headers))
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(f"tshark is of Wireshark {VERSION}, the headers (libwireshark-dev) are of 4.9", run.stderr)
        self.assertEqual(self.checkout.called(), [])

    def test_copy_beside_the_systems_goes(self):
        self.install()
        self.shared.mkdir(parents=True)
        (self.folder / "rstanalysis.so").rename(self.shared / "rstanalysis.so")
        self.write(self.folder / "rstanalysis.so", b"old")
        self.install()
        self.assertEqual(names(self.folder), [])

    def test_plugin_of_a_package_is_left_to_it(self):
        self.write(self.shared / "rstanalysis.so", b"of a package")
        self.checkout.stand_in("dpkg-query", "#!/bin/sh\necho \"some-package: $2\"\n")
        self.assertIn("apt-get remove some-package", self.install())
        self.assertEqual((self.shared / "rstanalysis.so").read_bytes(), b"of a package")
        self.assertEqual(self.checkout.called(), [])
        self.assertIn("apt-get remove some-package", as_root(self, "--uninstall"))
        self.assertTrue((self.shared / "rstanalysis.so").exists())

    def test_uninstall_leaves_nothing(self):
        self.install()
        other = self.folder.parent.parent / "3.6" / "epan" / "rstanalysis.so"
        self.write(other, b"for an older Wireshark")
        self.write(self.profile / "recent", b"of Wireshark")
        self.install("--uninstall")
        self.assertEqual(files(self.checkout.home), ["calls"])
        self.assertFalse(self.profile.exists())
        self.assertEqual(self.install("--uninstall"), "")

    def test_uninstall_keeps_and_names_what_is_the_users(self):
        self.install()
        self.write(self.profile / "hosts", b"mine")
        self.write(self.profile / "recent", b"of Wireshark")
        self.write(self.folder / "another.so", b"another plugin")
        said = self.install("--uninstall")
        self.assertEqual(names(self.profile), ["hosts", "recent"])
        self.assertEqual(names(self.folder), ["another.so"])
        for path in (self.profile / "hosts", self.profile / "recent"):
            self.assertIn(f"Kept, since it is yours: {path}\n", said)

    def test_uninstall_leaves_the_systems_to_root(self):
        as_root(self)
        profile = self.checkout.shared_data / "profiles" / PROFILE
        self.assertEqual(names(profile), names(self.sources))
        self.assertIn(f"Kept, since it is for all users: {self.shared / 'rstanalysis.so'}", self.install("--uninstall"))
        self.assertEqual((names(self.shared), names(profile)), (["rstanalysis.so"], names(self.sources)))
        as_root(self, "--uninstall")
        self.assertEqual((names(self.shared), profile.exists()), ([], False))

    def test_uninstall_works_without_wireshark(self):
        self.install()
        self.checkout.without("tshark")
        self.install("--uninstall")
        self.assertEqual(files(self.checkout.home), ["calls"])


def as_root(test, *arguments):
    """What plugin/install says where id tells it that it is root's."""
    test.checkout.stand_in("id", "#!/bin/sh\necho 0\n")
    said = test.install(*arguments)
    (test.checkout.programs / "id").unlink()
    return said


def names(folder):
    return sorted(os.listdir(folder))


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and not path.match(".cache/*"))


if __name__ == "__main__":
    unittest.main()
