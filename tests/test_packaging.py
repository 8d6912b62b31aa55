"""cmake/ for all users: what it builds, installs, packs and takes away again. For one user: test_cmake.py.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import os
import pathlib
import re
import subprocess
import unittest

import environment
import matrix
from checkout import PROFILE
from test_install import VERSION, files, names

SOURCE = environment.REPOSITORY / "cmake"
# Where a package may be installed: what the matrix runs in is made for tests; for this machine, a clean Debian is made.
SYSTEMS = {"here": [str(matrix.CHROOT), matrix.this_debian()], "there": []}


def cmake(*arguments, **variables):
    """Runs cmake as the user who runs the tests; what it said, on one line each."""
    run = subprocess.run(["cmake", *map(str, arguments)], env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=environment.LONGEST_RUN * 5)
    if run.returncode != 0:
        raise AssertionError(f"cmake {arguments} failed:\n{run.stdout}{run.stderr}")
    return run.stdout


def unwrapped(text):
    """CMake breaks its lines wherever it likes."""
    return " ".join(text.split())


@functools.cache
def built():
    """A build folder in which cargo, the real one, has built the plugin."""
    environment.build()
    folder = environment.own_folder("build ' folder")
    # The plugin that the other tests use is the same one.
    cmake("-S", SOURCE, "-B", folder, f"-DCARGO_TARGET_DIR={environment.REPOSITORY / 'target'}")
    cmake("--build", folder)
    return folder


def plugin_folder(root):
    """Where this machine's Wireshark looks, under another root."""
    told = subprocess.run(["pkg-config", "--variable=plugindir", "wireshark"], check=True, capture_output=True, text=True)
    return pathlib.Path(f"{root}{told.stdout.strip()}") / "epan"


def expected_files():
    profile = environment.REPOSITORY / "plugin" / "profile" / PROFILE
    return sorted([f"{plugin_folder('')}/rstanalysis.so".lstrip("/"), "usr/share/doc/rstanalysis/copyright",
                   *(f"usr/share/wireshark/profiles/{PROFILE}/{path.name}" for path in profile.glob("*"))])


