"""A capture that is read while it is still written ends in the verdicts that the whole file gets.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import contextlib
import os
import random
import subprocess
import threading
import time
import unittest

import environment
import judgement
import reports
from reports import ONE_PASS, TWO_PASSES, causes_of, final_causes

# What follows a reset changes its verdict in most of these.
SCENARIOS = ["lost_reset", "in_flight-v6-40ms-client", "injected-acked", "port_reuse", "listener_closed", "idle_timeout-several"]
LEAST_REVISED = 4                 # of them
CHUNKS = (1, 3, 30, 300, 3000)    # bytes: within a block's header, within a packet, and several packets at once
LONGEST_PAUSE = 0.02


def write(out, data):
    """Writes a file as a capturing program does, seen through a buffer of any size. The same chunks in each run."""
    dice = random.Random(len(data))
    place = 0
    while place < len(data):
        size = dice.randint(1, dice.choice(CHUNKS))
        out.write(data[place:place + size])
        place += size
        time.sleep(dice.uniform(0, LONGEST_PAUSE))


def start_writing(path, data, mode):
    def work():
        with path.open(mode, buffering=0) as out, contextlib.suppress(BrokenPipeError):
            write(out, data)

    writer = threading.Thread(target=work, daemon=True)
    writer.start()
    return writer


def fifo():
    path = environment.own_folder("live") / "fifo"
    os.mkfifo(path)
    path.chmod(0o666)
    return path


def read_fifo(capture):
    """tshark itself reads from the FIFO."""
    path, host = fifo(), environment.host()
    start_writing(path, capture.read_bytes(), "wb")
    return host.run("tshark", "-r", path, *reports.options_for(host))


def capture_from_fifo(capture):
    """dumpcap reads from the FIFO and writes a file, and tells tshark how many packets it may read there by now."""
    path, host = fifo(), environment.host()
    start_writing(path, capture.read_bytes(), "wb")
    return host.run("tshark", "-i", path, *reports.options_for(host))


def follow_file(capture):
    """Somebody else writes a file, and tail passes on what was added to it."""
    path, host = environment.own_folder("live") / "growing", environment.host()
    path.touch(0o644)
    writer = start_writing(path, capture.read_bytes(), "ab")
    # tail ends when this process has, and reads once more then.
    sign = subprocess.Popen(["sleep", str(environment.LONGEST_RUN)])

    def end_sign():
        writer.join()
        sign.kill()
        sign.wait()

    threading.Thread(target=end_sign, daemon=True).start()
    return host.run("sh", "-c", 'file=$1 sign=$2; shift 2; tail -c +1 -f -s 0.1 --pid="$sign" "$file" | tshark -r - "$@"',
                    "follow", path, sign.pid, *reports.options_for(host))


WAYS = (read_fifo, capture_from_fifo, follow_file)

# Nobody listens on any port there. dumpcap takes a moment to start, so it is tried until tshark has seen enough.
REFUSED_UNTIL_THE_END = """
import contextlib, socket, subprocess, sys, time
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
tshark = subprocess.Popen(sys.argv[1:])
while tshark.poll() is None:
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 9)).close()
    time.sleep(0.1)
sys.exit(tshark.returncode)
"""
PACKETS = 6    # three attempts, a SYN and a reset each


def in_a_network():
    """What puts a command into a network of its own, as the account with the rights that capturing takes."""
    if os.getuid() != 0:
        return ["unshare", "--user", "--map-current-user", "--keep-caps", "--net"]
    account = environment.account()
    return ["unshare", "--net", "setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups",
            *(f"--{kind}-caps=+net_raw,+net_admin" for kind in ("inh", "ambient"))]


def capture_on_loopback():
    host = environment.host()
    command = [*in_a_network(), "python3", "-c", REFUSED_UNTIL_THE_END,
               "tshark", "-i", "lo", "-c", str(PACKETS), *reports.options_for(host)]
    return subprocess.run(command, env=host.environment, cwd=host.home, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=environment.LONGEST_RUN)


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.captures = {scenario: environment.first_capture(scenario) for scenario in SCENARIOS}
        host = environment.host()
        cls.one, cls.two = (reports.read_all(host, cls.captures, passes) for passes in (ONE_PASS, TWO_PASSES))

    def test_revisions_are_tested(self):
        revised = [name for name, reading in self.one.items() if any(frame.revisions for frame in reading.frames.values())]
        self.assertGreaterEqual(len(revised), LEAST_REVISED)

    def test_live_reading_shows_what_one_pass_shows_and_ends_in_what_two_do(self):
        tries = [(way, name) for way in WAYS for name in SCENARIOS]
        # They wait most of the time.
        with concurrent.futures.ThreadPoolExecutor(len(SCENARIOS)) as pool:
            runs = list(pool.map(lambda one: one[0](self.captures[one[1]]), tries))
        for (way, name), run in zip(tries, runs):
            with self.subTest(scenario=name, way=way.__name__):
                self.assertEqual(run.returncode, 0, run.stderr)
                live = reports.parse(run)
                self.assertEqual(live.frames, self.one[name].frames)
                copies = judgement.copies_of(judgement.labels_of(environment.CAPTURES / self.captures[name].name))
                self.assertEqual(final_causes(live, copies), causes_of(self.two[name]))

    def test_closed_port_on_loopback_is_refused(self):
        run = capture_on_loopback()
        self.assertEqual(run.returncode, 0, run.stderr)
        frames = reports.parse(run).frames
        self.assertGreaterEqual(len(frames), PACKETS // 2)
        for frame in frames.values():
            self.assertEqual(len(frame.verdicts), frame.resets)
            self.assertEqual([report.get("server.port") for report in frame.verdicts], ["9"])
        # Before the first one, the SYN may have been missed.
        self.assertEqual([report.cause for number in list(frames)[1:] for report in frames[number].verdicts],
                         ["refused"] * (len(frames) - 1))


if __name__ == "__main__":
    unittest.main()
