"""plugin/install and plugin/explain where the disk is full: a sentence says so, what was there stays whole, nothing incomplete
is left, and once there is room, the same command does it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import errno
import os
import subprocess
import unittest

import environment
from checkout import PROFILE, Checkout
from test_explain import resets_of

MANY = 6    # so many captures are shared out
NO_SPACE = os.strerror(errno.ENOSPC)


def mount(folder, size="1m"):
    """Puts a disk of its own at the folder, which belongs to the account."""
    folder.mkdir(parents=True, exist_ok=True)
    user = environment.account()
    options = f"size={size},mode=755,uid={user.pw_uid},gid={user.pw_gid}"
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "disk", folder], capture_output=True).returncode == 0


def unmount(folder):
    subprocess.run(["umount", "--lazy", folder], check=True)


def enlarge(folder):
    subprocess.run(["mount", "-o", "remount,size=100m", folder], check=True)


def fill(folder, leave=0):
    """All but so many bytes."""
    with open(folder / "filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC
        filler.truncate(filler.tell() - leave)


def setUpModule():
    probe = environment.own_folder("probe")
    if not mount(probe):
        raise unittest.SkipTest("small disks take root and, in a container, the right to mount")
    unmount(probe)


def files(folder):
    """All that is there, but for folders and what fills the disk."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() and path.name != "filler")


class FullDisk(unittest.TestCase):
    def disk(self, folder=None, size="1m"):
        folder = folder or environment.own_folder("disk")
        self.assertTrue(mount(folder, size))
        self.addCleanup(unmount, folder)
        return folder

    def assert_sentence(self, run, *words):
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        for word in (*words, NO_SPACE):
            self.assertIn(word, run.stderr)
        self.assertNotIn("Traceback", run.stderr)

    def install(self, *arguments, **variables):
        return self.checkout.run(self.checkout.folder / "plugin" / "install", *arguments, **variables)


class Installing(FullDisk):
    def setUp(self):
        self.checkout = Checkout()

    def test_plugins_folder(self):
        home = self.disk()
        plugin = home / ".local/lib/wireshark/plugins" / environment.wireshark_series() / "epan" / "rstanalysis.so"
        plugin.parent.mkdir(parents=True)
        plugin.write_bytes(b"old")
        self.checkout.give_away(home)
        fill(home, leave=4096)
        self.assert_sentence(self.install(HOME=str(home)), f"can't write to {plugin.parent}: see that")
        self.assertEqual((files(home), os.listdir(plugin.parent)), ([str(plugin.relative_to(home))], [plugin.name]))
        self.assertEqual(plugin.read_bytes(), b"old")
        # What root could do there is not asked for: sudo would only make it root's.
        self.assertEqual(self.checkout.called(), ["cargo build --release --locked"])
        enlarge(home)
        self.assertEqual(self.install(HOME=str(home)).returncode, 0)
        self.assertEqual(plugin.read_bytes(), environment.build().read_bytes())
        self.assertEqual(len(files(home)), 1 + len(list((self.checkout.folder / "plugin" / "profile" / PROFILE).iterdir())))
        fill(home)
        self.assertEqual(self.install("--uninstall", HOME=str(home)).returncode, 0)
        self.assertEqual(files(home), [])

    def test_profiles_folder(self):
        config = self.disk(self.checkout.home / ".config")
        fill(config)
        run = self.install()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("The profile could not be written to", run.stderr)
        self.assertEqual((files(config), self.checkout.installed()), ([], ["rstanalysis.so"]))

    def test_folder_of_the_build(self):
        target = self.disk(self.checkout.folder / "target")
        fill(target)
        self.assert_sentence(self.install(), f"the plugin could not be built in {target}; put right what cargo says")
        self.assertEqual(self.checkout.installed(), [])
        self.assertEqual(files(self.checkout.home), ["calls"])

    def test_temporary_folder_is_not_needed(self):
        temporary = self.disk()
        fill(temporary)
        names = [self.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        for captures in (names[:1], names):
            run = self.checkout.run(self.checkout.command, *captures, TMPDIR=str(temporary))
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertTrue(resets_of(run.stdout))
        self.assertEqual(files(temporary), [])


class Explaining(FullDisk):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout()
        cls.expected = resets_of(cls.checkout.explain().stdout)
        cls.names = [cls.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        cls.cases = [(cls.names[:1], "text"), (cls.names[:1], "csv"), (cls.names, "text"), (cls.names, "ndjson")]

    def setUp(self):
        self.assertTrue(self.expected)

    def test_result(self):
        folder = self.disk()
        result = folder / "result"
        result.write_text("old")
        self.checkout.give_away(folder)
        fill(folder)
        for names, form in self.cases:
            with self.subTest(form, captures=len(names)):
                run = self.checkout.explain("--format", form, "--output", str(result), *names)
                self.assert_sentence(run, str(result), f"can't be written: {NO_SPACE}. Put that right, then run this again.")
                self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
                self.assertEqual(sorted(os.listdir(folder)), ["filler", "result"])
                self.assertEqual(result.read_text(), "old")

    def test_disk_that_becomes_full(self):
        folder = self.disk(size="100k")
        result = folder / "result"
        run = self.checkout.explain("--output", str(result), *self.names)
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertRegex(run.stderr, r"(?m)^explain: [1-6] capture.* or the disk is full; the same command tries again, and .* holds what is done.$")
        self.assertEqual(os.listdir(folder), ["result.parts"])
        enlarge(folder)
        run = self.checkout.explain("--output", str(result), *self.names)
        self.assertEqual((run.returncode, run.stdout), (0, ""), run.stderr)
        self.assertEqual((os.listdir(folder), resets_of(result.read_text())), (["result"], self.expected * MANY))

    def test_temporary_folder_that_becomes_full(self):
        temporary = self.disk(size="16k")
        run = self.checkout.run(self.checkout.command, *self.names, TMPDIR=str(temporary))
        self.assertEqual((run.returncode, resets_of(run.stdout)), (1, []))
        self.assertIn("Is the disk full?", run.stderr)
        for name in self.names:
            self.assertIn(f"explain: {name}: there is no result of it", run.stderr)
        self.assertEqual(files(temporary), [])

    def test_standard_output(self):
        said = f"explain: the result can't be written: {NO_SPACE}. Put that right, then run this again.\n"
        for names, form in self.cases:
            with self.subTest(form, captures=len(names)), open("/dev/full", "w") as full:
                with self.checkout.start(self.checkout.command, "--format", form, *names, stdout=full) as process:
                    errors = process.stderr.read()
                self.assertEqual((process.returncode, errors), (1, said))


if __name__ == "__main__":
    unittest.main()
