"""Handshakes that somebody gives up, probes or never asked for."""

import socket
import time

import network
from packet import ACK, SYN, build
from registry import always, scenario, variant

LATE = [variant(4, 1, "rules", "client"), variant(6, 1, "figures", "client server"), variant(4, 40, "figures", "client"), variant(6, 40, "rules", "client"),
        variant(4, 12, "rules", "r1wan"), variant(6, 12, "figures", "r2 server"), variant(6, 12, "rules", "r1 server")]


def slow_synack(seconds, only=None):
    def rule(segment, direction):
        slow = segment.flags & (SYN | ACK) == SYN | ACK and (only is None or only in segment.src)
        return seconds if slow else None
    return rule


@scenario("handshake_abandoned", always("handshake_abandoned"), LATE)
def handshake_abandoned(lab):
    """A client gives up connecting after 0.5 s; the SYN-ACK comes after 0.8 s and finds nobody."""
    lab.web()
    lab.curl(lab.url("/"))
    lab.relay.rule = slow_synack(0.8)
    client = lab.socket()
    client.settimeout(0.5)
    try:
        client.connect((lab.server_ip, 80))
    except TimeoutError:
        client.close()
    lab.wait(1)


@scenario("handshake_abandoned-retried", always("handshake_abandoned"), [variant(4, 1, "figures", "client"), variant(6, 40, "rules", "client")])
def handshake_abandoned_retried(lab):
    """A client gives up connecting after 1.5 s and one more SYN; the late SYN-ACKs find nobody."""
    lab.web()
    lab.relay.rule = slow_synack(1.7)
    lab.curl("--connect-timeout", "1.5", lab.url("/"), check=False)
    lab.wait(2.5)


@scenario("handshake_abandoned-happy_eyeballs", always("handshake_abandoned"), [variant(6, 1, "rules", "client"), variant(6, 40, "figures", "client")])
def handshake_abandoned_happy_eyeballs(lab):
    """Happy Eyeballs (RFC 8305): curl tries IPv6, hears nothing for 200 ms, takes IPv4 and closes the other; the late IPv6 SYN-ACK is reset."""
    lab.web()
    lab.relay.rule = slow_synack(0.5, only=":")
    lab.curl("--resolve", f"www.example.com:80:[{network.SERVER[6]}],{network.SERVER[4]}", "http://www.example.com/")
    lab.wait(0.6)


@scenario("handshake_abandoned-impatient", always("handshake_abandoned"), [variant(4, 30, "rules", "client server"), variant(6, 40, "figures", "client server"),
                                                                          variant(4, 12, "figures", "client")])
def handshake_abandoned_impatient(lab):
    """A client gives up connecting after 10 ms, before the prompt SYN-ACK is there: its kernel resets that within a round trip of the SYN."""
    lab.web()
    lab.curl(lab.url("/"))
    client = lab.socket()
    client.settimeout(0.01)
    try:
        client.connect((lab.server_ip, 80))
    except TimeoutError:
        client.close()
    lab.wait(0.3)


def scanner(lab, ports, window=1024):
    """Sends SYNs as a scanner does: by a raw socket, with nothing but an MSS in them. The kernel knows nothing of them."""
    if lab.ip == 4:
        raw = lab.client.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    else:
        raw = lab.client.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for port in ports:
        syn = build(lab.client_ip, lab.server_ip, 51234, port, 0x5A17C0DE, 0, SYN, window, ttl=47, ip_id=port, dont_fragment=False, options=b"\x02\x04\x05\xb4")
        raw.sendto(syn, (lab.server_ip, 0))
        time.sleep(0.01)
    raw.close()


def scan_judge(reset, point):
    return "half_open_scan" if reset.sender == "client" else "refused"


@scenario("half_open_scan", scan_judge, [variant(4, 1, "rules", "client server"), variant(6, 40, "figures", "client"), variant(4, 40, "figures", "r1")])
def half_open_scan(lab):
    """A scanner sends bare SYNs from a raw socket to ten ports, three of them open: its kernel resets the SYN-ACKs that it never
    asked for, and the server's kernel refuses the rest."""
    lab.web(ports=(80, 8080))
    lab.listen(7000)
    scanner(lab, (21, 22, 25, 80, 110, 143, 443, 3306, 7000, 8080))
    lab.wait(0.5)


@scenario("unsolicited_synack", always("unsolicited_synack"), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client")])
def unsolicited_synack(lab):
    """Backscatter: SYN-ACKs reach a host that never sent a SYN, because somebody attacks servers in its name."""
    for number, source in enumerate(network.SERVERS[lab.ip] * 2):
        synack = build(source, lab.client_ip, 80, 30000 + 977 * number, 0x1000193 * (number + 7), 0x9E3779B1 * (number + 3), SYN | ACK, 65160,
                       ttl=53, options=b"\x02\x04\x05\xb4")
        lab.relay.inject(synack, "to_client")
        time.sleep(0.13)
    lab.wait(0.1)


@scenario("health_check", always("health_check"), [variant(4, 1, "rules", "client server"), variant(6, 40, "figures", "client"),
                                                   variant(4, 12, "figures", "r2 server"), variant(6, 12, "rules", "r1 server")])
def health_check(lab):
    """A load balancer (HAProxy) checks every half second whether a web server accepts connections, and ends each check with a reset."""
    lab.web()
    target = f"[{lab.server_ip}]:80" if lab.ip == 6 else f"{lab.server_ip}:80"
    lab.haproxy(host=lab.client, port=8080, backend=f"{target} check inter 500ms")
    lab.wait(2.6)


def closed_listener(reset, point):
    return "refused" if reset.event.reason == "NO_SOCKET" else "listener_closed"


@scenario("listener_closed", closed_listener, [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")])
def listener_closed(lab):
    """A server stops with three connections that it has not yet accepted: its kernel resets them; a later SYN is refused."""
    listener = lab.listen(7000)
    for _ in range(3):
        lab.connect(7000)
    lab.wait()
    listener.close()
    lab.wait(0.2)
    lab.refused(7000)
    lab.wait()
