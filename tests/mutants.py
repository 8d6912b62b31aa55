"""Whole-program fuzzing, as Wireshark does it: captures damaged by chance, of which a seed says how, through tshark with the plugin.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import functools
import os
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml

import damage
import environment
import mutations
import reports
import valgrind
from reports import ONE_PASS, TWO_PASSES

MOST_CAPTURES = 40    # in one mutant
FEW_CAPTURES = 3      # for valgrind, which takes twenty times as long
RATES = (0.0005, 0.005, 0.02, 0.1, 0.2)
# From the start, behind Ethernet, behind IP, behind TCP: who damages lower headers too often never reaches the higher ones.
OFFSETS = (0, 14, 34, 54)
# Kinds of randpkt's packets: with TCP, or with what is below it.
INVENTED = ("tcp", "bgp", "tds", "ip", "ipv6", "eth")
PACKETS = 1000
LENGTHS = (100, 300, 1500)    # bytes at most
HEADING = "[TCP Reset Analysis"
# Holds keys, which editcap does not write.
UNEDITABLE = {"decrypted_alert.pcapng"}
COUNTED = re.compile(r"^TCP resets +(\d+)", re.MULTILINE)
STATISTICS = ("-z", "rstanalysis,tree", "-z", "rstanalysis,conversations")
# Wireshark's pools then look for writes beyond an allocation and overwrite what was given back.
STRICT = {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "strict"}
RUNS = 5              # of tshark for each mutant


@functools.cache
def records_of(name):
    return damage.classic(environment.captures()[name])


class Capture:
    """One to forget when it was read."""

    def forget(self):
        shutil.rmtree(self.path.parent)


class Mutant(Capture):
    """A capture made by what dice of that seed say. `history` tells how."""

    def __init__(self, seed, most=MOST_CAPTURES):
        self.seed = seed
        self.history = []
        dice = random.Random(seed)
        head, records, link = self.base(dice, most)
        for _ in range(dice.randrange(4)):
            records = self.noted(mutations.one(dice, link))(dice, records)
        self.path = environment.own_folder("mutant") / "capture.pcap"
        damage.write(head, records, self.path)
        if dice.random() < 0.6:
            self.errors(dice)
        if dice.random() < 0.1:
            damage.cut(self.path, self.noted(dice.randrange(damage.HEADER, self.path.stat().st_size + 1)))

    def base(self, dice, most):
        """Captures of one link type, one behind the other or all at once."""
        names = sorted(environment.captures().keys() - UNEDITABLE)
        chosen = [records_of(name) for name in self.noted(dice.sample(names, dice.randrange(1, most + 1)))]
        head = chosen[0][0]
        captures = [records for other, records in chosen if other == head]
        if dice.random() < 0.5:
            captures = [sorted((moved for records in captures for moved in mutations.at_once(records)), key=lambda record: record[0][:2])]
            self.noted("at once")
        return head, [record for records in captures for record in records], int.from_bytes(head[-4:], "little")

    def errors(self, dice):
        """Bytes changed by editcap, as Wireshark's own fuzzing has it. As pcapng: later ones write no wild times into pcap."""
        options = self.noted(("-E", dice.choice(RATES), "-o", dice.choice(OFFSETS), "--seed", dice.randrange(1, 1 << 31)))
        whole = self.path.with_name("whole.pcap")
        self.path.rename(whole)
        damage.run(["editcap", *options, whole, self.path])

    def noted(self, what):
        self.history.append(getattr(what, "__name__", what))
        return what


class Invented(Capture):
    """A capture that randpkt makes up: correct headers as far as TCP or lower, then anything. It takes no seed."""

    def __init__(self, dice):
        self.history = ["randpkt", "-t", dice.choice(INVENTED)]
        self.path = environment.own_folder("invented") / "capture.pcap"
        damage.run([*self.history, "-c", PACKETS, "-b", dice.choice(LENGTHS), self.path])


def read(kind, path, passes, fault=None):
    """A Reading; where Wireshark ends amid its output, or never, the status says so."""
    try:
        return reports.read(environment.host(kind), path, passes, environment=fault)
    except subprocess.TimeoutExpired:
        return reports.Reading("never", "", {})
    except xml.ParseError:
        return reports.Reading("amid its output", "", {})


def details(kind, path):
    """The run that prints all that there is; with the plugin, its statistics too."""
    host = environment.host(kind)
    try:
        return host.run("tshark", *TWO_PASSES, "-n", "-r", path, "-V", *(STATISTICS if host.has_plugin else ()),
                        environment=STRICT)
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(error.cmd, "never", "", "")


def our_lines(text):
    """The lines of each of our trees in what -V prints."""
    ours = False
    for line in text.split("\n"):
        ours = line.startswith(HEADING) or (ours and line.startswith(" "))
        if ours:
            yield line


def complaints(path, kind="debug", fault=None):
    """What is wrong with how the plugin reads the capture, as texts."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        shown = pool.submit(details, kind, path)
        readings = {passes: (pool.submit(read, kind, path, passes, fault), pool.submit(read, None, path, passes))
                    for passes in (ONE_PASS, TWO_PASSES)}
    found = []
    for passes, (ours, without) in readings.items():
        found += [f"{passes}: {text}" for text in differences(ours.result(), without.result())]
    return found + list(wrong_in(shown.result(), path, readings[TWO_PASSES][0].result()))


def differences(ours, without):
    if ours.host_says() != without.host_says():
        yield f"ended as {summary(ours)}, without the plugin as {summary(without)}"
    if ours.failures():
        yield f"failed on the frames {ours.failures()}"
    if ours.misjudged():
        yield f"resets and verdicts by frame: {ours.misjudged()}"


def summary(reading):
    status, errors, malformed = reading.host_says()
    return f"{status}, {errors[-1000:]!r}, malformed: {malformed}"


def wrong_in(run, path, reading):
    """What is wrong with what -V prints, given what a run of two passes read."""
    if run.returncode != reading.status:
        alone = details(None, path)
        if run.returncode != alone.returncode:
            yield f"-V ended as {run.returncode}, {run.stderr[-1000:]!r}, without the plugin as {alone.returncode}"
        return
    lines = list(our_lines(run.stdout))
    trees, expected = sum(line.startswith(HEADING) for line in lines), sum(len(frame.reports) for frame in reading.frames.values())
    if trees != expected:
        yield f"-V shows {trees} trees instead of {expected}"
    if unprintable := [line for line in lines if not line.isprintable()]:
        yield f"-V prints {unprintable[:3]!r}"
    resets, counted = sum(len(frame.verdicts) for frame in reading.frames.values()), COUNTED.search(run.stdout)
    # A packet that was captured twice counts once.
    if not min(resets, 1) <= (int(counted[1]) if counted else 0) <= resets:
        yield f"the statistics count {counted and counted[1]} resets of {resets}"


def watched(path):
    """What valgrind finds in reading the capture, as texts."""
    try:
        _, kinds = valgrind.run("release", path, TWO_PASSES)
    except (subprocess.TimeoutExpired, xml.ParseError) as error:
        kinds = [repr(error)]
    return [f"valgrind: {kind}" for kind in kinds]