class System(unittest.TestCase):
    def setUp(self):
        self.root = environment.own_folder("root")

    def install(self):
        return cmake("--install", built(), DESTDIR=str(self.root))

    def uninstall(self):
        return cmake("--build", built(), "--target", "uninstall", DESTDIR=str(self.root))

    def test_files_are_where_wireshark_looks(self):
        self.install()
        self.assertEqual(files(self.root), expected_files())
        for path in self.root.rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o777, 0o755 if path.is_dir() else 0o644, path)

    def test_installed_plugin_works(self):
        self.install()
        host = environment.host(None)
        folders = {"WIRESHARK_PLUGIN_DIR": str(plugin_folder(self.root).parent.parent)}
        listing = host.run("tshark", "-G", "plugins", environment=folders)
        self.assertIn(str(plugin_folder(self.root) / "rstanalysis.so"), listing.stdout)
        self.assertEqual(listing.stderr, "")
        causes = host.run("tshark", "-r", environment.captures()["article.pcapng"], "-T", "fields", "-e", "rstanalysis.cause",
                          environment=folders).stdout.split()
        self.assertIn("firewall", causes)

    def test_uninstall_takes_away_what_was_installed_and_nothing_else(self):
        other = plugin_folder(self.root) / "another.so"
        other.parent.mkdir(parents=True)
        other.write_text("another plugin")
        self.install()
        self.uninstall()
        self.assertEqual(files(self.root), [str(other.relative_to(self.root))])
        self.assertFalse(list(self.root.rglob(PROFILE)))
        with self.assertRaisesRegex(AssertionError, "Nothing is installed from this build folder"):
            self.uninstall()

    def test_upgrade_puts_one_whole_file_in_the_old_ones_place(self):
        old = plugin_folder(self.root) / "rstanalysis.so"
        old.parent.mkdir(parents=True)
        old.write_bytes(b"old")
        with old.open("rb") as opened:
            self.install()
            self.assertEqual(opened.read(), b"old")
        self.assertEqual(names(old.parent), ["rstanalysis.so"])
        self.assertEqual(old.read_bytes(), environment.build().read_bytes())

    def test_nothing_is_built_where_nothing_changed(self):
        before = environment.build().stat().st_mtime_ns
        cmake("--build", built())
        self.assertEqual(environment.build().stat().st_mtime_ns, before)

    def test_other_prefix_is_used_and_told(self):
        folder = environment.own_folder("build")
        run = subprocess.run(["cmake", "-S", SOURCE, "-B", folder, f"-DCARGO_TARGET_DIR={environment.REPOSITORY / 'target'}",
                              f"-DCMAKE_INSTALL_PREFIX={self.root}"], check=True, capture_output=True, text=True)
        self.assertIn(f"looks for plugins in /usr, not in {self.root}", unwrapped(run.stderr))
        cmake("--install", folder)
        self.assertEqual(files(self.root), [name.removeprefix("usr/") for name in expected_files()])

    def test_personal_copies_are_named(self):
        home, programs = environment.own_folder("home"), environment.own_folder("programs")
        copy = home / ".local/lib/wireshark/plugins/4.0/epan/rstanalysis.so"
        copy.parent.mkdir(parents=True)
        copy.touch()
        (programs / "getent").write_text(f"#!/bin/sh\necho 'somebody:x:1000:1000::{home}:/bin/sh'\n")
        (programs / "getent").chmod(0o755)
        run = subprocess.run(["sh", environment.REPOSITORY / "plugin" / "shadowed.sh", "4.0"], capture_output=True, text=True,
                             env={"PATH": f"{programs}:{os.environ['PATH']}"})
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertRegex(run.stdout, f"^Remove {re.escape(str(copy))}: .*\n$")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cmake("--build", built(), "--target", "package")
        [cls.package] = built().glob("*.deb")

    def field(self, name):
        return subprocess.run(["dpkg-deb", "--field", self.package, name], check=True, capture_output=True, text=True).stdout.strip()

    def test_holds_what_is_installed(self):
        folder = environment.own_folder("unpacked")
        subprocess.run(["dpkg-deb", "--extract", self.package, folder], check=True)
        self.assertEqual(files(folder), expected_files())
        listing = subprocess.run(["dpkg-deb", "--contents", self.package], check=True, capture_output=True, text=True).stdout
        self.assertEqual({line.split()[1] for line in listing.splitlines()}, {"root/root"})

    def test_depends_on_the_wireshark_that_it_was_built_for(self):
        library = subprocess.run(["dpkg-query", "--show", "--showformat", "${Depends}", "libwireshark-dev"], check=True,
                                 capture_output=True, text=True).stdout
        [abi] = re.findall(r"libwireshark\d+\w*", library)
        major, minor = VERSION.split(".")
        depends = self.field("Depends").split(", ")
        for wanted in (abi, f"wireshark-common (>= {VERSION}~)", f"wireshark-common (<< {major}.{int(minor) + 1}~)"):
            self.assertIn(wanted, depends)
        self.assertTrue([package for package in depends if package.startswith("libc6 (>= ")], depends)

    def test_newer_wireshark_has_the_newer_version(self):
        self.assertTrue(self.field("Version").endswith(f"+wireshark{VERSION}"))

    def test_maintainer_script_succeeds(self):
        folder = environment.own_folder("control")
        subprocess.run(["dpkg-deb", "--control", self.package, folder], check=True)
        run = subprocess.run([folder / "postinst", "configure"], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))


if matrix.PLACE in SYSTEMS:
    class Apt(unittest.TestCase):
        def test_package_works_at_once_and_leaves_nothing(self):
            cmake("--build", built(), "--target", "package")
            [package] = built().glob("*.deb")
            with package.open("rb") as opened:
                run = subprocess.run([*SYSTEMS[matrix.PLACE], "tests/try_package"], cwd=environment.REPOSITORY, stdin=opened,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            if run.returncode == matrix.UNREACHABLE:
                print(f"The package was not tried in a clean Debian: {run.stdout.splitlines()[-1]}")
            else:
                self.assertEqual(run.returncode, 0, run.stdout)


if __name__ == "__main__":
    unittest.main()
