"""What Wireshark's windows show of the plugin and of its profile.

`tests/run --bless gui` takes the pictures of README.md anew; look at them before you commit them.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import shutil
import typing
import unittest

import environment
import gui

if missing := gui.missing_programs():
    raise unittest.SkipTest(f"Wireshark's windows are not looked at, since these programs are missing: {', '.join(missing)}.")

PICTURES = environment.REPOSITORY / "plugin" / "pictures"
PROFILE = environment.REPOSITORY / "plugin" / "profile" / "TCP Reset Analysis"
CAPTURE = "article.pcapng"
# Of the main window: wide enough for the columns and sentences, and not too wide to be read where README is shown.
WIDTH, HEIGHT = 1360, 814
LIST_HEIGHT = 262
# Where to look: reading takes long.
BUTTONS, FIRST_PACKETS, LAST_RESET, DETAILS = range(50, 90), range(90, 160), range(393, 412), range(340, 790)
LISTED = range(60, 900)


def settings(height):
    """A new folder with Wireshark's settings: our profile, and the size of the window."""
    folder = environment.own_folder("settings")
    shutil.copytree(PROFILE, folder / "wireshark" / "profiles" / PROFILE.name)
    size = {"x": 0, "y": 0, "width": WIDTH, "height": height}
    (folder / "wireshark" / "recent_common").write_text("".join(f"gui.geometry_main_{name}: {size[name]}\n" for name in size))
    for path in folder.rglob("*"):
        shutil.chown(path, environment.account().pw_uid, environment.account().pw_gid)
    return folder


@contextlib.contextmanager
def wireshark(desktop, *options, height=HEIGHT):
    """Wireshark's main window with our profile and the article's capture."""
    with desktop.running("wireshark", "-n", "-C", PROFILE.name, "-r", environment.captures()[CAPTURE],
                         "-o", f"gui.geometry_main_upper_pane:{LIST_HEIGHT}", "-o", "gui.byte_view_show:FALSE", *options,
                         environment={"XDG_CONFIG_HOME": str(settings(height))}) as process:
        window = desktop.window(CAPTURE)
        # In the status bar, once the file has been read.
        window.expect("Packets: 118", rows=range(height - 30, height))
        yield window
        if process.poll() is not None:
            raise AssertionError(f"Wireshark ended with code {process.returncode}.")


@contextlib.contextmanager
def resets(desktop):
    """The list of packets after a click on the profile's button."""
    # The selected row does not show its colour; others like the last one do.
    with wireshark(desktop, "-g", "118", "-o", "gui.tree_view_show:FALSE", height=522) as window:
        window.click("Resets", rows=BUTTONS)
        # Away from the filter's line, where the cursor blinks.
        window.click("118", rows=LAST_RESET)
        yield window


@contextlib.contextmanager
def verdict(desktop):
    """The details of a reset, with the plugin's tree opened."""
    with wireshark(desktop, "-g", "12") as window:
        window.click("[TCP Reset Analysis", rows=DETAILS)
        window.keys("Right")
        yield window


def open_causes(main):
    # The last entry of the menu Statistics.
    main.keys("alt+s", "Up", "Return")
    return main.desktop.window(f"Wireshark · {PROFILE.name} · {CAPTURE}")


@contextlib.contextmanager
def causes(desktop):
    """The resets counted by cause and server."""
    with wireshark(desktop) as main:
        window = open_causes(main)
        window.resize(800, 330)
        # Sorted up, then down.
        window.click("Percent")
        window.click("Percent")
        yield window


@contextlib.contextmanager
def conversations(desktop):
    """The table of the conversations that were reset."""
    with wireshark(desktop, "-z", "rstanalysis,conversations"):
        window = desktop.window(f"Wireshark · {PROFILE.name}: Conversations · {CAPTURE}")
        window.resize(WIDTH, 240)
        yield window


class View(typing.NamedTuple):
    opened: typing.Callable
    texts: list
    rows: range = None


