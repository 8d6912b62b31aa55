"""A NAT lets a segment through untranslated, because it finds it out of the window: the host that gets it resets a stranger.

Linux does so where no rule drops what its connection tracking calls invalid (nf_conntrack_tcp_be_liberal = 0; kubernetes/kubernetes
74839). Late copies of old segments are translated, and only what lies ahead of the window is not (seen on Linux 6.18).
"""

import contextlib
import socket

from lab import read_all
from packet import ACK, PSH, build
from registry import either, scenario, variant

AHEAD = 400_000


def strangers(stranger, *unseen):
    """The judge. `stranger` is who resets the segment of a connection that it does not know; the reset kills the connection of the other
    side, which answers later segments by resets. Where the capture shows one pair of addresses only, `unseen` are right too."""
    def judge(reset, point):
        assert reset.origin == "endpoint" and reset.event.passive, reset
        if reset.sender == stranger:
            shows_both = point in (("client", "r1") if stranger == "client" else ("server", "r2", "r2wan", "r1wan"))
            return "untranslated" if shows_both else either("untranslated", *unseen)
        return either("already_reset", *unseen, "in_flight")
    return judge


def astray(lab, host, like, target):
    """`host` sends the like of a segment that came by, but with a sequence number far ahead of the window, as a faulty offload does."""
    segment = like.segment
    raw = host.socket(lab.family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(build(lab.true(segment.src), lab.true(segment.dst), segment.sport, segment.dport, segment.end + AHEAD, segment.ack, PSH | ACK, segment.window,
                     ip_id=segment.ip_id + 1 & 0xFFFF, options=segment.options, payload=like.raw[-segment.length:]), (target, 0))
    raw.close()
    lab.wait(0.3)


def say(speaker, hearer, line):
    with contextlib.suppress(OSError):
        speaker.sendall(line)
        read_all(hearer, len(line))


@scenario("untranslated-masquerade", strangers("server", "no_connection", "unknown"),
          [variant(4, 40, "rules", "server client r1wan"), variant(6, 1, "figures", "server client"), variant(4, 1, "figures", "r2")])
def untranslated_masquerade(lab):
    """A client behind a NAT sends a segment far ahead of the window. The NAT passes it on untranslated. The server resets the stranger, which
    ends the client's connection, and the server's next line is reset too."""
    lab.masquerade()
    # The kernel tracks connections only where a rule asks for it; this one counts.
    lab.r1.filter("ct state invalid counter")
    client, server = lab.pair(2525)
    for number in range(4):
        say(client, server, b"%04d one more line of a report\r\n" % number)
    lab.wait()
    astray(lab, lab.client, lab.relay.passed("to_server", lambda segment: segment.length), lab.server_ip)
    say(server, client, b"250 that was long\r\n")
    lab.wait(0.3)


@scenario("untranslated-service", strangers("client", "no_connection", "unknown", "cancelled"),
          [variant(4, 40, "rules", "client server"), variant(6, 1, "figures", "client r1"), variant(4, 12, "figures", "client")])
def untranslated_service(lab):
    """A client asks a service's address, which a NAT near it translates. The server sends a segment far ahead of the window, which the NAT
    passes on untranslated. The client resets the stranger, which ends the server's connection; the client's next line is reset too."""
    service = lab.servers[-1]
    lab.publish(service)
    lab.r1.filter("ct state invalid counter")
    listener = lab.listen(2525)
    client = lab.connect(2525, service)
    server, _ = listener.accept()
    lab.open_sockets.append(server)
    say(client, server, b"REPORT\r\n")
    for number in range(4):
        say(server, client, b"%04d one more line of a report\r\n" % number)
    lab.wait()
    astray(lab, lab.server, lab.relay.passed("to_client", lambda segment: segment.length), lab.client_ip)
    say(client, server, b"THANKS\r\n")
    lab.wait(0.3)


def halves(reset, point):
    """The judge of connections of which the box r1 sees one direction."""
    if reset.origin == "middlebox":
        return either("asymmetric_path", "firewall")
    assert reset.event.passive, reset
    near = point.startswith("client") == (reset.sender == "client")
    return either("already_reset", *(["in_flight"] if reset.number > 1 else []), *([] if near else ["no_connection", "handshake_abandoned", "unknown"]))


INVALID = "ct state invalid counter reject with tcp reset"
# An address of the client's on the second line needs no neighbour discovery: r2 and the client know each other's hardware.
SECOND = {"client": "02:00:00:00:11:20", "r2": "02:00:00:00:11:01"}


def second_line(lab, direction):
    """A line between client and r2 that goes around r1; one direction of the traffic takes it."""
    lab.client.run(f"ip link add eth1 address {SECOND['client']} type veth peer name lan1 address {SECOND['r2']} netns {lab.r2.path}")
    for host, device in ((lab.client, "eth1"), (lab.r2, "lan1")):
        host.run(f"ip link set {device} addrgenmode none")
        host.run(f"ethtool -K {device} tx off tso off gso off gro off")
        host.run(f"ip link set {device} up")
        host.run(f"ip addr add fe80::{SECOND[host.name][-5:].replace(':', '')}/64 dev {device} nodad")
    host, device, target, hardware = {"to_client": (lab.r2, "lan1", lab.client_ip, SECOND["client"]),
                                      "to_server": (lab.client, "eth1", lab.server_ip, SECOND["r2"])}[direction]
    host.run(f"ip neigh add {target} lladdr {hardware} dev {device}")
    host.run(f"ip {'-6' if lab.ip == 6 else '-4'} route add {target}/{128 if lab.ip == 6 else 32} dev {device}")
    lab.r1.sysctl("netfilter.nf_conntrack_tcp_loose", 0)


def attempt(lab, port=80):
    lab.curl("--connect-timeout", "1.5", "--max-time", "2", lab.url("/", port), check=False)
    lab.wait(0.3)


@scenario("asymmetric_path-third_ack", halves, [variant(4, 40, "rules", "client r1 server"), variant(6, 1, "figures", "client server")], box="r1")
def asymmetric_path_third_ack(lab):
    """A stateful firewall near the client sees the SYN, but the SYN-ACK takes another way: the client's ACK is nothing that it knows, and it
    answers by a reset."""
    lab.web()
    second_line(lab, "to_client")
    lab.r1.filter(INVALID)
    attempt(lab)


@scenario("asymmetric_path-both_lines", halves, [variant(4, 1, "rules", "clientany"), variant(6, 40, "figures", "clientany")], box="r1")
def asymmetric_path_both_lines(lab):
    """The same, captured on both of the client's devices: the segments from the server come by another device than the reset."""
    lab.web()
    second_line(lab, "to_client")
    lab.r1.filter(INVALID)
    attempt(lab)


@scenario("asymmetric_path-first_data", halves, [variant(6, 40, "rules", "client r1"), variant(4, 1, "figures", "client r1 server"), variant(4, 12, "rules", "r1wan")], box="r1")
def asymmetric_path_first_data(lab):
    """A stateful firewall near the client sees one direction only. It lets bare segments pass, and resets the first one with data."""
    lab.web()
    second_line(lab, "to_client")
    lab.r1.filter(f"meta length > 90 {INVALID}")
    attempt(lab)


@scenario("asymmetric_path-answers", halves, [variant(4, 40, "figures", "server r1"), variant(6, 1, "rules", "server r1wan"), variant(4, 1, "rules", "r2")], box="r1")
def asymmetric_path_answers(lab):
    """A stateful firewall near the client sees a SYN-ACK whose SYN took another way, and resets it in the client's name."""
    lab.web()
    second_line(lab, "to_server")
    lab.r1.filter(INVALID)
    attempt(lab)
