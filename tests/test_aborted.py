"""Reading that ends in the middle: what was read is explained, and the program ends, or goes on, as it would without the plugin.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import subprocess
import unittest

import environment
import reports
import sharkd
from reports import ONE_PASS, TWO_PASSES, timeless

CAPTURE = "article.pcapng"
# In the middle of connections, and on the first and on later resets.
COUNTS = (1, 5, 12, 50, 69, 87, 100)


def capture():
    return environment.captures()[CAPTURE]


def first_packets(count):
    """A capture of them."""
    path = environment.own_folder("first") / "capture.pcapng"
    environment.host().run("editcap", "-r", capture(), path, f"1-{count}")
    return path


@contextlib.contextmanager
def tshark(kind, *options):
    """tshark with pipes for its input and outputs."""
    host = environment.host(kind)
    with subprocess.Popen(["tshark", "-n", "-l", *options], env=host.environment, cwd=host.home, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **environment.as_account()) as process:
        try:
            yield process
        finally:
            process.kill()


def unheard(kind, options):
    """tshark that writes to a pipe from which nobody reads any more: its status and errors."""
    with tshark(kind, "-r", capture(), *options) as process:
        process.stdout.readline()
        process.stdout.close()
        process.stdin.close()
        errors = process.stderr.read().decode()
        return process.wait(environment.LONGEST_RUN), timeless(errors)


class Tshark(unittest.TestCase):
    def test_first_packets_are_explained_as_if_there_were_no_others(self):
        for count in COUNTS:
            for passes in (ONE_PASS, TWO_PASSES):
                with self.subTest(count=count, passes=passes):
                    read = reports.read(environment.host(), capture(), passes, ["-c", str(count)])
                    self.assertEqual(read, reports.read(environment.host(), first_packets(count), passes))
                    self.assertEqual((read.status, read.errors, read.misjudged()), (0, "", {}))

    def test_capture_that_is_to_stop_by_itself_does(self):
        for count in COUNTS:
            with self.subTest(count=count), tshark("release", "-i", "-", "-a", f"packets:{count}", "-T", "fields",
                                                   "-e", "frame.number", "-e", "rstanalysis.cause") as process:
                output, _ = process.communicate(capture().read_bytes(), environment.LONGEST_RUN)
                numbers = [line.split(b"\t")[0] for line in output.splitlines()]
                self.assertEqual((process.returncode, len(numbers)), (0, count))
                self.assertEqual(any(line.partition(b"\t")[2] for line in output.splitlines()), count >= 12)

    def test_output_that_nobody_reads_ends_as_without_the_plugin(self):
        for options in (["-V"], ["-2", "-V"], ["-T", "pdml"]):
            with self.subTest(options=options):
                self.assertEqual(unheard("release", options), unheard(None, options))


class Sharkd(unittest.TestCase):
    def setUp(self):
        self.host = environment.host()
        self.frames = [frame["num"] for frame in sharkd.ask(self.host, [sharkd.load(capture()), ("frames", {"filter": "rstanalysis"})])[1]]
        self.look = [sharkd.show(number) for number in self.frames]
        self.expected = sharkd.ask(self.host, [sharkd.load(capture()), *self.look])[1:]
        self.assertTrue(self.expected)

    def test_file_of_which_nothing_was_asked_leaves_nothing(self):
        others = [sharkd.load(path) for path in list(environment.captures().values())[::100]]
        answers = sharkd.ask(self.host, [*others, sharkd.load(capture()), *self.look])
        self.assertEqual(answers[-len(self.look):], self.expected)


if __name__ == "__main__":
    unittest.main()
