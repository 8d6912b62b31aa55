"""plugin/explain --sshlogin: captures that another host explains.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import shutil
import unittest

import environment
from checkout import Checkout
from remote import Remote
from test_batch import MANY, ODD_NAMES, frames, ndjson
from test_explain import resets_of

# Notes each capture that it is asked about.
TSHARK = '#!/bin/sh\ncase " $* " in *" -r "*) echo asked >> "$CALLS" ;; esac\nexec {real} "$@"\n'


class Hosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout()
        cls.resets = resets_of(cls.checkout.explain().stdout)
        cls.many = [cls.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]

    def setUp(self):
        self.checkout.stand_in("tshark", TSHARK.format(real=shutil.which("tshark")))
        self.addCleanup((self.checkout.programs / "tshark").unlink)

    def asked_here(self):
        """How many captures this machine's tshark was asked about since the last call."""
        return len(self.checkout.called())

    def remote(self, kind):
        remote = Remote(environment.Host(kind))
        self.addCleanup(remote.stop)
        return remote

    def left_at(self, remote):
        """What is in the home folder there, but for what Wireshark and GNU parallel always keep."""
        return [path.name for path in remote.home.rglob("*") if path.is_file() and path.name != "rstanalysis.so"
                and "sshlogin" not in path.parts and ".config" not in path.parts]

    def test_another_host_explains_what_this_one_would(self):
        remote = self.remote("release")
        for name in ODD_NAMES:
            self.checkout.capture(name)
        here = self.checkout.explain("--format", "ndjson", "--jobs", "2", "--", *ODD_NAMES)
        self.asked_here()
        run = self.checkout.explain("--format", "ndjson", "--sshlogin", "2/" + remote.login, "--", *ODD_NAMES)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(frames(ndjson(run.stdout)), self.resets * len(ODD_NAMES))
        self.assertEqual(run.stdout, here.stdout)
        self.assertEqual(self.asked_here(), 0)
        self.assertEqual(self.left_at(remote), [])
        for name in ODD_NAMES:
            self.assertTrue((self.checkout.home / name).exists())

    def test_hosts_share_the_captures(self):
        remote = self.remote("release")
        self.asked_here()
        run = self.checkout.explain("--sshlogin", f"1/{remote.login},1/:", "--output", "result", *self.many)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        self.assertEqual(resets_of((self.checkout.home / "result").read_text()), self.resets * MANY)
        here = self.asked_here()
        self.assertTrue(0 < here < MANY, here)

    def test_host_without_plugin_is_told(self):
        remote = self.remote(None)
        run = self.checkout.explain("--sshlogin", remote.login, *self.many)
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertRegex(run.stderr, r"^explain: the host .*far has no Wireshark with this plugin: run plugin/install there.*\n$")

    def test_host_that_does_not_answer_is_told(self):
        remote = self.remote("release")
        remote.process.terminate()
        remote.process.wait()
        run = self.checkout.explain("--sshlogin", remote.login, *self.many)
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertRegex(run.stderr, r"^explain: a host of --sshlogin can't be reached: .*refused\n$")


if __name__ == "__main__":
    unittest.main()
