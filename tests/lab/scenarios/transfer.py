"""Downloads that their receiver breaks off, with the resets arriving or lost."""

import fcntl
import signal
import struct
import termios
import threading

from packet import FIN, RST
from registry import either, scenario, variant
from servers import version


class Download:
    """curl of the big file in the background."""

    def __init__(self, lab, *options):
        lab.web()
        lab.used.append(version("curl"))
        self.bytes, self.enough = 0, threading.Event()
        self.rule, lab.relay.rule = lab.relay.rule, self.count
        self.program = lab.client.start(["curl", "--silent", "--noproxy", "*", "--output", "/dev/null", *options, lab.url("/big.bin")])

    def count(self, segment, direction):
        if direction == "to_client":
            self.bytes += segment.length
            if self.bytes > 60_000:
                self.enough.set()
        return self.rule(segment, direction) if self.rule else None

    def kill(self):
        """kill -9 when some data have gone by."""
        if not self.enough.wait(20):
            raise RuntimeError("the download does not get on")
        self.program.send_signal(signal.SIGKILL)
        self.program.wait()


def read_and_close(lab, unread, address=None, enough=60_000, buffer=50_000, port=80):
    """Reads a part of the big file and closes at a moment when something, or nothing, lies unread in the socket's buffer."""
    client = lab.connect(port, address, buffer)
    client.sendall(f"GET /big.bin HTTP/1.1\r\nHost: {address or lab.server_ip}\r\n\r\n".encode())
    count = 0
    while count < enough or bool(waiting(client)) != unread:
        count += len(client.recv(1500))
    client.close()


def waiting(sock):
    return struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, b"\0" * 4))[0]


def broken_off(reset):
    """The kernel knows whether data were unread, so that close() reset at once, or a FIN went first."""
    return either("data_after_close", "cancelled") if reset.event.passive else "cancelled"


def arriving(reset, point):
    return broken_off(reset) if reset.number == 1 else either("in_flight", "cancelled", "data_after_close")


def lost(reset, point):
    if reset.number == 1:
        return broken_off(reset)
    # Within a round trip of the first nobody can tell: the server could not know of it yet.
    young = reset.time - reset.first.time < 2 * reset.delay + 0.001
    return either("lost_reset", "in_flight") if young else "lost_reset"


@scenario("cancelled", arriving,
          [variant(4, 1, "rules", "client server"), variant(6, 1, "figures", "client")], snap=200)
def cancelled(lab):
    """A client closes in the middle of a download with some of it unread: its kernel resets at once, and then answers each segment
    that was still under way."""
    lab.web()
    read_and_close(lab, unread=True)
    lab.wait(0.3)


@scenario("cancelled-timeout", arriving,
          [variant(6, 1, "rules", "client"), variant(4, 40, "figures", "client")], snap=200)
def cancelled_timeout(lab):
    """A client that reads slowly gives up a download at its own time limit (curl --limit-rate 100k --max-time 1)."""
    download = Download(lab, "--limit-rate", "100k", "--max-time", "1")
    download.program.wait(20)
    lab.wait(0.3)


@scenario("cancelled-closed", arriving,
          [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client")], snap=200)
def cancelled_closed(lab):
    """A client that had read all so far is killed in the middle of a download: its kernel says FIN, and resets what comes after."""
    Download(lab).kill()
    lab.wait(0.3)


@scenario("in_flight", arriving,
          [variant(4, 40, "rules", "client server r1any"), variant(6, 40, "figures", "client r1", derive=("cut10",))], snap=200)
def in_flight(lab):
    """As cancelled, over a long line: many segments are under way when the first reset leaves, and each draws another."""
    lab.web()
    read_and_close(lab, unread=True)
    lab.wait(0.3)


@scenario("lost_reset", lost, [variant(4, 1, "rules", "client", derive=("cut10", "oneway")), variant(6, 1, "figures", "client r1any"),
                               variant(4, 40, "figures", "client r1"), variant(6, 40, "rules", "client")], snap=200)
def lost_reset(lab):
    """A client closes in the middle of a download, and all its resets are lost on the way: the server goes on sending."""
    lab.relay.rule = lambda segment, direction: direction == "to_server" and segment.is_reset or None
    lab.web()
    read_and_close(lab, unread=True)
    lab.wait(4)


@scenario("lost_reset-closed", lost,
          [variant(4, 40, "rules", "client"), variant(6, 40, "figures", "client")], snap=200)
def lost_reset_closed(lab):
    """curl is killed when it had read all so far: its FIN is lost on the way, and so is every reset after it."""
    lab.relay.rule = lambda segment, direction: direction == "to_server" and bool(segment.flags & (RST | FIN)) or None
    Download(lab).kill()
    lab.wait(4)
