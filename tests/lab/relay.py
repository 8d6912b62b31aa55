"""The wide area network between r1 and r2: a thread that carries IP packets between two TUN devices.

The kernel has no netem here, so delay, loss and forgery happen in this thread. `rule(segment, direction)` decides about each TCP
segment: None lets it pass, True drops it, a number delays it by so many seconds more, and Twice(seconds) sends it and, that much
later, a copy of it. Directions: "to_server", "to_client". While the rule is asked, `packet` holds the whole IP packet.
"""

import fcntl
import heapq
import itertools
import os
import select
import struct
import threading
import time
import typing

import packet

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000


class Passed(typing.NamedTuple):
    """A TCP segment that came by."""
    time: float
    direction: str
    segment: packet.Segment
    raw: bytes


class Twice(float):
    """A rule's answer: let the segment pass, and a copy of it so many seconds later."""


def open_tunnel(namespace, name):
    with namespace:
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


class Relay(threading.Thread):
    def __init__(self, r1, r2, delay):
        super().__init__(daemon=True)
        self.delay = delay
        self.rule = None
        self.injected = []
        self.doubled = []
        self.seen = []
        self.packet = b""
        self._near = open_tunnel(r1, "wan0")
        self._far = open_tunnel(r2, "wan0")
        self._wake_read, self._wake_write = os.pipe()
        self._due = []
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._running = True

    def run(self):
        while self._running:
            now = time.monotonic()
            with self._lock:
                timeout = max(0.0, self._due[0][0] - now) if self._due else None
            ready, _, _ = select.select([self._near, self._far, self._wake_read], [], [], timeout)
            if self._wake_read in ready:
                os.read(self._wake_read, 64)
            for fd, out, direction in ((self._near, self._far, "to_server"), (self._far, self._near, "to_client")):
                if fd in ready:
                    self._take(fd, out, direction)
            self._deliver()

    def inject(self, raw, direction, after=0.0, origin="attacker"):
        """Sends a forged packet out of the relay, at once or after some seconds, and remembers that it was forged, and by whom: an
        attacker, or a middlebox on the line."""
        self.injected.append((packet.segment(raw), origin))
        out = self._far if direction == "to_server" else self._near
        self._queue(time.monotonic() + after, out, raw)
        os.write(self._wake_write, b"x")

    def stop(self):
        self._running = False
        os.write(self._wake_write, b"x")
        self.join()
        for fd in (self._near, self._far, self._wake_read, self._wake_write):
            os.close(fd)

    def repeat(self, raw, direction):
        """Delivers a packet that came by once more, as a network may do any time later."""
        self._queue(time.monotonic(), self._far if direction == "to_server" else self._near, raw)
        os.write(self._wake_write, b"x")

    def passed(self, direction, condition=lambda segment: True):
        """The latest TCP segment that came by in that direction and meets the condition, with its time and packet."""
        return next((seen for seen in reversed(self.seen) if seen.direction == direction and condition(seen.segment)), None)

    def last(self, direction, condition=lambda segment: True):
        return self.passed(direction, condition).segment

    def _take(self, fd, out, direction):
        for _ in range(64):
            try:
                raw = os.read(fd, 65536)
            except BlockingIOError:
                return
            due = time.monotonic() + self.delay
            segment = packet.segment(raw)
            if segment is not None:
                self.seen.append(Passed(time.monotonic(), direction, segment, raw))
                self.packet = raw
                verdict = self.rule(segment, direction) if self.rule else None
                if verdict is True:
                    continue
                if isinstance(verdict, Twice):
                    self.doubled.append(segment)
                    self._queue(due + verdict, out, raw)
                else:
                    due += verdict or 0.0
            self._queue(due, out, raw)

    def _queue(self, due, out, raw):
        with self._lock:
            heapq.heappush(self._due, (due, next(self._order), out, raw))

    def _deliver(self):
        while True:
            with self._lock:
                if not self._due or self._due[0][0] > time.monotonic():
                    return
                _, _, out, raw = heapq.heappop(self._due)
            try:
                os.write(out, raw)
            except OSError:
                pass  # the device is down: the packet is lost, as on a real line
