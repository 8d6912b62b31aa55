"""Servers whose queue of connections to accept is full."""

import contextlib
import errno
import select
import time

from packet import ACK
from registry import either, none, scenario, variant

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def crowd(lab, port, count):
    """Clients that all connect at once: their SYNs pass before the queue is full."""
    clients = [lab.socket() for _ in range(count)]
    for client in clients:
        client.setblocking(False)
        if client.connect_ex((lab.server_ip, port)) not in (0, errno.EINPROGRESS):
            raise RuntimeError("cannot start to connect")
    return clients


def connected(clients, seconds):
    """Waits until they all are connected or have failed."""
    waiting, until = set(clients), time.monotonic() + seconds
    while waiting and time.monotonic() < until:
        _, ready, _ = select.select([], list(waiting), [], 0.05)
        waiting -= set(ready)


def overflow(reset, point):
    return "accept_overflow" if reset.number == 1 else either("in_flight", "accept_overflow", "already_reset", "no_connection")


def full_queue(lab, room=4):
    """A server that accepts nobody, with as many connections waiting as its queue is long. Linux takes one more, and as many again
    whose handshakes are under way at the same time: with more it sends SYN cookies, and then it never resets."""
    lab.server.sysctl("ipv4.tcp_abort_on_overflow", 1)
    lab.listen(7000, backlog=room)
    connected(crowd(lab, 7000, room), 1)
    lab.wait()


def hurry(clients):
    """They send their request, those that may."""
    for client in clients:
        with contextlib.suppress(OSError):
            client.send(b"STATUS 17\n")


@scenario("accept_overflow", overflow, NEAR_FAR)
def accept_overflow(lab):
    """Four clients connect at once to a server that accepts nobody and has room for one more in its queue; it resets the other three
    (tcp_abort_on_overflow)."""
    full_queue(lab)
    connected(crowd(lab, 7000, 4), 2)
    lab.wait(0.5)


@scenario("accept_overflow-request", overflow, FAR_NEAR)
def accept_overflow_request(lab):
    """As accept_overflow, with clients that send their request as soon as they may: ACK and data are reset both."""
    full_queue(lab, 3)
    clients = crowd(lab, 7000, 3)
    connected(clients, 2)
    hurry(clients)
    lab.wait(0.5)


@scenario("accept_overflow-data", overflow, NEAR_FAR)
def accept_overflow_data(lab):
    """As accept_overflow-request, with the clients' bare ACKs lost: the server resets at their first data."""
    full_queue(lab)
    lab.relay.rule = lambda segment, direction: direction == "to_server" and segment.length == 0 and segment.flags == ACK or None
    clients = crowd(lab, 7000, 4)
    connected(clients, 2)
    hurry(clients)
    lab.wait(0.3)


@scenario("accept_overflow-dropped", none, FAR_NEAR)
def accept_overflow_dropped(lab):
    """A near miss: with its queue full, Linux by default ignores ACKs and SYNs. No reset."""
    full_queue(lab)
    lab.server.sysctl("ipv4.tcp_abort_on_overflow", 0)
    clients = crowd(lab, 7000, 4)
    connected(clients, 1)
    lab.wait(0.5)
