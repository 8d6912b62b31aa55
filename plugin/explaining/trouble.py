"""What is said when something can't be done.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import sys


class Trouble(Exception):
    """Its text is the sentence for the user."""


def shown(path):
    """The path on one line, whatever it is made of."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def say(sentence):
    sys.stdout.flush()
    print(f"explain: {sentence}", file=sys.stderr, flush=True)


def counted(number, noun):
    return f"{number} {noun}{'s' * (number != 1)}"
