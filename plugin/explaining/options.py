"""What the user asks for.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import os
import pathlib

from trouble import Trouble, shown
from writer import WRITERS

ARTICLE = pathlib.Path(__file__).resolve().parents[2] / "tests" / "captures" / "article.pcapng"


@dataclasses.dataclass
class Choice:
    format: str = "text"
    output: str | None = None
    sshlogin: str | None = None
    jobs: str | None = None
    captures: list = dataclasses.field(default_factory=list)


def parse(words):
    """Whatever is no option is a capture: names may begin with a dash."""
    choice, words = Choice(), list(words)
    while words:
        word = words.pop(0)
        name, assigned, value = word.partition("=")
        if word == "--":
            choice.captures += words
            break
        if name in ("--format", "--output", "--sshlogin", "--jobs"):
            if not assigned and not words:
                raise Trouble(f"{name} needs a value; see --help.")
            setattr(choice, name[2:], value if assigned else words.pop(0))
        elif word.startswith("--"):
            raise Trouble(f"what is {shown(word)}? See --help; a capture of that name goes after --.")
        else:
            choice.captures.append(word)
    choice.captures = choice.captures or [str(ARTICLE)]
    check(choice)
    return choice


def check(choice):
    if choice.format not in WRITERS:
        raise Trouble(f"there is no format {shown(choice.format)}; choose one of {', '.join(WRITERS)}.")
    if choice.jobs is not None and not (choice.jobs.isascii() and choice.jobs.isdigit() and int(choice.jobs) > 0):
        raise Trouble(f"--jobs takes a number from 1, not {shown(choice.jobs)}.")
    if choice.sshlogin is not None and not choice.sshlogin.strip(", "):
        raise Trouble("--sshlogin takes the names of hosts; see --help.")
    if choice.output is not None:
        # Where the name is a link, what it leads to is to be replaced.
        choice.output = os.path.realpath(choice.output)
        check_output(choice)


def check_output(choice):
    path = choice.output
    if os.path.lexists(path) and not os.path.isfile(path):
        raise Trouble(f"{shown(path)} is not a file that could be replaced; give another one, or leave out --output.")
    if any(os.path.exists(capture) and os.path.realpath(capture) == path for capture in choice.captures):
        raise Trouble(f"{shown(path)} is one of the captures; give --output another name.")
    if not os.access(os.path.dirname(path), os.W_OK | os.X_OK):
        raise Trouble(f"the folder of {shown(path)} is not there, or you may not write to it.")
