"""Wireshark's windows as its users see them, on a display that nobody looks at.

xdotool is the user's hands, ImageMagick takes the pictures, and tesseract reads them.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import csv
import io
import os
import re
import shutil
import subprocess
import tempfile
import time
import typing

import environment
from environment import as_account

PROGRAMS = ("wireshark", "Xvfb", "openbox", "xdotool", "import", "convert", "tesseract")
DISPLAY_SIZE = 1600, 1200
# A busy machine takes long to read a picture.
PATIENCE = 60
# Letters on a screen are too small for tesseract, which was taught on printed pages.
ENLARGEMENT = 2.5


class Word(typing.NamedTuple):
    text: str
    x: int
    y: int


def missing_programs():
    return [program for program in PROGRAMS if shutil.which(program) is None]


def run(*command, **arguments):
    """What the program prints."""
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **arguments)
    if done.returncode != 0:
        raise AssertionError(f"{command} failed: {done.stderr}")
    return done.stdout


def wait_for(what, look):
    """The first true value that look() returns."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {PATIENCE} s.")
        time.sleep(0.1)
    return found


@contextlib.contextmanager
def running(command, **arguments):
    """A program that is gone at the end, whatever happens in between."""
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, **arguments)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def x_server():
    """A display that no other server has; its name."""
    reading, writing = os.pipe()
    with open(reading) as answer, contextlib.ExitStack() as stack:
        with open(writing, "w"):
            # Open to all of this machine (-ac): Wireshark runs as another user than the tests.
            screen = "{}x{}x24".format(*DISPLAY_SIZE)
            stack.enter_context(running(["Xvfb", "-displayfd", writing, "-screen", "0", screen, "-dpi", "96", "-ac", "-nolisten", "tcp"],
                                        pass_fds=[writing], stderr=subprocess.DEVNULL))
        number = answer.readline().strip()
        if not number:
            raise AssertionError("Xvfb did not start.")
        yield f":{number}"


def letters(text):
    """What OCR gets right of a text: it mistakes blanks, underscores, brackets, and a g that is underlined for an a."""
    return re.sub(r"[^a-z0-9]", "", text.lower()).replace("g", "a")


def words_of(picture, rows=None):
    """What is to be read in a picture, or in some of its rows of pixels, in the order of reading, and where."""
    rows = rows or range(0, 10_000)
    with tempfile.NamedTemporaryFile(suffix=".png") as enlarged:
        # Black on white whatever the row's colours are: what differs from the most frequent colour nearby.
        run("convert", picture, "-crop", f"0x{len(rows)}+0+{rows.start}", "+repage", "-colorspace", "Gray",
            "(", "+clone", "-statistic", "Mode", "61x1", ")", "-compose", "Difference", "-composite", "-negate", "-normalize",
            "-resize", f"{ENLARGEMENT:.0%}", enlarged.name)
        # Its threads wait in busy loops, which on few processors takes them ten times as long as one thread.
        table = run("tesseract", enlarged.name, "-", "--psm", "11", "tsv", text=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    def middle(row, start, length):
        return int((int(row[start]) + int(row[length]) / 2) / ENLARGEMENT)
    return [Word(row["text"], middle(row, "left", "width"), middle(row, "top", "height") + rows.start)
            for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE) if row["text"].strip()]


def shrink(picture, path):
    """Writes the picture as a small PNG file that depends on nothing but what is to be seen."""
    run("convert", picture, "-strip", "+dither", "-colors", 256, "-define", "png:compression-level=9", f"png8:{path}")


def not_shown(texts, words):
    """Those of the texts that are not among the words."""
    read = letters("".join(word.text for word in words))
    return [text for text in texts if letters(text) not in read]


class Window:
    def __init__(self, desktop, number):
        self.desktop = desktop
        self.number = number

    def picture(self, path):
        """Takes a picture once the window has stopped changing."""
        before = None
        # What other windows cover would be missing.
        self._act()

        def same_as_before():
            nonlocal before
            self.desktop.run("import", "-silent", "-window", self.number, f"png24:{path}")
            last, before = before, run("convert", path, "rgb:-")
            return last == before
        wait_for("A window at rest", same_as_before)
        return path

    def words(self, rows=None):
        return words_of(self.picture(self.desktop.folder / "window.png"), rows)

    def expect(self, *texts, rows=None):
        """Waits until the window shows all of the texts."""
        words = []

        def all_shown():
            words[:] = self.words(rows)
            return not not_shown(texts, words)
        try:
            wait_for("A text", all_shown)
        except AssertionError:
            read = " ".join(word.text for word in words)
            raise AssertionError(f"The window does not show {not_shown(texts, words)}. It reads:\n{read}") from None

    def _act(self, *actions):
        self.desktop.run("xdotool", "windowactivate", "--sync", self.number, *actions)

    def keys(self, *keys):
        self._act("key", "--clearmodifiers", *keys)

    def type(self, text):
        self._act("type", "--delay", 10, text)

    def close(self):
        self.keys("Escape")
        wait_for("A window's end", lambda: self.number not in self.desktop.windows("."))

    def resize(self, width, height):
        self._act("windowsize", "--sync", self.number, width, height)

    def click(self, text, times=1, rows=None):
        """Clicks on the first place where the text begins."""
        def place():
            words = [word for word in self.words(rows) if letters(word.text)]
            return next((word for index, word in enumerate(words)
                         if letters("".join(other.text for other in words[index:index + 9])).startswith(letters(text))), None)
        word = wait_for(f"The text '{text}'", place)
        self._act("mousemove", "--window", self.number, word.x, word.y, "click", "--repeat", times, "--delay", 50, 1)
        self.desktop.park_pointer()


class Desktop:
    """A display with a window manager, on which the programs of a Host are started."""

    def __init__(self, host, display, stack):
        self.host = host
        self.folder = environment.own_folder("desktop")
        self.folder.chmod(0o700)
        self.log = self.folder / "log"
        self.environment = {**host.environment, "DISPLAY": display, "XDG_RUNTIME_DIR": str(self.folder), "QT_QPA_PLATFORM": "xcb"}
        # Without a window manager no window would get the keyboard.
        stack.enter_context(self.running("openbox"))
        self.park_pointer()

    @contextlib.contextmanager
    def running(self, *command, environment={}):
        with open(self.log, "a") as log, running(command, env={**self.environment, **environment}, cwd=self.host.home,
                                                 stdout=log, stderr=log, **as_account()) as process:
            yield process

    def park_pointer(self):
        """Moves the pointer to where no window is: what lies under it is drawn in other colours."""
        self.run("xdotool", "mousemove", *DISPLAY_SIZE)

    def run(self, *command):
        return run(*command, env=self.environment, text=True)

    def windows(self, title):
        """The numbers of the visible windows whose title matches the pattern."""
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env=self.environment,
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        return found.stdout.split()

    def window(self, title):
        """The window with that title, as soon as it is there."""
        try:
            numbers = wait_for(f"A window named '{title}'", lambda: self.windows(f"^{re.escape(title)}$"))
        except AssertionError as trouble:
            raise AssertionError(f"{trouble} What programs said last:\n{self.log.read_text()[-1000:]}") from None
        return Window(self, numbers[0])


@contextlib.contextmanager
def desktop(host):
    with contextlib.ExitStack() as stack:
        yield Desktop(host, stack.enter_context(x_server()), stack)
