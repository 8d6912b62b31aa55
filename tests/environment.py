"""Where the tests run Wireshark's programs: as a user who is not root, with a home and a plugin folder of their own.

As root, Wireshark would neither look at those nor run as it does at its users'.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import atexit
import functools
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
CAPTURES = REPOSITORY / "tests" / "captures"
BUILDS = {
    "release": ["--release"],
    "debug": [],
    # A folder of its own: who installs from target/release must never get this one.
    "faults": ["--release", "--features", "fault-injection", "--target-dir", "target/faults"],
}
LIBRARIES = {
    "release": "target/release/librstanalysis.so",
    "debug": "target/debug/librstanalysis.so",
    "faults": "target/faults/release/librstanalysis.so",
}
LONGEST_RUN = 300


class Unusable(Exception):
    """The tests can't run here; the text says what to do."""


@functools.cache
def build(kind="release"):
    """The path of the plugin, built as `kind` says."""
    run = subprocess.run(["cargo", "build", "--locked", *BUILDS[kind]], cwd=REPOSITORY, stdin=subprocess.DEVNULL,
                         env={**os.environ, "CARGO_TARGET_DIR": "target"}, capture_output=True, text=True)
    if run.returncode != 0:
        raise Unusable(f"the plugin ({kind}) does not build; see to that first:\n{run.stderr}")
    return REPOSITORY / LIBRARIES[kind]


@functools.cache
def scratch():
    """A folder that all may read, gone at the end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rstanalysis-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    return folder


@functools.cache
def account():
    """Who runs Wireshark's programs: this user, or nobody where this is root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


def as_account():
    """Arguments of subprocess.run that make it so."""
    if os.getuid() != 0:
        return {}
    return {"user": account().pw_uid, "group": account().pw_gid, "extra_groups": []}


def own_folder(name):
    """A new folder in the scratch folder that belongs to the account."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=name + "-", dir=scratch()))
    folder.chmod(0o755)
    os.chown(folder, account().pw_uid, account().pw_gid)
    return folder


def lend(path):
    """A copy of the file that the account may read, whatever the folder it lies in."""
    copy = pathlib.Path(tempfile.mkdtemp(dir=scratch())) / pathlib.Path(path).name
    copy.parent.chmod(0o755)
    shutil.copyfile(path, copy)
    copy.chmod(0o644)
    return copy


class Host:
    """Wireshark's programs with one build of the plugin, or with none."""

    def __init__(self, kind):
        self.home = own_folder("home")
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "TZ": "UTC",
                            "WIRESHARK_PLUGIN_DIR": str(own_folder("plugins"))}
        self.has_plugin = False
        if kind is not None:
            self.install(build(kind))

    def plugin_folder(self):
        """Where this host's programs look for plugins of epan."""
        folder = pathlib.Path(self.environment["WIRESHARK_PLUGIN_DIR"]) / wireshark_series() / "epan"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def install(self, library):
        """Puts a built plugin where this host's programs look, and sees that they load it."""
        shutil.copyfile(library, self.plugin_folder() / "rstanalysis.so")
        listing = self.run("tshark", "-G", "plugins")
        if "rstanalysis.so" not in listing.stdout:
            raise Unusable(f"tshark -G plugins does not list the plugin, so nothing would be tested. It says:\n"
                           f"{listing.stdout}{listing.stderr}")
        self.has_plugin = True

    def run(self, *command, environment=None, input=None):
        return subprocess.run([str(part) for part in command], env={**self.environment, **(environment or {})},
                              **({"input": input} if input is not None else {"stdin": subprocess.DEVNULL}),
                              capture_output=True, text=True, errors="replace", cwd=self.home, timeout=LONGEST_RUN,
                              **as_account())


def machine():
    """Rust's name for what it builds for, as in "x86_64-unknown-linux-gnu"."""
    shown = subprocess.run(["rustc", "-vV"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    return re.search(r"^host: (\S+)$", shown, re.MULTILINE)[1]


@functools.cache
def wireshark_version():
    """The number of this machine's Wireshark, as in "4.0.17"."""
    shown = subprocess.run(["tshark", "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    return re.search(r"\d+\.\d+\.\d+", shown)[0]


def wireshark_series():
    """As "4.0": what plugins are built for, and the name of their folder."""
    return wireshark_version().rpartition(".")[0]


@functools.cache
def host(kind="release"):
    return Host(kind)


@functools.cache
def captures():
    """All bundled captures, by name, as copies that the account may read."""
    found = sorted(path for path in CAPTURES.iterdir() if path.suffix in (".pcap", ".pcapng"))
    if not found:
        raise Unusable(f"there are no captures in {CAPTURES}.")
    folder = own_folder("captures")
    for path in found:
        shutil.copyfile(path, folder / path.name)
    return {path.name: folder / path.name for path in found}


def first_capture(scenario):
    """The first bundled capture of a scenario, as a copy that the account may read."""
    for name, path in captures().items():
        if name.startswith(scenario):
            return path
    raise Unusable(f"no capture of {scenario} is in {CAPTURES}.")
