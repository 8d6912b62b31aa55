"""Wireshark without its window: one process opens files and shows frames, as a user does by clicks.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import contextlib
import json
import os
import subprocess

import environment
from reports import Frame, Reading, Report


def load(path):
    """The request to open a file."""
    return "load", {"file": str(path)}


def show(number):
    """The request for a frame's details."""
    return "frame", {"frame": number, "proto": True}


def request_line(number, method, parameters):
    """The line that asks for it in sharkd's JSON-RPC."""
    request = {"jsonrpc": "2.0", "id": number, "method": method}
    return json.dumps(request | {"params": parameters} if parameters else request) + "\n"


def result(request, answer):
    """What the answer to the request brings."""
    if "result" not in answer:
        raise AssertionError(f"sharkd, asked for {request}: {answer.get('error', 'it ended')}")
    return answer["result"]


class Process:
    """One that goes on, to be asked one thing at a time."""

    def __init__(self, run):
        self.run = run
        self.asked = 0

    def ask(self, method, parameters):
        self.asked += 1
        self.run.stdin.write(request_line(self.asked, method, parameters).encode())
        self.run.stdin.flush()
        line = self.run.stdout.readline()
        return result((method, parameters), json.loads(line) if line else {})

    def resident(self):
        """Bytes of memory."""
        with open(f"/proc/{self.run.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def started(host, kind=Process):
    run = subprocess.Popen(["sharkd", "-"], env=host.environment, cwd=host.home, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, **environment.as_account())
    with run:
        try:
            yield kind(run)
        finally:
            run.kill()


def talk(host, requests, options=("-",)):
    """The answer to each request, a pair of method and parameters, in one process."""
    lines = [request_line(number, method, parameters) for number, (method, parameters) in enumerate(requests, 1)]
    run = host.run("sharkd", *options, input="".join(lines))
    answers = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    if run.returncode != 0 or len(answers) != len(lines):
        raise AssertionError(f"sharkd ended with {run.returncode} and answered {len(answers)} of {len(lines)} requests: {run.stderr}")
    return answers


def ask(host, requests):
    """The result of each request, none of which may fail."""
    return list(map(result, requests, talk(host, requests)))


def read_all(host, captures, frames):
    """Readings by the captures' names, of certain frames only. Much faster than a tshark for each capture, which has to start first."""
    names = list(captures)
    shares = [names[start::os.cpu_count()] for start in range(os.cpu_count())]
    with concurrent.futures.ThreadPoolExecutor(len(shares)) as pool:
        readings = pool.map(lambda share: read_share(host, {name: captures[name] for name in share}, frames), shares)
        return {name: reading for share in readings for name, reading in share.items()}


def read_share(host, captures, frames):
    requests = [request for name, path in captures.items() for request in (load(path), *map(show, frames[name]))]
    answers = iter(ask(host, requests))
    readings = {}
    for name in captures:
        if next(answers).get("status") != "OK":
            raise AssertionError(f"sharkd does not open {name}")
        shown = {number: parse_frame(number, next(answers)) for number in frames[name]}
        readings[name] = Reading(0, "", shown)
    return readings


def trees(answer):
    """Our trees in the answer to a request for a frame."""
    return [protocol for protocol in answer["tree"] if protocol.get("f") == "rstanalysis"]


def parse_frame(number, answer):
    reports = [parse_report(tree) for tree in trees(answer)]
    return Frame(number, len(reports), reports, malformed=0)


def parse_report(tree):
    """A field's value stands in the display filter that would find it."""
    fields, experts = {}, []
    for node in tree["n"]:
        if node["f"] == "_ws.expert":
            experts += [item["f"] for item in node["n"] if item["f"].startswith("rstanalysis.")]
            continue
        name, _, value = node["f"].partition(" == ")
        fields.setdefault(name, []).append(value.removeprefix('"').removesuffix('"'))
    return Report(tree["l"], fields, experts)
