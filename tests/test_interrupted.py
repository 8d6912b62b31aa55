"""plugin/install and plugin/explain when somebody presses Ctrl-C, at each of their steps, or starts a second one meanwhile: the
installed plugin is whole, nothing temporary is left, and no process.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import pathlib
import shutil
import signal
import time
import unittest

import environment
from checkout import CARGO, Checkout
from test_explain import resets_of

MANY = 6    # so many captures are shared out
SOON = 20    # seconds
BUILD = "cargo build --release --locked"
# Says that it is there, though not in HOME, which may be another one by then, and stays.
WAIT = 'touch "${CALLS%/*}/reached"; sleep 100'
AS_ROOT = '#!/bin/sh\nexec "$@"\n'
# Ends itself, as apt-get does on the signal, or goes on as if nothing was, as dpkg does under apt-get.
SLEEPERS = {"ended": f"#!/bin/sh\n{WAIT}\n", "unmoved": '#!/bin/sh\ntrap "" INT\ntouch "${CALLS%/*}/reached"; sleep 1; exit 100\n'}
# As of coreutils, but for the file's second half.
HALF_INSTALL = f'#!/bin/sh\nmkdir -p "${{5%/*}}" && head -c 1000 "$4" > "$5"\n{WAIT}\n'


class Interrupted(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()
        self.checkout.environment["TMPDIR"] = str(environment.own_folder("temporary"))
        self.plugin = self.checkout.home / ".local/lib/wireshark/plugins" / environment.wireshark_series() / "epan" / "rstanalysis.so"
        self.reached = self.checkout.home / "reached"

    def old_plugin(self):
        self.plugin.parent.mkdir(parents=True)
        self.plugin.write_bytes(b"old")
        self.checkout.give_away(self.checkout.home)

    def stand_in(self, name, condition="true"):
        """The program, but for staying where its arguments are so."""
        real = shutil.which(name)
        self.checkout.stand_in(name, f'#!/bin/sh\nif {condition}; then {WAIT}; fi\nexec {real} "$@"\n')

    def interrupt(self, *command):
        """What is said on Ctrl-C by a command that got as far as a stand-in that waits. The signal goes to all that the terminal runs."""
        self.reached.unlink(missing_ok=True)
        with self.checkout.start(self.checkout.folder / "plugin" / command[0], *command[1:]) as process:
            wait_for(self.reached.exists)
            os.killpg(process.pid, signal.SIGINT)
            output, errors = process.communicate(timeout=environment.LONGEST_RUN)
        self.assertIn(process.returncode, (130, -signal.SIGINT))
        self.assertNotIn("Traceback", errors)
        wait_for(lambda: not self.processes(), SOON)
        self.assertEqual(os.listdir(self.checkout.environment["TMPDIR"]), [])
        return output

    def processes(self):
        """The commands of those that were started here and are not ended."""
        sign = f"HOME={self.checkout.home}\0".encode()
        found = []
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if sign in (place / "environ").read_bytes():
                    found.append((place / "cmdline").read_bytes())
            except OSError:
                pass
        return found

    def at_home(self):
        """What is there, but for GNU parallel's own and ours."""
        return {*os.listdir(self.checkout.home)} - {".parallel", self.reached.name}

    def assert_old_plugin_is_whole(self):
        self.assertEqual(self.plugin.read_bytes(), b"old")
        self.assertEqual(os.listdir(self.plugin.parent), [self.plugin.name])

    def assert_next_run_installs(self):
        self.assertEqual(self.checkout.install().returncode, 0)
        self.assertEqual(self.plugin.read_bytes(), environment.build().read_bytes())
        self.assertEqual(os.listdir(self.plugin.parent), [self.plugin.name])
        self.assertTrue(list(self.checkout.home.glob(".config/wireshark/profiles/*/colorfilters")))

    def test_packages(self):
        for name, script in SLEEPERS.items():
            with self.subTest(name):
                self.checkout.without("tshark", "sudo", "apt-get")
                self.checkout.stand_in("sudo", AS_ROOT)
                self.checkout.stand_in("apt-get", script)
                self.assertEqual(self.interrupt("explain"), "")
                self.assertEqual((self.checkout.called(), self.checkout.installed()), ([], []))

    def test_build(self):
        self.old_plugin()
        self.checkout.stand_in("cargo", CARGO.replace("build) ", f"build) {WAIT}; "))
        for command in ("install", "explain"):
            self.assertEqual(self.interrupt(command), "")
            self.assert_old_plugin_is_whole()
        self.checkout.stand_in("cargo", CARGO)
        self.assert_next_run_installs()

    def test_installation(self):
        self.old_plugin()
        self.checkout.stand_in("install", HALF_INSTALL)
        self.interrupt("install")
        self.assert_old_plugin_is_whole()
        (self.checkout.programs / "install").unlink()
        for name, condition in (("tshark", '[ "$2" = plugins ]'), ("mv", "true"), ("touch", '[ "$1" = -d ]')):
            with self.subTest(name):
                self.stand_in(name, condition)
                self.interrupt("install")
                self.assert_old_plugin_is_whole()
                (self.checkout.programs / name).unlink()
        self.assertEqual(list(self.checkout.home.glob(".config/wireshark/profiles/*/*")), [])
        self.assert_next_run_installs()

    def test_removal_is_taken_up_again(self):
        self.checkout.install()
        self.stand_in("rmdir")
        self.interrupt("install", "--uninstall")
        (self.checkout.programs / "rmdir").unlink()
        self.assertEqual(self.checkout.install("--uninstall").returncode, 0)
        self.assertEqual(list(self.checkout.home.glob(".config/wireshark/profiles/*")) + self.checkout.installed(), [])

    def test_explaining(self):
        self.checkout.install()
        names = [self.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        self.stand_in("tshark", 'case " $* " in *" -r "*) true ;; *) false ;; esac')
        before = self.at_home()
        for captures in (names[:1], names):
            with self.subTest(captures=len(captures)):
                self.interrupt("explain", *captures)
                self.assertEqual(self.at_home(), before)
        self.interrupt("explain", "--output", "result", names[0])
        self.assertEqual(self.at_home(), before)
        # What is done of many is kept, as test_batch.py has it.
        self.interrupt("explain", "--output", "result", *names)
        self.assertEqual(self.at_home(), before | {"result.parts"})

    def test_installation_of_parallel(self):
        self.checkout.install()
        names = [self.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        self.checkout.without("parallel", "sudo", "apt-get")
        self.checkout.stand_in("sudo", AS_ROOT)
        self.checkout.stand_in("apt-get", SLEEPERS["ended"])
        self.assertEqual(self.interrupt("explain", *names), "")


class Twice(unittest.TestCase):
    def setUp(self):
        self.checkout = Checkout()
        self.reached, self.go_on = self.checkout.home / "reached", self.checkout.home / "go on"
        wait = 'touch "${CALLS%/*}/reached"; until [ -e "$HOME/go on" ]; do sleep 0.05; done; sleep 100 >/dev/null 2>&1 & echo $! >> "$HOME/left"; '
        self.checkout.stand_in("cargo", CARGO.replace("build) ", "build) " + wait))
        self.addCleanup(self.end_what_is_left)

    def end_what_is_left(self):
        left = self.checkout.home / "left"
        for process in map(int, left.read_text().split() if left.exists() else []):
            os.kill(process, signal.SIGKILL)

    def together(self, name):
        """Two of the program, the second started while the first builds; what they print."""
        command = self.checkout.folder / "plugin" / name
        with self.checkout.start(command) as first:
            wait_for(self.reached.exists)
            with self.checkout.start(command) as second:
                said = second.stderr.readline()
                self.go_on.touch()
                outputs = [process.communicate(timeout=environment.LONGEST_RUN) for process in (first, second)]
        self.assertEqual([first.returncode, second.returncode], [0, 0], outputs)
        self.assertEqual(said, f"Waiting for the other run in {self.checkout.folder} ...\n")
        self.assertEqual(outputs[1][1], "")
        self.assertEqual(self.checkout.called(), [BUILD])
        [plugin] = self.checkout.home.glob(".local/lib/wireshark/plugins/*/epan/*")
        self.assertEqual(plugin.read_bytes(), environment.build().read_bytes())
        return [output for output, _ in outputs]

    def test_install(self):
        self.assertEqual(self.together("install"), ["", ""])
        # A process that the build left, as a compiler's cache may, keeps nobody waiting.
        self.assertEqual(self.checkout.install("--uninstall").returncode, 0)
        self.assertEqual(self.checkout.installed(), [])

    def test_explain(self):
        first, second = map(resets_of, self.together("explain"))
        self.assertTrue(first)
        self.assertEqual(first, second)

    def test_one_that_waits_can_be_interrupted(self):
        command = self.checkout.folder / "plugin" / "explain"
        with self.checkout.start(command) as first:
            wait_for(self.reached.exists)
            with self.checkout.start(command) as second:
                self.assertIn("Waiting", second.stderr.readline())
                os.killpg(second.pid, signal.SIGINT)
                self.assertEqual(second.communicate(timeout=environment.LONGEST_RUN), ("", ""))
            self.assertIn(second.returncode, (130, -signal.SIGINT))
            self.go_on.touch()
            first.communicate(timeout=environment.LONGEST_RUN)
        self.assertEqual((first.returncode, self.checkout.installed()), (0, ["rstanalysis.so"]))

    def test_same_result(self):
        self.go_on.touch()
        self.assertEqual(self.checkout.install().returncode, 0)
        names = [self.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        real, reached = shutil.which("tshark"), self.checkout.home / "asked"
        waiting = 'touch "$HOME/asked"; until [ -e "$HOME/answer" ]; do sleep 0.05; done'
        self.checkout.stand_in("tshark", f'#!/bin/sh\ncase " $* " in *" -r "*) {waiting} ;; esac\nexec {real} "$@"\n')
        with self.checkout.start(self.checkout.command, "--output", "result", *names) as first:
            wait_for(reached.exists)
            second = self.checkout.explain("--output", "result", *names)
            self.assertEqual((second.returncode, second.stdout), (1, ""))
            self.assertRegex(second.stderr, "^explain: another run is at work on .*; wait for it, or end it.\\n$")
            (self.checkout.home / "answer").touch()
            self.assertEqual(first.communicate(timeout=environment.LONGEST_RUN), ("", ""))
        self.assertEqual(first.returncode, 0)
        self.assertEqual(len(resets_of((self.checkout.home / "result").read_text())) % MANY, 0)


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come so far"
        time.sleep(0.02)


if __name__ == "__main__":
    unittest.main()
