"""What Wireshark's windows show of the plugin.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import shutil
import unittest

import environment
import gui

if missing := gui.missing_programs():
    raise unittest.SkipTest(f"Wireshark's windows are not looked at, since these programs are missing: {', '.join(missing)}.")

WIDTH, HEIGHT = 1360, 900
LIST_HEIGHT = 270
# Where the packet's details begin, below menu, tools and list.
DETAILS = 360
VERDICT = ["TCP Reset Analysis: firewall, 97", "Cause: firewall",
           "Explanation: Probably a firewall refused the connection to 10.20.30.50:22", "Confidence (%): 97",
           "Evidence: It arrived with TTL 64", "Next step: Trace the route with TCP"]


def settings():
    """A new folder with Wireshark's settings, where it remembers no more than the size of its window."""
    folder = environment.own_folder("settings")
    (folder / "wireshark").mkdir()
    (folder / "wireshark" / "recent_common").write_text("".join(f"gui.geometry_main_{name}: {value}\n" for name, value in
                                                                {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}.items()))
    for path in folder.rglob("*"):
        shutil.chown(path, environment.account().pw_uid, environment.account().pw_gid)
    return folder


@contextlib.contextmanager
def wireshark(desktop, *options):
    """Wireshark's main window with the article's capture in it."""
    capture = environment.captures()["article.pcapng"]
    with desktop.running("wireshark", "-n", "-r", capture, "-o", f"gui.geometry_main_upper_pane:{LIST_HEIGHT}",
                         "-o", "gui.byte_view_show:FALSE", *options, environment={"XDG_CONFIG_HOME": str(settings())}) as process:
        yield desktop.window(capture.name)
        if process.poll() is not None:
            raise AssertionError(f"Wireshark ended with code {process.returncode}.")


@contextlib.contextmanager
def opened_verdict(desktop):
    with wireshark(desktop, "-g", "12") as window:
        window.click("[TCP Reset Analysis", top=DETAILS)
        window.keys("shift+Right")
        yield window


class Windows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desktop = cls.enterClassContext(gui.desktop(environment.host()))

    def test_an_opened_verdict_shows_why_and_how_sure(self):
        with opened_verdict(self.desktop) as window:
            window.expect(*VERDICT, top=DETAILS)

    def test_a_double_click_on_the_trigger_frame_jumps_there(self):
        with opened_verdict(self.desktop) as window:
            window.click("[Trigger frame: 11]", times=2, top=DETAILS)
            window.expect("Frame 11: 74 bytes on wire", top=DETAILS)

    def test_reading_the_file_again_and_again_is_survived(self):
        with wireshark(self.desktop) as window:
            for _ in range(10):
                window.keys("ctrl+r")
            window.expect("Packets: 118")


if __name__ == "__main__":
    unittest.main()
