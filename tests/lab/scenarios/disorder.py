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
