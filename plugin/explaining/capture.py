"""One capture, and how tshark is asked about it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import stat

# Lines that begin with it are not tshark's.
MARK = "\x1e"
# What tshark shows of one capture, then what it had to complain about; $1 is the capture's number and $2 its file. It runs
# on other hosts, too. Of tshark's formats, ek is the one that has a line for each frame and keeps the trees of a frame apart.
# The first frame is there for its time.
SCRIPT = r"""
cd "${RSTANALYSIS_CAPTURES:-.}" && exec 3>&1 2>/dev/null && printf '\036capture %s\n' "$1" || exit
said=$(exec tshark -2 -n -r "$2" -Y 'rstanalysis.cause or frame.number == 1' -T ek -J 'frame rstanalysis' 2>&1 >&3)
status=$?
# This says nothing of the capture: on a full disk, it is asked about again.
case $said in *"packets could be printed"* | *"printing packets"*) exit 1 ;; esac
# It may hold names of files, which must not be taken for lines of another kind.
printf '\n%s\n' "$said" | tr -d '\r\036' | sed 's/^/ /'
printf '\036status %s\n' "$status"
"""
UNREADABLE = "you may not read this file; ask its owner, or become a user who may."


class Capture:
    def __init__(self, path):
        self.path = path
        self.trouble = trouble_with(path)
        # Among those that tshark is asked about, from 1.
        self.number = None

    @property
    def identity(self):
        """What tells a capture from another, or from itself before it was changed."""
        if self.trouble:
            return [os.path.abspath(self.path), self.trouble]
        status = os.stat(self.path)
        return [os.path.abspath(self.path), status.st_size, status.st_mtime_ns]


def readable(captures):
    """Those that tshark can be asked about, numbered."""
    found = [capture for capture in captures if not capture.trouble]
    for number, capture in enumerate(found, 1):
        capture.number = number
    return found


def trouble_with(path):
    """The sentence that says why the file need not be tried, None where it may be."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return "there is no such file."
    except PermissionError:
        return UNREADABLE
    except OSError as error:
        return f"this can't be read: {error.strerror}."
    if not stat.S_ISREG(status.st_mode):
        return "this is not a file; give a capture file."
    if not os.access(path, os.R_OK):
        return UNREADABLE
    if status.st_size == 0:
        return "the file is empty."
    return None


def complaint(said, status):
    """What tshark said, as one sentence; the status is the shell's."""
    lines = [line for line in map(str.strip, said) if line and not line.startswith("Running as user")]
    text = " ".join(line.removeprefix("tshark: ") for line in lines)
    if "isn't a capture file" in text:
        return "this is no capture file that tshark understands."
    if "cut short" in text:
        return "the file is cut short in the middle of a packet; what comes before is explained."
    if status > 128:
        return f"tshark was ended by signal {status - 128}. {text}".strip()
    return f"tshark failed: {text or f'it ended with status {status}'}"
