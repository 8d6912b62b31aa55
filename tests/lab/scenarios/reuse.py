"""Old connections in the way of new ones, and sides that have lost their state."""

import socket
import time

from lab import read_all
from registry import always, either, none, scenario, variant
from scenarios.aborting import dialogue
from scenarios.timers import keep_alive

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def connect_from(lab, port):
    """A connection from a port that was used before."""
    again = lab.socket()
    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    again.bind((lab.client_ip, port))
    again.connect((lab.server_ip, 2525))
    return again


def exchange_and_close(lab, listener, port, server_first=True):
    """A short connection from a port; the one that closes first keeps TIME-WAIT."""
    client = connect_from(lab, port)
    server, _ = listener.accept()
    client.sendall(b"NOOP\r\n")
    read_all(server, 6)
    for sock in (server, client) if server_first else (client, server):
        sock.close()
        lab.wait()


@scenario("port_reuse-time_wait", always("port_reuse"), [*NEAR_FAR, variant(6, 3, "rules", "client"), variant(4, 30, "figures", "client")])
def port_reuse_time_wait(lab):
    """A client comes back from the same port while the server is in TIME-WAIT, once with younger and once with older timestamps (its clock
    changed, as behind a NAT): the older SYN is answered by an ACK of the old connection, which the client resets; its next SYN succeeds."""
    listener = lab.listen(2525)
    for port, first, second in ((40001, 1, 2), (40002, 2, 1)):
        lab.client.sysctl("ipv4.tcp_timestamps", first)
        exchange_and_close(lab, listener, port)
        lab.client.sysctl("ipv4.tcp_timestamps", second)
        exchange_and_close(lab, listener, port)
    lab.wait(0.2)


@scenario("reuse-time_wait", none, NEAR_FAR)
def reuse_time_wait(lab):
    """A near miss: a client comes back from the same port while the server is in TIME-WAIT, and is let in at once. No reset."""
    listener = lab.listen(2525)
    for _ in range(3):
        exchange_and_close(lab, listener, 40003)
        time.sleep(0.02)


def half_open(reset, point):
    return either("port_reuse", "no_connection") if reset.sender == "client" else "no_connection"


@scenario("port_reuse-after_reboot", half_open, FAR_NEAR)
def port_reuse_after_reboot(lab):
    """A client reboots without a word and connects from the same port 3 s later, while the server still holds the old connection."""
    client, _ = dialogue(lab)
    port = client.getsockname()[1]
    forget(lab, lab.client, "dport")
    lab.wait(3)
    connect_from(lab, port)
    lab.wait(0.2)


def forget(lab, host, what):
    """A host loses its connections on port 2525 in silence: its packet filter holds back what its kernel says."""
    lab.wait()
    host.filter("tcp flags rst drop", "output")
    host.run(f"ss -K {what} = :2525")
    host.run("nft flush ruleset")


@scenario("no_connection-client", always("no_connection", "unknown"), NEAR_FAR)
def no_connection_client(lab):
    """The client loses its connection in silence; 3 s later the server's next line draws a passive reset."""
    client, server = dialogue(lab)
    forget(lab, lab.client, "dport")
    lab.wait(3)
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("no_connection-keepalive", always("no_connection", "unknown"), FAR_NEAR)
def no_connection_keepalive(lab):
    """The client reboots; the server's keep-alive probe, after 3 s of silence, draws a passive reset."""
    client, server = dialogue(lab)
    keep_alive(server, 3, 3, 3)
    forget(lab, lab.client, "dport")
    lab.wait(3.5)


@scenario("no_connection-fin", always("no_connection", "unknown"), NEAR_FAR)
def no_connection_fin(lab):
    """The server reboots; 2 s later the client, which had nothing more to say, closes: its FIN draws a passive reset."""
    client, _ = dialogue(lab)
    forget(lab, lab.server, "sport")
    lab.wait(2)
    client.close()
    lab.wait(0.3)


@scenario("no_connection-dead_meanwhile", always("no_connection", "unknown", "retransmission_timeout"), FAR_NEAR)
def no_connection_dead_meanwhile(lab):
    """The server is off for 2 s and has lost its connections when it is back: the client's retransmission draws a passive reset."""
    client, _ = dialogue(lab)
    forget(lab, lab.server, "sport")
    lab.relay.rule = lambda segment, direction: True
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    time.sleep(2)
    lab.relay.rule = None
    lab.wait(2.5)
