"""Takes apart the lines that capture.SCRIPT prints for one capture after the other.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import itertools
import json

from capture import MARK, complaint

# Before each frame's line, ek has one that says under which index to store it.
INDEX = '{"index"'


class End:
    """The last one of a capture's events; `trouble` is None where all went well."""

    def __init__(self, trouble):
        self.trouble = trouble


def events(lines):
    """Pairs of a capture's number and what comes of it: the layers of a frame, or an End."""
    number, said = None, []
    for line in lines:
        if line.startswith(MARK):
            word, value = line[len(MARK):].split()
            if word == "capture":
                number, said = int(value), []
            else:
                yield number, End(complaint(said, int(value)) if value != "0" else None)
        elif not line.startswith("{"):
            said.append(line)
        elif not line.startswith(INDEX) and (layers := layers_of(line)):
            yield number, layers


def layers_of(line):
    """What ek shows of a frame. A tshark that crashed leaves half a line, which shows nothing."""
    try:
        return json.loads(line, strict=False)["layers"]
    except ValueError:
        return None


def by_capture(lines):
    """Pairs of a capture's number and an iterator of its events."""
    for number, pairs in itertools.groupby(events(lines), key=lambda pair: pair[0]):
        yield number, (event for _, event in pairs)
