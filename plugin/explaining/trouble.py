"""What is said when something can't be done.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import sys


class Trouble(Exception):
    """Its text is the sentence for the user."""


def unwritten(what, error):
    return Trouble(f"{what} can't be written: {error.strerror}. Put that right, then run this again.")


def named(path):
    """The path as a text, with \\xff for a byte that is no UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def printable(text, escape=ascii):
    """On one line and without what a terminal would obey: other letters as `escape` writes them."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else escape(letter)[1:-1] for letter in text)


def shown(path):
    return printable(named(path))


def say(sentence):
    sys.stdout.flush()
    print(f"explain: {printable(str(sentence))}", file=sys.stderr, flush=True)


def counted(number, noun):
    return f"{number} {noun}{'s' * (number != 1)}"
