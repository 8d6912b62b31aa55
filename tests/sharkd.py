"""Wireshark without its window: one process opens files and shows frames, as a user does by clicks.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import json
import os

from reports import Frame, Reading, Report


def ask(host, requests):
    """The answer to each request; one that is a frame's number shows it, one that is a path opens that file."""
    lines = []
    for request in requests:
        method, parameters = (("frame", {"frame": request, "proto": True}) if isinstance(request, int)
                              else ("load", {"file": str(request)}))
        lines.append(json.dumps({"jsonrpc": "2.0", "id": len(lines) + 1, "method": method, "params": parameters}))
    run = host.run("sharkd", "-", input="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    if len(answers) != len(lines):
        raise AssertionError(f"sharkd answered {len(answers)} of {len(lines)} requests: {run.stderr}")
    for request, answer in zip(requests, answers):
        if "result" not in answer:
            raise AssertionError(f"sharkd, asked for {request}: {answer.get('error')}")
    return [answer["result"] for answer in answers]


def read_all(host, captures, frames):
    """Readings by the captures' names, of certain frames only. Much faster than a tshark for each capture, which has to start first."""
    names = list(captures)
    shares = [names[start::os.cpu_count()] for start in range(os.cpu_count())]
    with concurrent.futures.ThreadPoolExecutor(len(shares)) as pool:
        readings = pool.map(lambda share: read_share(host, {name: captures[name] for name in share}, frames), shares)
        return {name: reading for share in readings for name, reading in share.items()}


def read_share(host, captures, frames):
    requests = [request for name, path in captures.items() for request in (path, *frames[name])]
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
    return Frame(number, len(reports), reports, malformed=False)


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
