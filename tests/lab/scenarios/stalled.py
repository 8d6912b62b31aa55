"""Receivers whose window stays closed, and lines that swallow big packets."""

import contextlib
import socket
import time

from lab import linger, read_all
from registry import either, none, scenario, variant

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def reader(lab):
    """A connection whose server has a small buffer and does not read yet; the client has filled it."""
    listener = lab.listen(7000)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client, server = lab.pair(7000, listener)
    client.setblocking(False)
    client.send(b"one of many records\n" * 1000)
    lab.wait(0.5)
    return client, server


def drain(server, seconds=0.5):
    """Reads all that comes, until nothing does."""
    server.settimeout(seconds)
    with contextlib.suppress(OSError):
        while server.recv(4096):
            pass


def stalled(reset, point):
    if reset.event.passive:
        return either("zero_window_timeout", "no_connection") if reset.number == 1 else either("in_flight", "zero_window_timeout")
    return either("zero_window_timeout", "app_abort")


@scenario("zero_window_timeout-user", stalled, NEAR_FAR)
def zero_window_timeout_user(lab):
    """The server does not read, its window closes, and the client's probes are answered by window 0 until its user timeout (3 s) runs
    out: Linux gives up in silence. When the server reads at last, its window update finds nobody."""
    client, server = reader(lab)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 3000)
    time.sleep(7)
    drain(server)
    lab.wait(0.2)


@scenario("zero_window_timeout-orphan", stalled, FAR_NEAR)
def zero_window_timeout_orphan(lab):
    """The client closes with data that the server's closed window keeps back; its kernel probes for a while (tcp_orphan_retries 4,
    longest interval 1 s), gives up in silence, and then the server reads."""
    lab.client.sysctl("ipv4.tcp_orphan_retries", 4)
    lab.client.sysctl("ipv4.tcp_rto_max_ms", 1000)
    client, server = reader(lab)
    client.close()
    time.sleep(8)
    drain(server)
    lab.wait(0.2)


@scenario("zero_window_timeout-application", stalled, FAR_NEAR)
def zero_window_timeout_application(lab):
    """The server does not read, its window closes, and the application at the client gives up after 4 s (SO_LINGER 0)."""
    client, _ = reader(lab)
    time.sleep(3.5)
    linger(client)
    client.close()
    lab.wait(0.2)


@scenario("zero_window-reopened", lambda reset, point: "normal_close", NEAR_FAR, snap=160)
def zero_window_reopened(lab):
    """A near miss: the window is closed for 2 s, then the server reads and answers, and the client ends with a reset (SO_LINGER 0)."""
    client, server = reader(lab)
    time.sleep(1.5)
    read_all(server, 20_000)
    server.sendall(b"got 1000 records\n")
    client.setblocking(True)
    read_all(client, 17)
    lab.wait(0.1)
    linger(client)
    client.close()
    lab.wait(0.1)


@scenario("zero_window-closed", none, FAR_NEAR, snap=160)
def zero_window_closed(lab):
    """A near miss: the window is closed for 2 s, the server then reads all, and both sides close in order."""
    client, server = reader(lab)
    client.close()
    time.sleep(1.5)
    drain(server)
    server.close()
    lab.wait(0.2)


def swallow(lab, direction):
    """A router drops packets of more than 1400 bytes in silence, as where a tunnel's smaller MTU meets a filter of ICMP."""
    port = "sport" if direction == "to_client" else "dport"
    lab.r2.filter(f"tcp {port} 8080 meta length > 1400 counter drop")


def tunnelled(reset, point):
    """Whoever gives up, the vanished packets are why; behind the drop nobody sees them."""
    lost = ("app_abort", "cancelled", "retransmission_timeout", "unread_data")
    if reset.event.passive:
        return either("path_mtu" if reset.number == 1 else "in_flight", "path_mtu", "data_after_close", "no_connection", *lost)
    return either("path_mtu", *lost) if point in ("client", "r1wan") else either("path_mtu", "retransmission_timeout")


def request(lab):
    client, server = lab.pair(8080)
    client.sendall(b"GET /report HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    server.recv(1000)
    return client, server


@scenario("path_mtu-download", tunnelled, [variant(4, 3, "rules", "server client"), variant(6, 30, "figures", "server client")])
def path_mtu_download(lab):
    """A server's full-size segments vanish on the line, its short ones arrive; the client waits 4 s for the answer and aborts
    (SO_LINGER 0)."""
    swallow(lab, "to_client")
    client, server = request(lab)
    server.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\n" + b"one of many records\n" * 250)
    time.sleep(4)
    linger(client)
    client.close()
    lab.wait(0.5)


@scenario("path_mtu-sender", tunnelled, [variant(6, 30, "rules", "server client"), variant(4, 3, "figures", "server r1wan")])
def path_mtu_sender(lab):
    """A server's full-size segments vanish on the line; it retransmits for 4 s, then the application aborts (SO_LINGER 0)."""
    swallow(lab, "to_client")
    client, server = request(lab)
    server.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\n" + b"one of many records\n" * 250)
    time.sleep(4)
    linger(server)
    server.close()
    lab.wait(0.5)


@scenario("path_mtu-upload", lambda reset, point: either("path_mtu", "retransmission_timeout") if point == "client" else either("path_mtu", "retransmission_timeout", "app_abort", "unread_data", "cancelled"),
          [variant(4, 30, "rules", "client server"), variant(6, 3, "figures", "client r2")])
def path_mtu_upload(lab):
    """A client's full-size segments vanish on the line; it retransmits for 4 s, then the application aborts (SO_LINGER 0)."""
    swallow(lab, "to_server")
    client, server = lab.pair(8080)
    client.sendall(b"POST /upload HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 5000\r\n\r\n")
    server.recv(1000)
    client.sendall(b"one of many records\n" * 250)
    time.sleep(4)
    linger(client)
    client.close()
    lab.wait(0.5)
