"""Shares many captures out among the processors and hosts, by GNU parallel.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import parts
from capture import SCRIPT
from direct import Reading
from trouble import Trouble, counted, say, shown

# More than these are shared out. GNU parallel takes a moment to start, and has to be installed once.
FEW = 4
PARALLEL = ["parallel", "--plain", "--will-cite"]
PACKAGES = pathlib.Path(__file__).resolve().parents[1] / "packages.sh"
INSTALL = 'repository=$1; . "$2"; install_missing "${@:3}"'
# What a network file system holds up can't be ended.
MOST_TRIES = 100
# The variable that tells capture.SCRIPT where the captures are.
FOLDER = "RSTANALYSIS_CAPTURES"
# As lines of the table in packages.sh.
SHARING = ["parallel has_gnu_parallel"]
SHARING_WITH_HOSTS = [*SHARING, "rsync has_program rsync", "openssh-client has_program ssh"]
# A host that fails for a moment must not cost a capture its result.
TRIES = "3"
HOST_CHECK = "tshark -G plugins 2>/dev/null | grep '^rstanalysis' || echo none"


def is_worth_it(choice, captures):
    if choice.sshlogin is None and choice.jobs is None and len(captures) <= FEW:
        return False
    packages = SHARING if choice.sshlogin is None else SHARING_WITH_HOSTS
    install = ["bash", "-c", INSTALL, "explain", PACKAGES.parents[1], PACKAGES, *packages]
    if subprocess.run(install, stdin=subprocess.DEVNULL).returncode == 0:
        return True
    if choice.sshlogin is not None:
        raise Trouble("without these programs nothing can be shared out; install them, or leave out --sshlogin.")
    say("without GNU parallel the captures are explained one after the other, and an interrupted run begins anew.")
    return False


@contextlib.contextmanager
def run(choice, captures):
    if choice.sshlogin is not None:
        check_hosts(choice.sshlogin)
    if choice.output is None:
        with parts.for_once(captures) as place, contextlib.closing(streamed(choice, place)) as lines:
            yield Reading(lines, at_once=False)
    else:
        with parts.kept_for(choice.output, captures) as place:
            collect(choice, place)
            yield Reading(joined(place), at_once=False)


def hosts(sshlogin):
    return [] if sshlogin is None else ["--sshlogin", sshlogin]


def check_hosts(sshlogin):
    """Each host has to have the plugin, in the version that is here: its fields and verdicts go into one table."""
    here = version(subprocess.run(["sh", "-c", HOST_CHECK], capture_output=True, text=True).stdout)
    run = subprocess.run([*PARALLEL, "--nonall", "--tag", *hosts(sshlogin), HOST_CHECK],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if run.returncode != 0:
        said = [text.strip() for _, _, text in (line.rpartition("\t") for line in run.stderr.splitlines())]
        raise Trouble(f"a host of --sshlogin can't be reached: {' '.join(filter(None, said))}")
    for line in run.stdout.splitlines():
        host, _, answer = line.partition("\t")
        if answer.strip() == "none":
            raise Trouble(f"the host {shown(host)} has no Wireshark with this plugin: run plugin/install there, or leave it out.")
        if version(answer) != here:
            raise Trouble(f"the host {shown(host)} has version {version(answer)} of the plugin, here is {here}: "
                          "bring both to the same one.")


def version(listing):
    """Of a line of tshark -G plugins."""
    return listing.split("\t")[1].strip() if "\t" in listing else "none"


def command(choice, place, to_terminal):
    arguments = [*PARALLEL, "--keep-order", "--retries", TRIES, "--joblog", "../joblog"]
    if choice.jobs is not None:
        arguments += ["--jobs", choice.jobs]
    if choice.sshlogin is not None:
        # In a folder of its own on each host, and what the link leads to instead of the link.
        arguments += [*hosts(choice.sshlogin), "--workdir", "...", "--transferfile", "{}", "--cleanup", "--rsync-opts=-rLzR"]
    if sys.stderr.isatty() and not to_terminal:
        arguments.append("--bar")
    return arguments


@contextlib.contextmanager
def running(choice, place, *more, to_terminal, stdout):
    job = f"sh -c {shlex.quote(SCRIPT)} explain {{}} {{}}"
    environment = {**os.environ, "PARALLEL_SHELL": "/bin/sh", FOLDER: str(place.links.resolve()),
                   # There is one of each, whatever the variables say.
                   "HOME": os.path.expanduser("~"), "TMPDIR": tempfile.gettempdir()}
    with open(place.folder / "numbers", "w+") as numbers:
        numbers.writelines(f"{capture.number}\n" for capture in place.captures)
        numbers.seek(0)
        process = subprocess.Popen([*command(choice, place, to_terminal), *more, job], cwd=place.links, env=environment,
                                   stdin=numbers, stdout=stdout, pass_fds=[place.lock()], encoding="utf-8", errors="replace")
    try:
        yield process
        process.wait()
    finally:
        if process.poll() is None:
            # Its jobs do not belong to the terminal, so that it has to end them.
            process.send_signal(signal.SIGINT)
            process.wait()
            end_jobs(environment)


def end_jobs(environment):
    """One that GNU parallel had just started it may not have known yet when it ended its jobs."""
    sign = os.fsencode(f"{FOLDER}={environment[FOLDER]}\0")
    for _ in range(MOST_TRIES):
        left = [int(process) for process in os.listdir("/proc") if process.isdigit() and sign in variables_of(process)]
        if not left:
            break
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        time.sleep(0.05)


def variables_of(process):
    """None where it is another user's, or has ended."""
    try:
        return pathlib.Path("/proc", process, "environ").read_bytes()
    except OSError:
        return b""


def streamed(choice, place):
    """The lines of all captures while they come, in their order."""
    with running(choice, place, to_terminal=sys.stdout.isatty(), stdout=subprocess.PIPE) as process:
        yield from process.stdout


def collect(choice, place):
    """Gets the results that are not there yet."""
    with running(choice, place, "--resume-failed", "--results", "../results/{#}", to_terminal=False,
                 stdout=subprocess.DEVNULL) as process:
        pass
    missing = sum(not place.result(capture).exists() for capture in place.captures)
    if process.returncode != 0 or missing:
        # Of GNU parallel's statuses, 255 is no count.
        failed = max(missing, min(process.returncode, len(place.captures)))
        raise Trouble(f"{counted(failed, 'capture')} could not be asked about, or the disk is full; the same "
                      f"command tries again, and {shown(place.folder)} holds what is done.")


def joined(place):
    for capture in place.captures:
        with open(place.result(capture), encoding="utf-8", errors="replace") as lines:
            yield from lines
