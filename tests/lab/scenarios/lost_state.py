"""Resets that come of a side that is gone, silent, or has forgotten the connection."""

import contextlib
import socket
import time

from registry import always, either, scenario, variant
from scenarios.aborting import dialogue


@scenario("no_connection-killed", always("no_connection", "unknown"), [variant(4, 1, "rules", "client server"), variant(6, 40, "figures", "client")])
def no_connection_killed(lab):
    """The server's connection vanishes in silence (its socket is killed while its packet filter holds back the reset); two seconds
    later the client's next line draws a passive reset."""
    client, _ = dialogue(lab)
    lab.wait()
    lab.server.filter("tcp flags rst drop", "output")
    lab.server.run("ss -K sport = :2525")
    lab.server.run("nft flush ruleset")
    lab.wait(2)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.3)


def failover(reset, point):
    if reset.event.reason == "TCP_STATE":
        return "app_abort"
    return either("lost_reset", "no_connection") if point == "server" else either("no_connection", "unknown")


@scenario("no_connection-failover", failover, [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "server")])
def no_connection_failover(lab):
    """The server's reset is lost on the line when it loses the connection, as at a failover; the client goes on a second later."""
    client, _ = dialogue(lab)
    lab.relay.rule = lambda segment, direction: direction == "to_client" and segment.is_reset or None
    lab.wait()
    lab.server.run("ss -K sport = :2525")
    lab.wait(1)
    lab.relay.rule = None
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.3)


@scenario("keepalive_timeout", always("keepalive_timeout"), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client")])
def keepalive_timeout(lab):
    """The line to the server dies; the client's keep-alive probes (2 s idle, every second, three times) stay unanswered."""
    client, _ = dialogue(lab)
    for option, value in ((socket.TCP_KEEPIDLE, 2), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 3)):
        client.setsockopt(socket.IPPROTO_TCP, option, value)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    lab.wait(2.5)
    lab.relay.rule = lambda segment, direction: True
    time.sleep(6)


@scenario("retransmission_timeout", always("retransmission_timeout", "no_connection"),
          [variant(4, 1, "figures", "client"), variant(6, 40, "rules", "client")])
def retransmission_timeout(lab):
    """The line dies, the client retransmits until its user timeout (4 s) and gives up without a word; when the line is back, the
    server's next line draws a passive reset."""
    client, server = dialogue(lab)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 4000)
    lab.wait()
    lab.relay.rule = lambda segment, direction: True
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    time.sleep(8)
    lab.relay.rule = None
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("fin_wait_timeout", always("fin_wait_timeout", "data_after_close"), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client")])
def fin_wait_timeout(lab):
    """The client closes, the server acknowledges but does not close; its next line, 62 s later, finds nobody: FIN-WAIT-2 timed out."""
    client, server = dialogue(lab)
    client.close()
    lab.wait(62)
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("idle_timeout", always("idle_timeout", "firewall", "no_connection"),
          [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")], box="r1")
def idle_timeout(lab):
    """A stateful firewall near the client forgets idle connections after 60 s and resets what it does not know; the client's next
    line comes after 61 s."""
    lab.r1.sysctl("netfilter.nf_conntrack_tcp_loose", 0)
    lab.r1.sysctl("netfilter.nf_conntrack_tcp_timeout_established", 60)
    lab.r1.sysctl("netfilter.nf_conntrack_tcp_timeout_unacknowledged", 60)
    lab.r1.filter("ct state invalid counter reject with tcp reset")
    client, _ = dialogue(lab)
    lab.wait(61)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.3)


def reused(reset, point):
    return either("port_reuse", "no_connection") if reset.sender == "client" else "no_connection"


@scenario("port_reuse", reused, [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")])
def port_reuse(lab):
    """A client that crashed and came back uses the port of its old connection, which the server still holds: the server answers the
    SYN with an ACK of old numbers, the client resets that, and the repeated SYN succeeds."""
    client, _ = dialogue(lab)
    port = client.getsockname()[1]
    lab.wait()
    lab.client.filter("tcp flags rst drop", "output")
    lab.client.run("ss -K dport = :2525")
    lab.client.run("nft flush ruleset")
    lab.wait(0.5)
    again = lab.socket()
    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    again.bind((lab.client_ip, port))
    again.connect((lab.server_ip, 2525))
    lab.wait(0.2)


def answers_after_forgery(reset, point):
    if reset.origin == "attacker":
        return either("injected", "unknown", "firewall", "blind_reset")
    if point in ("server", "r2"):
        return "already_reset" if reset.number == 1 else either("already_reset", "in_flight")
    if reset.number == 1:
        return either("no_connection", "unknown", "already_reset")
    return either("in_flight", "already_reset", "no_connection")


@scenario("already_reset", answers_after_forgery, [variant(4, 40, "rules", "client server"), variant(6, 40, "figures", "client server"),
                                                   variant(4, 1, "figures", "server"), variant(6, 1, "rules", "server")])
def already_reset(lab):
    """Somebody on the line forges an exact reset in the client's name to the server only; the client goes on sending, and the
    server's kernel, which forgot the connection, resets each segment. With IPv6 the forged one has another hop limit."""
    client, _ = dialogue(lab)
    lab.wait()
    last = lab.relay.last("to_server")
    lab.forge("to_server", last, seq=last.end, ttl=63 if lab.ip == 4 else 120)
    lab.wait(0.1)
    for recipient in ("bert", "carl", "dora"):
        with contextlib.suppress(ConnectionResetError):
            client.sendall(b"RCPT TO:<%s@example.net>\r\n" % recipient.encode())
        time.sleep(0.001)
    lab.wait(0.3)
