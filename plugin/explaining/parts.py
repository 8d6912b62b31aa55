"""FILE.parts: what a run that shall write FILE has got so far, so that an interrupted one can go on.

    captures.json   which captures it belongs to, as they were
    captures/N      links to those that can be read: GNU parallel and other hosts see no other names than numbers
    results/N       what capture.SCRIPT printed of each
    joblog          GNU parallel's record of what is done

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import tempfile

from capture import readable
from trouble import Trouble, counted, say, shown, unwritten


class Parts:
    def __init__(self, folder, captures):
        self.folder = pathlib.Path(folder)
        self.links = self.folder / "captures"
        self.joblog = self.folder / "joblog"
        self.captures = readable(captures)
        self._identity = json.dumps([capture.identity for capture in captures])
        self._lock = None

    def open(self):
        """Makes the folder, or takes over what an earlier run left of the same captures."""
        try:
            self._open()
        except OSError as error:
            raise unwritten(shown(self.folder), error) from error

    def _open(self):
        listing = self.folder / "captures.json"
        self.folder.mkdir(exist_ok=True)
        self._lock = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(f"another run is at work on {shown(self.folder)}; wait for it, or end it.") from None
        if listing.exists() and listing.read_text() != self._identity:
            raise Trouble(f"{shown(self.folder)} was begun with other captures, or they were changed since: give the same "
                          "ones to go on, or remove it to begin anew.")
        if not listing.exists():
            if any(self.folder.iterdir()):
                raise Trouble(f"{shown(self.folder)} was not made by this program; move it away, or give --output another name.")
            try:
                beside = self.folder / "new"
                beside.write_text(self._identity)
                beside.rename(listing)
            except BaseException:
                shutil.rmtree(self.folder)
                raise
        self._link()

    def _link(self):
        shutil.rmtree(self.links, ignore_errors=True)
        self.links.mkdir()
        for capture in self.captures:
            (self.links / str(capture.number)).symlink_to(os.path.abspath(capture.path))

    def done(self):
        """How many captures GNU parallel has got through."""
        return max(0, len(self.joblog.read_text().splitlines()) - 1) if self.joblog.exists() else 0

    def result(self, capture):
        return self.folder / "results" / str(capture.number)

    def lock(self):
        """The descriptor that keeps other runs off as long as one process has it."""
        return self._lock


@contextlib.contextmanager
def kept_for(output, captures):
    """The folder beside the file, removed once all is well."""
    parts = Parts(output + ".parts", captures)
    parts.open()
    if parts.done():
        say(f"going on: {parts.done()} of {counted(len(parts.captures), 'capture')} were done before.")
    try:
        yield parts
    except KeyboardInterrupt:
        say(f"interrupted. The same command goes on from here; {shown(parts.folder)} holds what is done.")
        raise
    shutil.rmtree(parts.folder)


@contextlib.contextmanager
def for_once(captures):
    """A folder that is gone afterwards, however it ends."""
    with tempfile.TemporaryDirectory(prefix="rstanalysis-") as folder:
        parts = Parts(folder, captures)
        parts.open()
        yield parts
