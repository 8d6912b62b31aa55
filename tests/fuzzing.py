"""Coverage-guided fuzzing of the analysis, by LLVM's libFuzzer, on the Rust that builds the plugin.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import os
import re
import struct
import subprocess

import environment
from wire import LINKS, place_of_tcp

FOLDER = environment.REPOSITORY / "tests" / "fuzz"
# Inputs that once failed; each is tried first, for ever.
FINDINGS = FOLDER / "findings"
WORK = environment.REPOSITORY / "target" / "fuzz"
TARGETS = ("packets", "segments", "payloads", "preferences")
# What cargo-fuzz passes, but for the sanitizer, which takes a nightly Rust: the analysis is safe code.
COVERAGE = ("-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters "
            "-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares")
RUNS = re.compile(r"^stat::number_of_executed_units: (\d+)$", re.MULTILINE)
COVERED = re.compile(r"cov: (\d+)")
# Longer and larger is a finding.
LONGEST = 10             # s for one input
MOST_MEMORY = 1 << 30    # bytes

# Blocks of pcapng.
INTERFACE, PACKET = 1, 6
LINK_ETHERNET = 1
ETHERNET = LINKS[LINK_ETHERNET]
LONGEST_PACKET = 2047    # bytes from the TCP header on
LONGEST_PAUSE = 127      # ms


@functools.cache
def build():
    """The folder of the targets' programs."""
    machine = environment.machine()
    # With a target named, the flags are not for the programs that build the others.
    run = subprocess.run(["cargo", "build", "--locked", "--release", "--target", machine, "--target-dir", WORK], cwd=FOLDER,
                         env={**os.environ, "RUSTFLAGS": COVERAGE}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if run.returncode != 0:
        raise environment.Unusable(f"the fuzz targets do not build; see to that first:\n{run.stderr}")
    return WORK / machine / "release"


def packets(capture):
    """The packets of a pcapng file of Ethernet, each with its time in ms if the file counts nanoseconds: seeds need not be exact."""
    data, place, links = capture.read_bytes(), 0, []
    while place < len(data):
        kind, length = struct.unpack_from("<II", data, place)
        if kind == INTERFACE:
            links += struct.unpack_from("<H", data, place + 8)
        elif kind == PACKET:
            interface, high, low, captured = struct.unpack_from("<IIII", data, place + 8)
            if links[interface] == LINK_ETHERNET:
                yield (high << 32 | low) // 1_000_000, data[place + 28:][:captured]
        place += length


def record(packet, pause):
    """The packet as the target `packets` reads it; nothing where it is no TCP over IP."""
    place = place_of_tcp(packet, LINK_ETHERNET)
    if place is None:
        return b""
    ip, tcp = packet[ETHERNET:place], packet[place:][:LONGEST_PACKET]
    return struct.pack("<BHBBB", len(ip), len(tcp), 0, max(0, min(pause, LONGEST_PAUSE)), packet[11]) + ip + tcp


def seed_of(capture):
    """The capture as one input."""
    before, seed = None, b""
    for now, packet in packets(capture):
        seed += record(packet, 0 if before is None else now - before)
        before = now
    return seed


def seeds(target, folder):
    """Fills the folder with what is known to reach far: captures, for the target that reads packets, and old findings."""
    folder.mkdir(parents=True, exist_ok=True)
    if target == "packets":
        for capture in sorted(environment.CAPTURES.glob("*.pcapng")):
            (folder / capture.name).write_bytes(seed_of(capture))
    for finding in sorted((FINDINGS / target).glob("*")):
        (folder / finding.name).write_bytes(finding.read_bytes())
    return folder


class Result:
    """What came of fuzzing a target."""

    def __init__(self, run, findings):
        self.status = run.returncode
        self.output = run.stdout
        runs = RUNS.search(run.stdout)
        self.runs = int(runs[1]) if runs else 0
        self.covered = max(map(int, COVERED.findall(run.stdout)), default=0)
        self.findings = sorted(findings)

    def __str__(self):
        end = "" if self.status == 0 else "\n" + self.output[-4000:]
        return f"{self.runs} executions, {self.covered} edges, {len(self.findings)} findings{end}"


def fuzz(target, corpus, artifacts, *options):
    """Runs the target on inputs grown from the corpus, which it adds to."""
    artifacts.mkdir(parents=True, exist_ok=True)
    old = set(artifacts.iterdir())
    # libFuzzer's own limit goes by the peak that the system notes, which is that of whoever starts it, where that is higher.
    command = ["prlimit", f"--data={MOST_MEMORY}", build() / target, *options, "-rss_limit_mb=0", f"-timeout={LONGEST}",
               "-print_final_stats=1", f"-artifact_prefix={artifacts}/", corpus]
    run = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, errors="replace")
    return Result(run, set(artifacts.iterdir()) - old)


def kept(target):
    """The corpus of long runs, which goes on from one to the next."""
    return seeds(target, WORK / "corpus" / target)
