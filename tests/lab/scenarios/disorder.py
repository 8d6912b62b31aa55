"""Resets on a line that reorders and loses: what an endpoint did looks strange, and nobody forged anything."""

import contextlib

from lab import linger, read_all
from registry import either, scenario, variant
from scenarios.aborting import dialogue


def own(reset, point):
    """The judge: the server aborts; what its kernel then answers to a challenge ACK repeats that."""
    assert reset.origin == "endpoint", reset
    if reset.sender == "client":
        # It took the second reset before the answer came, which was late.
        return either("already_reset", *(["in_flight"] if reset.number > 1 else []))
    if not reset.event.passive:
        return either("app_abort", "normal_close")
    return either("in_flight", "lost_reset")


def abort_behind(lab, fate):
    """The server sends a line, whose fate the line decides, and aborts the connection behind it."""
    client, server = dialogue(lab)
    lab.wait()
    lab.relay.rule = lambda segment, direction: fate if direction == "to_client" and segment.length else None
    client.sendall(b"HELP\r\n")
    read_all(server, 6)
    server.sendall(b"214 there is none, and now the line is closed\r\n")
    linger(server)
    server.close()
    lab.wait(0.4)
    lab.relay.rule = None
    with contextlib.suppress(OSError):
        client.sendall(b"QUIT\r\n")
    lab.wait(0.3)


@scenario("app_abort-overtaken", own, [variant(4, 40, "rules", "client server"), variant(6, 1, "figures", "client")])
def app_abort_overtaken(lab):
    """A server answers and aborts; on the line the reset overtakes the answer, and comes to the client ahead of its window's edge. The client
    sends a challenge ACK, which the server's kernel, without a connection now, resets."""
    abort_behind(lab, 0.03)


@scenario("app_abort-data_lost", own, [variant(6, 40, "rules", "client"), variant(4, 1, "figures", "client server")])
def app_abort_data_lost(lab):
    """A server answers and aborts; the answer is lost. The reset comes to the client ahead of what it waits for, and its challenge ACK
    draws another."""
    abort_behind(lab, True)


def abort_ahead(lab, lost):
    """The client says two lines, of which the line loses the first (or delays it), and aborts."""
    client, server = dialogue(lab)
    lab.wait()
    first = []

    def rule(segment, direction):
        if direction == "to_server" and segment.length and not first:
            first.append(segment)
            return lost
    lab.relay.rule = rule
    client.sendall(b"NOOP one\r\n")
    client.sendall(b"NOOP two\r\n")
    return client, server


def aborting_client(reset, point):
    """The client aborts. Its kernel then resets whatever still comes: ACKs of what it had sent."""
    if reset.sender == "server":
        return either("already_reset", "in_flight")
    if not reset.event.passive:
        return either("app_abort", "cancelled", "normal_close")
    return either("in_flight", "lost_reset")


def lost_on_the_line(reset, point):
    """The client's first reset was lost on the line: only the captures before that know of it."""
    return either("no_connection", "in_flight", "lost_reset") if point == "server" else aborting_client(reset, point)


@scenario("app_abort-own_loss", aborting_client, [variant(4, 30, "rules", "client server"), variant(6, 3, "figures", "client r2")])
def app_abort_own_loss(lab):
    """A client says two lines, of which the first is lost, and aborts (SO_LINGER 0) before it can repeat it: the server's duplicate ACK
    is under way, and the reset comes to the server ahead of what it waits for."""
    client, _ = abort_ahead(lab, True)
    linger(client)
    client.close()
    lab.wait(0.5)


@scenario("app_abort-answer_lost", aborting_client, [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client server")])
def app_abort_answer_lost(lab):
    """A server's answer and its first repetition are lost; the client aborts (SO_LINGER 0) meanwhile. What is seen at the server is a reset
    while it retransmits."""
    client, server = dialogue(lab)
    lab.wait()
    lab.relay.rule = lambda segment, direction: direction == "to_client" and bool(segment.length) or None
    client.sendall(b"HELP\r\n")
    read_all(server, 6)
    server.sendall(b"214 there is none\r\n")
    lab.wait(0.25)
    linger(client)
    client.close()
    lab.wait(0.5)


@scenario("app_abort-lost_once", lost_on_the_line,
          [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client server")])
def app_abort_lost_once(lab):
    """A client aborts (SO_LINGER 0) while the server's answer is lost, and its reset is lost too. The server repeats the answer, which then
    arrives and draws another reset, and that one arrives."""
    client, server = dialogue(lab)
    lab.wait()
    lost = []

    def rule(segment, direction):
        if segment.is_reset and not lost:
            lost.append(segment)
            return True
        return direction == "to_client" and segment.length and not lost or None
    lab.relay.rule = rule
    client.sendall(b"HELP\r\n")
    read_all(server, 6)
    server.sendall(b"214 there is none\r\n")
    lab.wait()
    linger(client)
    client.close()
    lab.wait(1.2)
