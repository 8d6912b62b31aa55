"""LLVM's AddressSanitizer watches the Rust side, the boundary to C included, while its unit tests run.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import subprocess
import unittest

import environment

TARGET = environment.REPOSITORY / "target" / "sanitizer"
# Debian's Rust comes without it.
MISSING = "this Rust has no AddressSanitizer: the Rust that rustup installs has it"


def has_sanitizer():
    root = subprocess.run(["rustc", "--print", "target-libdir"], capture_output=True, text=True).stdout.strip()
    return any(name.endswith("_rt.asan.a") for name in os.listdir(root))


def run(*arguments):
    """Unit tests, watched. The sanitizer is an unstable option, which a stable Rust takes with this variable only."""
    return subprocess.run(["cargo", "test", "--quiet", "--locked", "--lib", "--target", environment.machine(), "--target-dir", TARGET, "--",
                           *arguments],
                          cwd=environment.REPOSITORY, env={**os.environ, "RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": "-Zsanitizer=address"},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


@unittest.skipUnless(has_sanitizer(), MISSING)
class Sanitizer(unittest.TestCase):
    def test_nothing_is_read_that_is_not_ours_and_nothing_is_lost(self):
        done = run()
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        self.assertRegex(done.stdout, r"test result: ok\. \d{3,} passed")

    def test_reading_too_far_would_be_found(self):
        self.assert_found("reading_beyond_what_was_captured", "heap-buffer-overflow")

    def test_loss_would_be_found(self):
        self.assert_found("lost_session", "LeakSanitizer: detected memory leaks")

    def assert_found(self, test, what):
        done = run("--ignored", test)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(what, done.stdout)
        self.assertIn("src/ffi/", done.stdout)


if __name__ == "__main__":
    unittest.main()
