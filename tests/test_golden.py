"""The whole text of the plugin's trees, for one capture of each kind, as it was when somebody last looked at it.

`tests/run --bless golden` writes the files anew; look at the difference before you commit it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import decimal
import difflib
import re
import unittest

import environment
import judgement
from reports import ONE_PASS, TWO_PASSES

GOLDEN = environment.REPOSITORY / "tests" / "golden"
# From 4.6 on, Wireshark shows a short time in a smaller unit.
SCALED = re.compile(r"(?<=: )([\d.]+) (milli|micro|nano)seconds(?=]$)", re.MULTILINE)
EXPONENTS = {"milli": -3, "micro": -6, "nano": -9}


def chosen():
    """The article's capture, and for each cause the smallest one whose first reset has it."""
    names = {"article": "article.pcapng"}
    for name, path in sorted(environment.captures().items(), key=lambda item: (item[1].stat().st_size, item[0])):
        labels = judgement.labels_of(environment.CAPTURES / name)
        if labels and labels["resets"]:
            names.setdefault(labels["resets"][0]["cause"], name)
    return sorted(set(names.values()))


def in_seconds(scaled):
    return f"{decimal.Decimal(scaled[1]).scaleb(EXPONENTS[scaled[2]]):.9f} seconds"


def trees(name, passes):
    """The plugin's trees as tshark -V prints them, by frame."""
    run = environment.host().run("tshark", *passes, "-n", "-r", environment.captures()[name], "-Y", "rstanalysis", "-V")
    frames = re.split(r"^Frame (\d+):", run.stdout, flags=re.MULTILINE)[1:]
    for number, text in zip(frames[::2], frames[1::2]):
        for tree in re.findall(r"^\[?TCP Reset Analysis.*\n(?:^ .*\n)*", text, flags=re.MULTILINE):
            yield f"Frame {number}\n{SCALED.sub(in_seconds, tree)}"


def text_of(name):
    return "".join(f"== {heading}\n\n{''.join(trees(name, passes))}\n"
                   for heading, passes in (("One pass", ONE_PASS), ("Two passes", TWO_PASSES)))


def file_of(name):
    return GOLDEN / (name.rsplit(".", 1)[0] + ".txt")


def bless():
    """Writes all files anew and removes those of captures that are chosen no more."""
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.glob("*.txt"):
        path.unlink()
    for name in chosen():
        file_of(name).write_text(text_of(name))
    print(f"wrote {len(chosen())} files to {GOLDEN.relative_to(environment.REPOSITORY)}")


class Golden(unittest.TestCase):
    def test_there_is_a_file_for_each_chosen_capture_and_no_other(self):
        self.assertEqual({path.name for path in GOLDEN.glob("*.txt")}, {file_of(name).name for name in chosen()},
                         "write them with tests/run --bless golden")

    def test_trees_read_as_when_last_looked_at(self):
        for name in chosen():
            if not file_of(name).exists():
                continue
            with self.subTest(name):
                expected, shown = file_of(name).read_text(), text_of(name)
                self.assertIn("TCP Reset Analysis", shown)
                self.assertNotRegex(shown, r"\[(truncated|…)\]: ", "Wireshark shows 240 bytes of a field")
                difference = difflib.unified_diff(expected.splitlines(), shown.splitlines(), "golden", "now", lineterm="", n=1)
                self.assertEqual(expected, shown, "\n" + "\n".join(difference))


if __name__ == "__main__":
    unittest.main()
