"""Programs that end with several connections at once, and proxies that pass a reset on."""

import contextlib
import signal
import subprocess
import sys

from lab import read_all
from registry import either, scenario, variant
from scenarios.transfer import waiting

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]

ABORTING = """
import socket, struct, sys, time
listener = socket.create_server((sys.argv[1], 7000), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
connections = [listener.accept()[0] for _ in range(6)]
for connection in connections:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sendall(b"hello\\n")
    connection.recv(64)
    connection.sendall(b"done\\n")
time.sleep(60)
"""


def mass(reset, point):
    if reset.event.reason in ("NO_SOCKET", "TCP_FLAGS"):
        return "refused" if reset.number == 1 else either("in_flight", "mass_abort", "refused")
    return either("mass_abort", "app_abort", "normal_close")


@scenario("mass_abort-lingering", mass, NEAR_FAR)
def mass_abort_lingering(lab):
    """A server's process with six connections, all with SO_LINGER 0 and nothing unread, is killed; new SYNs are refused."""
    program = lab.server.start([sys.executable, "-c", ABORTING, lab.server_ip], stderr=subprocess.DEVNULL)
    lab.wait_for_port(7000)
    clients = [lab.connect(7000) for _ in range(6)]
    for client in clients:
        read_all(client, 6)
        client.sendall(b"job\n")
        read_all(client, 5)
    lab.wait(0.4)
    program.send_signal(signal.SIGKILL)
    program.wait()
    lab.wait(0.1)
    for _ in range(2):
        lab.refused(7000)
    lab.wait()


@scenario("mass_abort-admin", mass, FAR_NEAR)
def mass_abort_admin(lab):
    """All of a server's connections are killed at once (`ss -K`), in the middle of what they do, and its listener too."""
    listener = lab.listen(7000)
    for number in range(5):
        client, server = lab.pair(7000, listener)
        client.sendall(b"job %d\n" % number)
        read_all(server, 6)
    lab.wait(0.2)
    listener.close()
    lab.server.run("ss -K sport = :7000")
    lab.wait(0.1)
    lab.refused(7000)
    lab.wait()


def killed(reset, point):
    """What the program left unread makes the kernel reset at once; where nothing was, it says FIN and resets what comes later."""
    if reset.event.reason == "TCP_ABORT_ON_CLOSE":
        return either("mass_abort", "unread_data", "app_abort")
    if reset.trigger and reset.trigger.flags & 2:
        return "refused"
    return either("data_after_close", "mass_abort", "in_flight", "no_connection")


@scenario("mass_abort-nginx", killed, NEAR_FAR)
def mass_abort_nginx(lab):
    """nginx is stopped (SIGSTOP) and then killed: of five connections three have a request that it never read, and two have none."""
    web = lab.web()
    clients = [lab.connect(80) for _ in range(5)]
    for client in clients:
        client.sendall(b"GET /style.css HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
        client.recv(4096)
    lab.wait(0.2)
    web.program.send_signal(signal.SIGSTOP)
    for client in clients[:3]:
        client.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    lab.wait(0.2)
    web.program.send_signal(signal.SIGKILL)
    web.program.wait()
    lab.wait(0.2)
    lab.refused(80)
    for client in clients[3:]:
        client.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    lab.wait(0.1)


def proxy_killed(reset, point):
    """HAProxy's clients have said half a request, which it has read, or one that it has not: their ends differ."""
    if reset.event.reason in ("TCP_ABORT_ON_CLOSE", "TCP_ABORT_ON_LINGER", "TCP_STATE"):
        return either("mass_abort", "unread_data", "app_abort")
    if reset.trigger and reset.trigger.flags & 2:
        return "refused"
    return either("data_after_close", "mass_abort", "in_flight", "no_connection")


@scenario("mass_abort-haproxy", proxy_killed, [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2"), variant(6, 12, "rules", "r1")])
def mass_abort_haproxy(lab):
    """HAProxy is stopped (SIGSTOP) and then killed: of six connections, each served before, four have a request that it never read. New SYNs
    are refused, and what the other two say is reset."""
    lab.web(ports=(8000,))
    proxy = lab.haproxy(port=80, backend="[::1]:8000" if lab.ip == 6 else "127.0.0.1:8000")
    clients = [lab.connect(80) for _ in range(6)]
    for client in clients:
        client.sendall(b"GET /style.css HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
        read_all(client, 1000)
    lab.wait(0.2)
    while any(waiting(client) for client in clients):
        for client in clients:
            if waiting(client):
                client.recv(4096)
    proxy.program.send_signal(signal.SIGSTOP)
    for client in clients[:4]:
        client.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    lab.wait(0.2)
    proxy.program.send_signal(signal.SIGKILL)
    proxy.program.wait()
    lab.wait(0.2)
    lab.refused(80)
    for client in clients[4:]:
        with contextlib.suppress(OSError):
            client.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    lab.wait(0.1)


def closed(reset, point):
    return "refused" if reset.event.reason == "NO_SOCKET" else either("listener_closed", "mass_abort")


@scenario("listener_closed-spread", closed, [variant(4, 30, "rules", "client server"), variant(6, 3, "figures", "client r2")])
def listener_closed_spread(lab):
    """A server stops with four connections that it has not accepted: two came seconds ago, one has sent a request."""
    listener = lab.listen(7000)
    for pause in (0.8, 0.8, 0.1):
        lab.connect(7000)
        lab.wait(pause)
    lab.connect(7000).sendall(b"STATUS 17\n")
    lab.wait(0.2)
    listener.close()
    lab.wait(0.2)
    lab.refused(7000)
    lab.wait()