# By name; all but the last are README's pictures: that one's sentences need a wider window than README can show.
VIEWS = {
    "resets": View(resets, [
        "Not normal", "Firewall", "Injected", "Timeouts", "Cause", "Confidence", "Profile: TCP Reset Analysis", "Displayed: 20",
        "refused", "data_after_close", "normal_close", "cancelled", "lost_reset"]),
    "verdict": View(verdict, [
        "Cause: firewall", "Confidence (%): 97",
        "Explanation: Probably a firewall refused the connection to 10.20.30.50:22",
        "Evidence: It arrived with TTL 64", "Next step: Trace the route with TCP", "Trigger frame: 11"],
        DETAILS),
    "causes": View(causes, [
        "TCP resets", "lost_reset", "10.20.30.60:80", "70.00%", "firewall", "10.20.30.50:22", "10.00%",
        "data_after_close", "normal_close", "refused", "cancelled"]),
    "conversations": View(conversations, [
        "Client port", "Server port", "Confidence", "First reset", "Explanation",
        "firewall", "middlebox", "Probably a firewall refused", "data_after_close", "endpoint", "A normal end", "lost"]),
}
PICTURED = [name for name in VIEWS if name != "conversations"]


class Windows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desktop = cls.enterClassContext(gui.desktop(environment.host()))

    def test_windows_show_what_the_plugin_says(self):
        for name, view in VIEWS.items():
            with self.subTest(name), view.opened(self.desktop) as window:
                window.expect(*view.texts, rows=view.rows)

    def test_a_double_click_on_the_trigger_frame_jumps_there(self):
        with verdict(self.desktop) as window:
            window.click("[Trigger frame: 11]", times=2, rows=DETAILS)
            window.expect("Frame 11: 74 bytes on wire", rows=DETAILS)

    def test_a_changed_preference_changes_verdicts_at_once(self):
        def firewalls():
            read = gui.letters("".join(word.text for word in window.words(FIRST_PACKETS)))
            return read.count(gui.letters("firewall"))

        with resets(self.desktop) as window:
            self.assertEqual(firewalls(), 2)
            window.keys("ctrl+shift+p")
            preferences = self.desktop.window("Wireshark · Preferences")
            preferences.click("Protocols")
            preferences.keys("Right")
            preferences.type("RST Ana")
            preferences.click("Most probable")
            # To the list that has opened, a window without a name: of firewall and refused, report the firewall.
            self.desktop.run("xdotool", "key", "Down", "Return")
            preferences.keys("Return")
            gui.wait_for("The third firewall", lambda: firewalls() == 3)

    def test_plugin_that_is_disabled_and_enabled_again_says_the_same(self):
        def switch():
            window.keys("ctrl+shift+e")
            protocols = self.desktop.window("Wireshark · Enabled Protocols")
            protocols.type("RST Analysis")
            protocols.click("RST Analysis", rows=LISTED)
            protocols.keys("space", "Return")

        def is_shown():
            return not gui.not_shown(["TCP Reset Analysis: firewall, 97 %"], window.words(DETAILS))

        # Without a display filter: that would have Wireshark build the trees that the plugin reads anyway.
        with wireshark(self.desktop, "-g", "12") as window:
            for _ in range(2):
                gui.wait_for("The plugin's tree", is_shown)
                switch()
                gui.wait_for("The end of the plugin's tree", lambda: not is_shown())
                switch()
            gui.wait_for("The plugin's tree", is_shown)

    def test_statistics_stay_right_when_they_are_closed_and_the_file_is_read_again(self):
        with wireshark(self.desktop) as main:
            for _ in range(10):
                open_causes(main).close()
                main.keys("ctrl+r")
            open_causes(main).expect(*VIEWS["causes"].texts)


class Pictures(unittest.TestCase):
    """Of README.md; written by tests/run --bless gui."""

    def test_readme_shows_a_picture_of_each_window(self):
        readme = (environment.REPOSITORY / "README.md").read_text()
        self.assertEqual({path.stem for path in PICTURES.iterdir()}, set(PICTURED))
        for name in PICTURED:
            self.assertRegex(readme, rf"!\[[^]]+\]\(plugin/pictures/{name}\.png\)")

    def test_pictures_show_what_the_windows_show(self):
        for name in PICTURED:
            with self.subTest(name):
                words = gui.words_of(PICTURES / f"{name}.png", VIEWS[name].rows)
                self.assertEqual(gui.not_shown(VIEWS[name].texts, words), [])


def bless():
    """Takes the pictures anew."""
    PICTURES.mkdir(exist_ok=True)
    with gui.desktop(environment.host()) as desktop:
        for name in PICTURED:
            with VIEWS[name].opened(desktop) as window:
                window.expect(*VIEWS[name].texts, rows=VIEWS[name].rows)
                gui.shrink(window.picture(desktop.folder / "taken.png"), PICTURES / f"{name}.png")
    print(f"wrote {len(PICTURED)} pictures to {PICTURES.relative_to(environment.REPOSITORY)}")


if __name__ == "__main__":
    unittest.main()
