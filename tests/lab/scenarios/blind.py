"""An attacker off the path guesses resets (RFC 5961): it knows addresses and ports, but no sequence number."""

import contextlib
import time

from lab import read_all
from packet import ACK, RST, SYN
from registry import always, scenario, variant
from scenarios.aborting import dialogue

STEPS = ((b"RCPT TO:<bert@example.net>\r\n", b"250 recipient ok\r\n"), (b"RCPT TO:<carl@example.net>\r\n", b"250 recipient ok\r\n"))


def go_on(lab, client, server):
    """The conversation ends well."""
    for command, answer in STEPS:
        client.sendall(command)
        read_all(server, len(command))
        server.sendall(answer)
        read_all(client, len(answer))
        lab.wait()
    client.close()
    server.close()
    lab.wait(0.1)


def guess(lab, side, offsets, pause, ttl=51, **header):
    """Resets to one side, so far from the next sequence number that it waits for."""
    last = lab.relay.last(f"to_{side}")
    for number, offset in enumerate(offsets):
        lab.forge(f"to_{side}", last, last.end + offset, ttl=ttl, ip_id=(0x2F31 + 7919 * number) & 0xFFFF, **header)
        time.sleep(pause)


@scenario("blind_reset-client", always("blind_reset", "injected"), [variant(6, 40, "rules", "client"), variant(4, 1, "figures", "client server")])
def blind_reset_client(lab):
    """An attacker off the path guesses two resets into the client's window, in the server's name; the client sends challenge ACKs, and
    the dialogue goes on and ends well."""
    client, server = dialogue(lab)
    guess(lab, "client", (4000, 17000), 0.6)
    go_on(lab, client, server)


@scenario("blind_reset-outside", always("blind_reset", "injected"), [variant(4, 40, "figures", "server"), variant(6, 1, "rules", "server r2")])
def blind_reset_outside(lab):
    """An attacker off the path guesses two resets far outside of the server's window: nobody answers, and the dialogue ends well."""
    client, server = dialogue(lab)
    guess(lab, "server", (0x40000000, -0x20000000), 0.1)
    go_on(lab, client, server)


@scenario("blind_reset-sweep", always("blind_reset"), [variant(4, 1, "rules", "server"), variant(6, 40, "figures", "server r2")])
def blind_reset_sweep(lab):
    """An attacker off the path tries 24 resets, a window of 16 kB apart, at the server: two or three are in its window and draw challenge
    ACKs. The dialogue goes on and ends well."""
    client, server = dialogue(lab)
    guess(lab, "server", [16384 * step + 5000 for step in range(-12, 12)], 0.005, ttl=47)
    lab.wait(0.2)
    go_on(lab, client, server)


@scenario("blind_reset-sweep_client", always("blind_reset"), [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client")])
def blind_reset_sweep_client(lab):
    """An attacker off the path tries 16 resets, 64 kB apart, at the client between two steps of a dialogue, which ends well."""
    client, server = dialogue(lab)
    guess(lab, "client", [65535 * step + 31000 for step in range(-8, 8)], 0.002, ttl=113)
    lab.wait(0.2)
    go_on(lab, client, server)


@scenario("blind_reset-both", always("blind_reset", "injected"), [variant(6, 1, "rules", "client server"), variant(4, 40, "figures", "client server")])
def blind_reset_both(lab):
    """An attacker off the path guesses at both sides, one reset in the window and one outside; the dialogue goes on and ends well."""
    client, server = dialogue(lab)
    for side in ("client", "server"):
        guess(lab, side, (12000, 0x30000000), 0.3, flags=RST | ACK, ack=0x11223344)
    go_on(lab, client, server)


@scenario("blind_reset-syn", always("blind_reset", "injected"), [variant(4, 40, "rules", "client"), variant(6, 40, "figures", "client")])
def blind_reset_syn(lab):
    """An attacker off the path answers a SYN before the server does, but has to guess what to acknowledge: three RST+ACK that the client
    does not take. The connection is made and ends well."""

    def guesses(segment, direction):
        if direction == "to_server" and segment.flags & (SYN | ACK) == SYN:
            for number in range(3):
                lab.forge("to_client", segment, 0, segment.end + 0x1000000 * (number + 1), RST | ACK, ttl=49, ip_id=511 * number, back=True, after=0.01 * number)

    lab.relay.rule = guesses
    with contextlib.ExitStack() as stack:
        client, server = (stack.enter_context(each) for each in dialogue(lab))
        lab.relay.rule = None
        go_on(lab, client, server)
