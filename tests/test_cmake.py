"""cmake/ for one user, without root, and what it says when something is missing. Cargo is a stand-in here.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import unittest

import environment
from checkout import PROFILE, Checkout
from test_install import VERSION, files, names


class Cmake(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()
        self.sources = self.checkout.profile_sources()
        self.build = self.checkout.folder / "build"

    def cmake(self, *arguments, **variables):
        return self.checkout.run("cmake", *map(str, arguments), **variables)

    def configure(self, *arguments, **variables):
        return self.cmake("-S", self.checkout.folder / "cmake", "-B", self.build, *arguments, **variables)

    def succeed(self, run):
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def assert_refused(self, run, *words):
        self.assertNotEqual(run.returncode, 0)
        said = " ".join(run.stderr.split())
        for word in words:
            self.assertIn(word, said)


class Personal(Cmake):
    def setUp(self):
        super().setUp()
        self.profile = self.checkout.home / ".config" / "wireshark" / "profiles" / PROFILE
        self.shared = environment.own_folder("shared")
        self.succeed(self.configure("-DPERSONAL=ON", f"-DWireshark_PLUGIN_INSTALL_DIR={self.shared}"))
        self.succeed(self.cmake("--build", self.build))

    def install(self):
        return self.succeed(self.cmake("--install", self.build))

    def uninstall(self):
        return self.succeed(self.cmake("--build", self.build, "--target", "uninstall"))

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.checkout.give_away(self.checkout.home)

    def test_tshark_loads_what_is_installed(self):
        self.install()
        listing = self.checkout.run("tshark", "-G", "plugins")
        place = self.checkout.home / ".local/lib/wireshark/plugins" / VERSION / "epan" / "rstanalysis.so"
        self.assertIn(str(place), listing.stdout)
        self.assertEqual(listing.stderr, "")
        self.assertEqual(names(self.profile), names(self.sources))

    def test_file_of_the_user_stays_through_all(self):
        self.write(self.profile / "hosts", "mine")
        for _ in range(2):
            self.assertIn(f"Kept yours: {self.profile / 'hosts'}\n", self.install())
        self.write(self.profile / "services", "mine now")
        self.assertIn(f"Kept, since you changed it: {self.profile / 'services'}\n", self.uninstall())
        self.assertEqual((self.profile / "hosts").read_text(), "mine")
        self.assertEqual((self.profile / "services").read_text(), "mine now")
        self.assertEqual(names(self.profile), ["hosts", "services"])

    def test_uninstall_leaves_nothing_after_two_installations(self):
        self.install()
        self.write(self.profile / "recent", "of Wireshark")
        self.install()
        self.uninstall()
        self.assertEqual(files(self.checkout.home), ["calls"])
        self.assertFalse(self.profile.exists())

    def test_changed_source_is_built_anew(self):
        self.assertEqual(self.checkout.called(), ["cargo build --release --locked"])
        self.succeed(self.cmake("--build", self.build))
        self.assertEqual(self.checkout.called(), ["cargo build --release --locked"])

    def test_second_copy_beside_the_systems_is_refused(self):
        (self.shared / "epan").mkdir()
        (self.shared / "epan" / "rstanalysis.so").touch()
        self.assert_refused(self.cmake("--install", self.build), "is installed for all users", "remove that one first")
        self.assertFalse((self.checkout.home / ".local").exists())

    def test_folder_that_may_not_be_written_is_told(self):
        (self.checkout.home / ".local").mkdir(mode=0o555)
        self.assert_refused(self.cmake("--install", self.build), f"Can't write to {self.checkout.home}/.local/lib/wireshark")

    def test_older_place_of_the_configuration_is_used_where_the_user_has_it(self):
        self.write(self.checkout.home / ".wireshark" / "preferences", "")
        self.succeed(self.configure())
        self.install()
        self.assertEqual(names(self.checkout.home / ".wireshark" / "profiles" / PROFILE), names(self.sources))


class Trouble(Cmake):
    def test_personal_installation_of_root_is_refused(self):
        self.checkout.stand_in("id", "#!/bin/sh\necho 0\n")
        self.assert_refused(self.configure("-DPERSONAL=ON"), "As root, Wireshark does not look at personal plugins")

    def test_installing_before_building_is_refused(self):
        self.succeed(self.configure("-DPERSONAL=ON"))
        self.assert_refused(self.cmake("--install", self.build), "The plugin is not built yet: run cmake --build first.")

    def test_missing_rust_is_told(self):
        self.checkout.without("cargo", "rustc")
        self.checkout.stand_in("dpkg", "#!/bin/sh\nexit 1\n")
        self.assert_refused(self.configure(), "Rust 1.85 or later is needed, its rustc and cargo. Install it from https://rustup.rs")

    def test_old_rust_is_told_with_its_version(self):
        for name in ("cargo", "rustc"):
            self.checkout.stand_in(name, f"#!/bin/sh\necho '{name} 1.63.0 (of 2022)'\n")
        self.checkout.stand_in("dpkg", "#!/bin/sh\nexit 1\n")
        self.assert_refused(self.configure(), "Rust 1.85 or later is needed", "and this is rustc 1.63.0 (of 2022).")

    def test_missing_packages_are_told(self):
        self.checkout.without("pkg-config", "cc")
        self.assert_refused(self.configure(), "are missing: libwireshark-dev libglib2.0-dev pkg-config gcc. Install them "
                            "(Debian: apt-get install libwireshark-dev libglib2.0-dev pkg-config gcc), then run cmake again.")

    def test_folder_without_headers_is_told(self):
        self.assert_refused(self.configure(f"-DWIRESHARK_INCLUDE={self.checkout.home}"),
                            f"There is no ws_version.h in '{self.checkout.home}'")


class OtherWireshark(Cmake):
    def setUp(self):
        super().setUp()
        self.prefix = environment.own_folder("wireshark")
        self.headers = self.prefix / "include" / "wireshark"
        self.headers.mkdir(parents=True)
        (self.headers / "ws_version.h").write_text("#define WIRESHARK_VERSION_MAJOR 4\n#define WIRESHARK_VERSION_MINOR 9\n"
                                                   "#define WIRESHARK_VERSION_MICRO 1\n")

    def test_other_headers_lead_to_their_versions_folder(self):
        said = self.succeed(self.configure(f"-DWIRESHARK_INCLUDE={self.headers}"))
        self.assertIn("for Wireshark 4.9, into ", said)
        self.assertIn("/plugins/4.9/epan\n", said)

    def test_no_package_is_made_for_headers_that_are_of_no_package(self):
        self.succeed(self.configure(f"-DWIRESHARK_INCLUDE={self.headers}"))
        run = self.cmake("--build", self.build, "--target", "package")
        self.assert_refused(run, "that one's version is not 4.9, which this build is for")

    def test_wireshark_built_from_source_is_found(self):
        folder = self.prefix / "lib" / "cmake" / "wireshark"
        folder.mkdir(parents=True)
        (folder / "WiresharkConfig.cmake").write_text(
            f"set(Wireshark_INSTALL_PREFIX {self.prefix})\nset(Wireshark_INCLUDE_DIR {self.headers})\n"
            f"set(Wireshark_PLUGIN_INSTALL_DIR {self.prefix}/lib/wireshark/plugins/4.9)\n")
        said = self.succeed(self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}"))
        self.assertIn(f"for Wireshark 4.9, into {self.prefix}/lib/wireshark/plugins/4.9/epan\n", said)


if __name__ == "__main__":
    unittest.main()
