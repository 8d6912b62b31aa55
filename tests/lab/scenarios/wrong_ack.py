"""Acknowledgments of what was never sent, in a handshake (RFC 9293 3.10.7.2 to 3.10.7.4)."""

from packet import ACK, SYN, build
from registry import either, scenario, variant

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]
MSS = b"\x02\x04\x05\xb4"


def once(lab, condition, act):
    """Calls act(segment) for the first segment on the line that meets the condition."""
    waiting = [True]

    def rule(segment, direction):
        if waiting and condition(segment, direction):
            waiting.clear()
            act(segment)

    lab.relay.rule = rule


def send(lab, direction, segment, back, seq, ack, flags):
    src, sport, dst, dport = segment.reverse_flow if back else segment.flow
    lab.relay.inject(build(src, dst, sport, dport, seq, ack, flags, 65160, ttl=62, options=MSS if flags & SYN else b""), direction)


@scenario("invalid_ack-synack", lambda reset, point: either("invalid_ack", "port_reuse", "no_connection"), NEAR_FAR)
def invalid_ack_synack(lab):
    """A SYN-ACK with a wrong acknowledgment number (a rewriting box's mistake) reaches the client just before the right one: it is
    reset, the connection comes about nevertheless."""
    lab.web()
    once(lab, lambda segment, direction: segment.flags == SYN,
         lambda syn: send(lab, "to_client", syn, True, 0x1000193, syn.seq + 0x2A5C31, SYN | ACK))
    lab.curl(lab.url("/"))
    lab.wait(0.2)


@scenario("invalid_ack-third", lambda reset, point: either("invalid_ack", "no_connection", "unknown"), FAR_NEAR)
def invalid_ack_third(lab):
    """An ACK with a wrong number reaches a server in SYN-RECEIVED just before the client's own: it is reset, and the connection goes on."""
    lab.web()
    once(lab, lambda segment, direction: segment.flags & (SYN | ACK) == SYN | ACK,
         lambda synack: send(lab, "to_server", synack, True, synack.ack, synack.end + 0x77123, ACK))
    lab.curl(lab.url("/"), check=False)
    lab.wait(0.2)
