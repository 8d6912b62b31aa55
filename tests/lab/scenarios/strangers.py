"""Handshakes that nobody here asked for, or that a box dislikes, at more delays, places and capture points."""

import socket
import time

import network
from packet import ACK, SYN, build
from registry import always, scenario, variant


def stateless(lab, ports, window, ip_id, options=b""):
    """A scanner without memory: one raw SYN for each port, all alike. Its kernel knows nothing of them."""
    raw = lab.client.socket(lab.family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for number, port in enumerate(ports):
        syn = build(lab.client_ip, lab.server_ip, 40000 + 7 * number, port, 0x1D3C5B7A * (number + 1), 0, SYN, window, ttl=255, ip_id=ip_id(number),
                    dont_fragment=False, options=options)
        raw.sendto(syn, (lab.server_ip, 0))
        time.sleep(0.005)
    raw.close()


def scan_judge(reset, point):
    assert reset.event is not None, reset
    return "half_open_scan" if reset.sender == "client" else "refused"


PORTS = (80, 8080, 443, 22, 7000, 3389)


@scenario("half_open_scan-zmap", scan_judge, [variant(4, 12, "rules", "client server"), variant(4, 90, "figures", "client r1"), variant(6, 1, "figures", "server")])
def half_open_scan_zmap(lab):
    """A stateless scanner as ZMap is: SYNs without options, window 65535, IP-ID 54321; its kernel resets the SYN-ACKs."""
    lab.web(ports=(80, 8080))
    lab.listen(7000)
    stateless(lab, PORTS, 65535, lambda number: 54321)
    lab.wait(0.4)


@scenario("half_open_scan-masscan", scan_judge, [variant(6, 12, "rules", "client r2"), variant(4, 40, "figures", "server")])
def half_open_scan_masscan(lab):
    """A stateless scanner as masscan is: SYNs with an MSS alone, window 1024, an IP-ID that seems random; its kernel resets the SYN-ACKs."""
    lab.web(ports=(80, 8080))
    lab.listen(7000)
    stateless(lab, PORTS, 1024, lambda number: (0x6B31 * (number + 3)) & 0xFFFF, b"\x02\x04\x05\xb4")
    lab.wait(0.4)


def ecn_judge(reset, point):
    assert reset.event is None, reset
    return {"cause": "ecn_blocked", "causes_allowed": ["firewall"]}


@scenario("ecn_blocked-far", ecn_judge, [variant(4, 40, "figures", "client r1"), variant(6, 12, "rules", "client")], box="r2")
def ecn_blocked_far(lab):
    """A box near the server resets SYNs that ask for ECN, twice; the same connection without ECN works."""
    lab.web()
    lab.r2.filter("tcp flags & (syn | ack | ecn | cwr) == (syn | ecn | cwr) counter reject with tcp reset")
    for ecn in (1, 0, 1, 0):
        lab.client.sysctl("ipv4.tcp_ecn", ecn)
        if ecn:
            lab.refused(80)
        else:
            lab.curl(lab.url("/style.css"))
    lab.wait()


@scenario("unsolicited_synack-slow", always("unsolicited_synack"), [variant(4, 40, "figures", "client r1"), variant(6, 1, "rules", "client r1wan")])
def unsolicited_synack_slow(lab):
    """Backscatter of an attack on mail servers: a SYN-ACK every 0.4 s to another port of a host that never sent a SYN."""
    for number in range(5):
        source = network.SERVERS[lab.ip][number % 2]
        synack = build(source, lab.client_ip, 25, 1024 + 12007 * number, 0x2545F491 * (number + 2), 0x6C078965 * (number + 1), SYN | ACK, 28960,
                       ttl=48, options=b"\x02\x04\x05\xb4\x04\x02\x01\x01")
        lab.relay.inject(synack, "to_client")
        time.sleep(0.4)
    lab.wait(0.1)
