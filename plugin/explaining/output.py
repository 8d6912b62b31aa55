"""Where the result goes: standard output, or a file that appears when it is complete.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import os
import sys
import tempfile

from trouble import shown, unwritten


@contextlib.contextmanager
def output_file(choice):
    if choice.output is None:
        sys.stdout.reconfigure(encoding=None if choice.format == "text" else "utf-8", errors="backslashreplace")
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:
            give_up_stdout()
            raise
        except OSError as error:
            give_up_stdout()
            raise unwritten("the result", error) from error
        return
    try:
        descriptor, beside = tempfile.mkstemp(prefix=".rstanalysis-", dir=os.path.dirname(choice.output))
        try:
            with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as out:
                yield out
            os.chmod(beside, 0o666 & ~mask())
            os.replace(beside, choice.output)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise unwritten(shown(choice.output), error) from error


def give_up_stdout():
    """Python would write at its end what it could not write before."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def mask():
    """The user's umask, which can only be read by changing it."""
    now = os.umask(0)
    os.umask(now)
    return now
