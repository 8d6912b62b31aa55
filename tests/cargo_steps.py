"""Formatting, lints and Rust's own tests, each counted.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import re
import subprocess

import environment

LINT = ["clippy", "--locked", "--quiet", "--all-targets"]
DENY = ["--", "--deny", "warnings"]
CHECKS = [
    ["fmt", "--check"],
    ["fmt", "--check", "--manifest-path", "tests/fuzz/Cargo.toml"],
    [*LINT, *DENY],
    [*LINT, "--no-default-features", *DENY],
    [*LINT, "--features", "fault-injection", *DENY],
]
# Without the plugin first: the analysis must build and run on a machine that has no Wireshark.
TESTS = [
    ["test", "--locked", "--no-default-features"],
    ["test", "--locked"],
]
RESULT = re.compile(r"^test result: .*?(\d+) passed; (\d+) failed", re.MULTILINE)


def cargo(arguments):
    print("cargo " + " ".join(arguments), flush=True)
    return subprocess.run(["cargo", *arguments], cwd=environment.REPOSITORY, stdin=subprocess.DEVNULL,
                          env={**os.environ, "CARGO_TARGET_DIR": "target"},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def run():
    """Runs all steps and returns how many checks and tests passed and failed."""
    passed = failed = 0
    for arguments in CHECKS + TESTS:
        step = cargo(arguments)
        counts = [(int(good), int(bad)) for good, bad in RESULT.findall(step.stdout)]
        good, bad = (sum(column) for column in zip(*counts)) if counts else (0, 0)
        if arguments in CHECKS:
            good, bad = (1, 0) if step.returncode == 0 else (0, 1)
        elif step.returncode != 0 or good == 0:
            # What does not even build or run its tests has failed, too.
            bad = max(bad, 1)
        if bad:
            print(step.stdout)
        print(f"  {good} passed, {bad} failed", flush=True)
        passed, failed = passed + good, failed + bad
    return passed, failed
