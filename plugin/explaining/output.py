"""Where the result goes: standard output, or a file that appears when it is complete.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import os
import sys
import tempfile

from trouble import Trouble, shown


@contextlib.contextmanager
def output_file(choice):
    if choice.output is None:
        sys.stdout.reconfigure(encoding=None if choice.format == "text" else "utf-8", errors="backslashreplace")
        yield sys.stdout
        sys.stdout.flush()
        return
    folder, name = os.path.split(choice.output)
    try:
        descriptor, beside = tempfile.mkstemp(prefix=f".{name[:99]}.", dir=folder)
        try:
            with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as out:
                yield out
            os.chmod(beside, 0o666 & ~mask())
            os.replace(beside, choice.output)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise Trouble(f"{shown(choice.output)} can't be written: {error.strerror}.") from error


def mask():
    """The user's umask, which can only be read by changing it."""
    now = os.umask(0)
    os.umask(now)
    return now
