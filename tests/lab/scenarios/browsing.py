"""A browser's many connections: nearly all of what ends here is harmless."""

import socket
import threading
import time

from lab import linger
from registry import either, scenario, variant
from scenarios.transfer import waiting

PATHS = ("/", "/style.css", "/logo.png")


class Tab(threading.Thread):
    """One persistent connection that fetches pages one after the other, and reads each to its end."""

    def __init__(self, lab, address, rounds, pause, close=False):
        super().__init__(daemon=True)
        self.socket, self.address, self.rounds, self.pause, self.close = lab.connect(80, address), address, rounds, pause, close
        self.start()

    def run(self):
        for number in range(self.rounds):
            last = self.close and number + 1 == self.rounds
            self.fetch(PATHS[number % 3], b"Connection: close\r\n" if last else b"")
            time.sleep(self.pause)

    def fetch(self, path, header=b""):
        self.socket.sendall(b"GET %s HTTP/1.1\r\nHost: www.example.com\r\n%s\r\n" % (path.encode(), header))
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.socket.recv(4096)
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += self.socket.recv(4096)


def browse(lab):
    """Six tabs with two or three servers; each has read all that it asked for."""
    lab.web()
    tabs = []
    for number in range(6):
        tabs.append(Tab(lab, lab.servers[number % min(3, len(lab.servers))], 2 + number % 3, 0.05 + 0.02 * number, close=number == 5))
        time.sleep(0.03)
    for tab in tabs:
        tab.join()
    return tabs


def harmless(reset, point):
    assert reset.sender == "client" and not reset.event.passive, reset
    # The client's connections may end at one moment: what a browser does that is closed.
    return either("normal_close", "mass_abort")


@scenario("normal_close-browser", harmless, [variant(4, 30, "rules", "client server"), variant(6, 3, "figures", "client r1any"), variant(6, 30, "rules", "r1")], snap=400)
def normal_close_browser(lab):
    """Six parallel connections of a browser to two or three servers, persistent. One ends at the server's wish, two by the client's FIN, three by the
    client's reset (SO_LINGER 0) a while after the last response was complete."""
    tabs = browse(lab)
    lab.wait(0.2)
    for tab in tabs[:3]:
        linger(tab.socket)
    for tab in tabs:
        tab.socket.close()
        lab.wait(0.3 if tab is tabs[1] else 0.02)
    lab.wait(0.3)


def stopped(big):
    """The judge: the tabs with the big file break it off, the others are done."""
    def judge(reset, point):
        if reset.number > 1 or reset.event.passive:
            return either("in_flight", "cancelled", "data_after_close")
        return "cancelled" if reset.segment.sport in big or reset.segment.dport in big else either("normal_close", "mass_abort")
    return judge


BIG = set()


@scenario("cancelled-browser", stopped(BIG), [variant(4, 30, "rules", "client server"), variant(6, 3, "figures", "client r1any"), variant(6, 30, "rules", "r1")], snap=300)
def cancelled_browser(lab):
    """Six parallel connections of a browser to two or three servers; then two of them fetch a big file, and the page is closed in the middle of it
    (SO_LINGER 0): these two are broken off, and the idle ones end by reset or by FIN."""
    tabs = browse(lab)
    BIG.clear()
    for tab in tabs[:2]:
        BIG.add(tab.socket.getsockname()[1])
        tab.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_000)
        tab.socket.sendall(b"GET /big.bin HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    for tab in tabs[:2]:
        count = 0
        while count < 8_000 or not waiting(tab.socket):
            count += len(tab.socket.recv(1500))
    for tab in tabs[:4]:
        linger(tab.socket)
    for tab in tabs:
        tab.socket.close()
    lab.wait(0.4)
