"""A capture read by a build with faults on demand: what a user sees of it in each way, with and without faults.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import functools
import json
import re
import typing

import environment
import reports
import sharkd
import test_info_column
from reports import ONE_PASS, TWO_PASSES

# Several connections, each with its own kind of reset.
CAPTURE = "article.pcapng"
TREE, TABLE = "rstanalysis,tree", "rstanalysis,conversations"
FAILED = "failed"


def run(*arguments, faults=()):
    return environment.host("faults").run("tshark", "-n", "-r", environment.captures()[CAPTURE], *arguments, environment=demand(faults))


def demand(faults):
    return {"RSTANALYSIS_FAULT": " ".join(faults)}


def read(passes, faults=()):
    return reports.parse(run(*passes, *reports.options_for(environment.host("faults")), faults=faults))


@functools.cache
def undisturbed(passes):
    return read(passes)


@functools.cache
def streams():
    """The connection of each frame."""
    lines = run("-Y", "tcp", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream").stdout.splitlines()
    return {int(number): stream for number, stream in (line.split("\t") for line in lines)}


@functools.cache
def first_resets():
    """The first reset of each connection."""
    firsts = {}
    for number in sorted(undisturbed(ONE_PASS).frames):
        if undisturbed(ONE_PASS).frames[number].resets:
            firsts.setdefault(streams()[number], number)
    return sorted(firsts.values())


def is_failure(frame):
    return [report.experts for report in frame.reports] == [["rstanalysis.failure"]]


def shown(reading):
    """What we show on each frame that we show something on."""
    return {number: FAILED if is_failure(frame) else frame for number, frame in reading.frames.items() if frame.reports}


def notes(output):
    """What we add to each row of the list of packets."""
    rows = [line.split(None, 1) for line in output.split("\n\n")[0].splitlines()]
    return {number: FAILED if notes == ["TCP Reset Analysis failed"] else notes for number, notes in test_info_column.notes(rows).items()}


def counts(output):
    """How many resets the statistics count of each connection, and under None of all."""
    total = re.search(r"^TCP resets +(\d+)", output, re.MULTILINE)
    rows = [line.split("|") for line in output.splitlines() if line.count("|") > 9][1:]
    found = {streams()[int(row[8])]: int(row[9]) for row in rows}
    return {**found, None: int(total[1])} if total else found


def list_all(faults):
    """A run that lists packets and prints both statistics."""
    return run("-z", TREE, "-z", TABLE, faults=faults)


def open_statistics(faults):
    """A run in which the windows of both statistics are opened, closed and opened again."""
    windows = {"tap0": "stat:" + TREE.removesuffix(",tree"), "tap1": "nstat:" + TABLE}
    requests = [sharkd.load(environment.captures()[CAPTURE]), *[("tap", windows)] * 2]
    lines = [sharkd.request_line(number, *request) for number, request in enumerate(requests, 1)]
    return environment.host("faults").run("sharkd", "-", input="".join(lines), environment=demand(faults))


def opened_counts(output):
    """What counts() says, of the windows that were opened last."""
    taps = {tap["type"]: tap for tap in json.loads(output.splitlines()[-1])["result"]["taps"]}
    rows = taps["nstat"]["tables"][0]["i"]
    total = {None: taps["stats"]["stats"][0]["count"]} if taps["stats"]["stats"] else {}
    return {**{streams()[row[8]]: row[9] for row in rows}, **total}


class Seen(typing.NamedTuple):
    """What a user sees of the capture in each way, and the lines on standard error."""
    one_pass: dict
    two_passes: dict
    notes: dict
    counts: dict
    opened_counts: dict
    errors: set


@functools.cache
def seen(faults=()):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        listing, opened, *readings = [pool.submit(*work) for work in (
            (list_all, faults), (open_statistics, faults), (read, ONE_PASS, faults), (read, TWO_PASSES, faults))]
    listing, opened, (one_pass, two_passes) = listing.result(), opened.result(), [reading.result() for reading in readings]
    if any([one_pass.status, two_passes.status, listing.returncode, opened.returncode]):
        raise AssertionError("a program ended with another status than 0")
    errors = "".join([one_pass.errors, two_passes.errors, listing.stderr, opened.stderr]).splitlines()
    return Seen(shown(one_pass), shown(two_passes), notes(listing.stdout), counts(listing.stdout), opened_counts(opened.stdout),
                set(errors))
