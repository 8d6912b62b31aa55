"""plugin/explain over many captures: GNU parallel, the formats, interrupted runs.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import csv
import io
import json
import os
import pty
import re
import shutil
import signal
import time
import unittest

import environment
import reports
import tunnel
from checkout import APT_INSTALL, Checkout
from test_documentation import table
from test_explain import resets_of, totals_of

FEW, MANY = 4, 6    # up to the first number they are explained one by one, the others are shared out
ODD_NAMES = ["with spaces", "quo'te\"s", "new\nline", "-dash", "$(date)", "{}", "=1+1,x", os.fsdecode(b"not\xff-utf8")]
CAPTURES = ["article.pcapng", "lost_reset", "refused", "normal_close", "firewall", "tls_failure"]
# Notes each capture that is asked about, and waits while there is a file that says so.
TSHARK = """#!/bin/bash
case " $* " in *" -r "*) echo asked >> "$CALLS"; while [ -e "$HOME/wait" ] && [ "$(wc -l < "$CALLS")" -gt 3 ]; do sleep 0.05; done ;; esac
exec {real} "$@"
"""


def ndjson(output):
    return [json.loads(line) for line in output.splitlines()]


def frames(rows):
    return [(row["frame.number"], row["rstanalysis.cause"]) for row in rows]


class Batch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout()
        cls.one = cls.checkout.explain()
        cls.resets = resets_of(cls.one.stdout)
        cls.many = [cls.checkout.capture(f"{number}.pcapng").name for number in range(MANY)]

    def setUp(self):
        self.output = self.checkout.home / "result"
        self.parts = self.checkout.home / "result.parts"
        self.addCleanup(shutil.rmtree, self.parts, ignore_errors=True)
        self.addCleanup(self.output.unlink, missing_ok=True)

    def explain(self, *arguments, status=0, errors=""):
        run = self.checkout.explain(*arguments)
        self.assertEqual((run.returncode, run.stderr), (status, errors))
        return run.stdout

    def test_many_captures_are_shown_as_few_are(self):
        few = self.explain(*self.many[:2])
        self.assertTrue(self.resets)
        self.assertEqual(resets_of(few), self.resets * 2)
        first = few.partition("\n\n")[0]
        expected = [first.replace(self.many[0], name, 1) for name in self.many]
        output = self.explain(*self.many)
        self.assertEqual(output.split("\n\n")[:-1], expected)
        self.assertEqual(totals_of(output), {cause: MANY * count for cause, count in totals_of(self.one.stdout).items()})

    def test_odd_names_are_names_like_others(self):
        for name in ODD_NAMES:
            self.checkout.capture(name)
        rows = ndjson(self.explain("--format", "ndjson", "--", *ODD_NAMES))
        shown = [os.fsencode(name).decode("utf-8", "backslashreplace") for name in ODD_NAMES]
        self.assertEqual([row["file"] for row in rows], [name for name in shown for _ in self.resets])
        self.assertEqual(frames(rows), self.resets * len(ODD_NAMES))
        cells = list(csv.DictReader(io.StringIO(self.explain("--format=csv", "--", *ODD_NAMES))))
        guarded = [("'" + name if name[0] in "=-" else name).replace("\n", "\\n") for name in shown]
        self.assertEqual([row["file"] for row in cells], [name for name in guarded for _ in self.resets])
        self.assertEqual(resets_of(self.explain("--", *ODD_NAMES)), self.resets * len(ODD_NAMES))

    def test_odd_names_of_the_result(self):
        for name in ODD_NAMES:
            with self.subTest(name):
                path = self.checkout.home / ("to " + name)
                self.assertEqual(self.explain("--output", path.name, *self.many), "")
                self.assertEqual(resets_of(path.read_text()), self.resets * MANY)

    def test_what_cannot_be_read_does_not_stop_the_rest(self):
        (self.checkout.home / "text").write_text("this is no capture\n" * 9)
        cut = self.checkout.capture("cut.pcapng")
        cut.write_bytes(cut.read_bytes()[:-100])
        run = self.checkout.explain("--format", "ndjson", "missing", *self.many, "text", "cut.pcapng")
        self.assertEqual(run.returncode, 1)
        lines = run.stderr.splitlines()
        for line, (name, words) in zip(lines, [("missing", "no such file"), ("text", "no capture file"), ("cut", "cut short")]):
            self.assertIn(name, line)
            self.assertIn(words, line)
        self.assertEqual(len(lines), 3, run.stderr)
        rows = ndjson(run.stdout)
        before_cut = frames(row for row in rows if row["file"] == "cut.pcapng")
        self.assertTrue(before_cut)
        self.assertEqual(frames(rows), self.resets * MANY + self.resets[:len(before_cut)])

    def test_result_appears_when_it_is_complete(self):
        self.output.write_text("old")
        self.assertEqual(self.explain("--output", "result", *self.many), "")
        self.assertEqual(self.output.read_text(), self.explain(*self.many))
        self.assertFalse(self.parts.exists())
        self.assertEqual(self.explain("--output=result", self.many[0]), "")
        self.assertEqual(self.output.read_text(), self.one.stdout)

    def interrupt(self, *arguments):
        """Stops a run after some captures, as Ctrl-C does, and returns what it said."""
        wait = self.checkout.home / "wait"
        self.checkout.stand_in("tshark", TSHARK.replace("{real}", shutil.which("tshark")))
        self.addCleanup((self.checkout.programs / "tshark").unlink)
        self.checkout.called()
        wait.touch()
        joblog = self.parts / "joblog"
        try:
            with self.checkout.start(self.checkout.command, "--jobs", "2", "--output", "result", *arguments) as process:
                end = time.monotonic() + environment.LONGEST_RUN
                while not joblog.exists() or len(joblog.read_text().splitlines()) < 3:
                    self.assertLess(time.monotonic(), end, "no capture gets done")
                    time.sleep(0.05)
                os.killpg(process.pid, signal.SIGINT)
                errors = process.communicate(timeout=environment.LONGEST_RUN)[1]
        finally:
            wait.unlink()
        self.assertEqual(process.returncode, 130, errors)
        self.assertFalse(self.output.exists())
        return errors

    def test_interrupted_run_goes_on(self):
        self.assertIn("The same command goes on", self.interrupt(*self.many))
        done = len((self.parts / "joblog").read_text().splitlines()) - 1
        self.checkout.called()
        run = self.checkout.explain("--jobs", "2", "--output", "result", *self.many)
        self.assertEqual((run.returncode, run.stdout), (0, ""))
        self.assertEqual(run.stderr, f"explain: going on: {done} of {MANY} captures were done before.\n")
        self.assertEqual(self.checkout.called(), ["asked"] * (MANY - done))
        self.assertEqual(resets_of(self.output.read_text()), self.resets * MANY)
        self.assertFalse(self.parts.exists())

    def test_interrupted_run_of_other_captures_is_left_alone(self):
        self.interrupt(*self.many)
        before = sorted(self.parts.rglob("*"))
        run = self.checkout.explain("--output", "result", *self.many[1:])
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertIn("was begun with other captures", run.stderr)
        self.assertEqual(sorted(self.parts.rglob("*")), before)

    def test_folder_of_somebody_else_is_left_alone(self):
        self.parts.mkdir()
        (self.parts / "notes").touch()
        self.checkout.give_away(self.parts)
        run = self.checkout.explain("--output", "result", *self.many)
        self.assertEqual(run.returncode, 1)
        self.assertIn("was not made by this program", run.stderr)
        self.assertEqual([path.name for path in self.parts.iterdir()], ["notes"])

    def test_reader_that_has_seen_enough_ends_it(self):
        for names in (self.many, self.many[:FEW]):
            with self.checkout.start(self.checkout.command, "--format", "ndjson", *names) as process:
                self.assertEqual(frames([json.loads(process.stdout.readline())]), self.resets[:1])
                process.stdout.close()
                self.assertEqual(process.stderr.read(), "")
            self.assertEqual(process.returncode, 1)

    def test_wrong_options_are_told_in_a_sentence(self):
        cases = [(["--format", "xml"], "no format xml"), (["--jobs", "0"], "number from 1"), (["--colour"], "what is --colour?"),
                 (["--output", "."], "not a file"), (["--output", "nowhere/result"], "not there"), (["--format"], "needs a value"),
                 (["--output", self.many[0], *self.many], "one of the captures")]
        for words, said in cases:
            with self.subTest(words):
                run = self.checkout.explain(*words)
                self.assertEqual((run.returncode, run.stdout), (1, ""))
                self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
                self.assertIn(said, run.stderr)

    def test_progress_is_shown_on_a_terminal_only(self):
        terminal, end = pty.openpty()
        with self.checkout.start(self.checkout.command, "--output", "result", *self.many, stderr=end) as process:
            os.close(end)
            shown = b""
            while data := read_terminal(terminal):
                shown += data
        self.assertEqual(process.returncode, 0, shown)
        self.assertRegex(shown.decode(), r"100%")
        self.assertNotIn("citation", shown.decode().lower())

    def test_without_parallel_captures_are_explained_one_by_one(self):
        checkout = Checkout()
        checkout.explain()
        checkout.called()
        names = [checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        checkout.without("parallel", "sudo")
        run = checkout.explain(*names)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("one after the other", run.stderr)
        self.assertEqual(resets_of(run.stdout), self.resets * MANY)

    def test_parallel_is_installed_when_it_is_needed(self):
        checkout = Checkout()
        checkout.explain()
        checkout.called()
        names = [checkout.capture(f"{number}.pcapng").name for number in range(MANY)]
        checkout.without("parallel", "sudo", "apt-get")
        checkout.stand_in("sudo", '#!/bin/sh\necho "sudo $*" >> "$CALLS"\nexec "$@"\n')
        checkout.stand_in("apt-get", f"#!/bin/sh\n[ $1 = update ] || ln -s {shutil.which('parallel')} {checkout.programs}\n")
        checkout.give_away(checkout.programs)
        self.assertEqual(checkout.explain(*names[:2]).returncode, 0)
        self.assertEqual(checkout.called(), [])
        run = checkout.explain(*names)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(checkout.called(), ["sudo apt-get update", f"{APT_INSTALL} parallel"])
        self.assertEqual(resets_of(run.stdout), self.resets * MANY)


def read_terminal(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


class Rows(unittest.TestCase):
    """The rows against what tshark's PDML says."""

    @classmethod
    def setUpClass(cls):
        cls.checkout = Checkout()
        cls.checkout.explain()
        cls.paths = [environment.first_capture(scenario) for scenario in CAPTURES]
        tunnelled = environment.own_folder("tunnel") / "tunnel.pcap"
        tunnelled.write_bytes(tunnel.two_resets())
        cls.paths.append(tunnelled)
        cls.rows = ndjson(cls.checkout.explain("--format", "ndjson", *map(str, cls.paths)).stdout)
        cls.cells = list(csv.DictReader(io.StringIO(cls.checkout.explain("--format", "csv", *map(str, cls.paths)).stdout)))
        readings = {str(path): reports.read(environment.host(), path, reports.TWO_PASSES) for path in cls.paths}
        cls.expected = [(path, number, report) for path, reading in readings.items()
                        for number, frame in reading.frames.items() for report in frame.verdicts]

    def test_columns_are_the_fields(self):
        fields = [name for name, _, _ in table("| field | type | what |")]
        names = ["file", "frame.number", "frame.time_epoch", "frame.time_utc"]
        for row in (*self.rows, *self.cells):
            self.assertEqual(list(row)[:4], names)
            self.assertEqual(set(list(row)[4:]), set(fields))

    def test_rows_hold_what_each_tree_holds(self):
        self.assertEqual([(row["file"], row["frame.number"]) for row in self.rows], [case[:2] for case in self.expected])
        self.assertEqual([row["rstanalysis.server.port"] for row in self.rows[-2:]], list(tunnel.CLIENT_PORTS))
        kinds = {name: (kind, "(repeated)" in text) for name, kind, text in table("| field | type | what |")}
        for row, (_, _, report) in zip(self.rows, self.expected):
            for name, (kind, repeated) in kinds.items():
                values = [typed(value, kind) for value in report.fields.get(name, [])]
                if not repeated:
                    self.assertLessEqual(len(values), 1, name)
                self.assertEqual(row[name], values if repeated else values[0] if values else None, name)

    def test_cells_say_the_same(self):
        self.assertEqual(len(self.cells), len(self.rows))
        for cells, row in zip(self.cells, self.rows):
            for name, value in row.items():
                self.assertEqual(cells[name], as_cell(value), name)

    def test_times_are_those_of_the_frames(self):
        for path in map(str, self.paths):
            listed = environment.host().run("tshark", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch")
            times = dict(line.split("\t") for line in listed.stdout.splitlines())
            for row in (row for row in self.rows if row["file"] == path):
                epoch = times[str(row["frame.number"])]
                self.assertAlmostEqual(row["frame.time_epoch"], float(epoch), places=6)
                self.assertEqual(re.fullmatch(r".*(\.\d{9})Z", row["frame.time_utc"])[1], "." + epoch.partition(".")[2])


def typed(value, kind):
    if kind == "boolean":
        return value in ("1", "True")
    return {"string": str, "relative time": float}.get(kind, int)(value)


def as_cell(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " | ".join(value)
    return "" if value is None else str(value)


if __name__ == "__main__":
    unittest.main()
