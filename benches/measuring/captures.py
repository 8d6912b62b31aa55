"""The captures to measure with, made by benches/captures for as long as they are needed.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import dataclasses
import functools
import pathlib
import re
import subprocess

import environment
from measuring.trouble import Trouble

FOLDER = environment.REPOSITORY / "target" / "benches"


@dataclasses.dataclass
class Capture:
    path: pathlib.Path
    packets: int
    conversations: int
    resets: int


@functools.cache
def generator():
    """The path of the generator. In a folder of its own: it comes with a build of the analysis without Wireshark."""
    command = ["cargo", "build", "--locked", "--release", "--no-default-features", "--example", "captures", "--target-dir", FOLDER]
    run = subprocess.run(command, cwd=environment.REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if run.returncode != 0:
        raise Trouble(f"the generator of captures does not build; see to that first:\n{run.stderr}")
    return FOLDER / "release" / "examples" / "captures"


@functools.cache
def room():
    """Where all may read: the repository may lie where only its owner looks."""
    return environment.own_folder("captures")


@contextlib.contextmanager
def made(shape, packets):
    """A capture of a shape with so many packets."""
    path = room() / f"{shape}-{packets}.pcap"
    run = subprocess.run([generator(), shape, str(packets), path], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    try:
        if run.returncode != 0:
            raise Trouble(f"no capture could be made: {run.stderr}")
        path.chmod(0o644)
        counts = re.fullmatch(r"packets (\d+) conversations (\d+) resets (\d+)\n", run.stdout)
        yield Capture(path, *map(int, counts.groups()))
    finally:
        path.unlink(missing_ok=True)
