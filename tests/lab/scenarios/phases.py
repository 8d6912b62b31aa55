"""Aborts in every state of a connection, by SO_LINGER, kill -9 and `ss -K`, with data unread and without."""

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time

from lab import linger, read_all
from registry import either, first_then, scenario, variant
from scenarios.aborting import dialogue

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def aborted(*allowed):
    """Who aborts, and what its kernel then says to segments that were under way."""
    def judge(reset, point):
        if reset.event.passive:
            return either("in_flight", "data_after_close", "already_reset")
        return either("app_abort", *allowed) if allowed else "app_abort"
    return judge


def half_message(lab):
    """A mail client that has sent half of its message, which the server has read."""
    client, server = dialogue(lab)
    client.sendall(b"DATA\r\n")
    read_all(server, 6)
    server.sendall(b"354 go ahead\r\n")
    read_all(client, 14)
    client.sendall(b"Subject: figures\r\n\r\nThe first half of")
    read_all(server, 37)
    lab.wait()
    return client, server


@scenario("app_abort-fin_wait1", aborted("cancelled"), NEAR_FAR)
def app_abort_fin_wait1(lab):
    """A client half-closes in the middle of its message and aborts at once, its FIN not yet acknowledged (FIN-WAIT-1)."""
    client, _ = half_message(lab)
    client.shutdown(socket.SHUT_WR)
    linger(client)
    client.close()
    lab.wait(0.2)


@scenario("app_abort-fin_wait2", aborted("cancelled"), FAR_NEAR)
def app_abort_fin_wait2(lab):
    """A client sends a request, half-closes, waits in vain for the answer and aborts (FIN-WAIT-2)."""
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    client.shutdown(socket.SHUT_WR)
    read_all(server, 10)
    lab.wait(1.5)
    linger(client)
    client.close()
    lab.wait(0.2)


@scenario("app_abort-close_wait", aborted("unread_data"), NEAR_FAR)
def app_abort_close_wait(lab):
    """A client sends a request and half-closes; the server reads it and aborts where its answer was due (CLOSE-WAIT)."""
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    client.shutdown(socket.SHUT_WR)
    read_all(server, 10)
    lab.wait(0.3)
    linger(server)
    server.close()
    lab.wait(0.2)


@scenario("app_abort-stalled_sender", aborted(), FAR_NEAR)
def app_abort_stalled_sender(lab):
    """A server sends more than the client's window takes, and aborts 0.1 s later with data in its send buffer."""
    listener = lab.listen(7000)
    client = lab.connect(7000, buffer=6000)
    server, _ = listener.accept()
    lab.open_sockets.append(server)
    server.setblocking(False)
    server.send(b"one of many records\n" * 1500)
    lab.wait(0.1)
    linger(server)
    server.close()
    lab.wait(0.2)


@scenario("app_abort-sending", aborted(), NEAR_FAR, snap=200)
def app_abort_sending(lab):
    """A server aborts with half of an answer (Content-Length says 40 kB) under way: the client's acknowledgments are reset too."""
    client, server = lab.pair(8080)
    client.sendall(b"GET /report HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    server.recv(1000)
    server.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 40000\r\n\r\n" + b"one of many records\n" * 450)
    linger(server)
    server.close()
    lab.wait(0.3)


@scenario("app_abort-admin_idle", aborted("normal_close"), NEAR_FAR)
def app_abort_admin_idle(lab):
    """An administrator kills an idle connection with `ss -K`, where all that was said was answered."""
    dialogue(lab)
    lab.wait(1.5)
    lab.server.run("ss -K sport = :2525")
    lab.wait(0.1)


@scenario("app_abort-admin_busy", aborted(), FAR_NEAR, snap=200)
def app_abort_admin_busy(lab):
    """An administrator kills a connection with `ss -K` while the server sends a record every few milliseconds."""
    _, server = lab.pair(7000)
    stop = threading.Event()

    def send():
        with contextlib.suppress(OSError):
            while not stop.is_set():
                server.sendall(b"one of many records\n" * 20)
                time.sleep(0.015)

    sending = threading.Thread(target=send)
    sending.start()
    lab.wait(0.15)
    lab.server.run("ss -K sport = :7000")
    stop.set()
    sending.join()
    lab.wait(0.2)


TALKER = """
import socket, sys, time
client = socket.create_connection((sys.argv[1], 7000))
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.sendall(b"STATUS 17\\n")
if sys.argv[2] == "read":
    client.recv(100)
time.sleep(60)
"""


def talker(lab, manner):
    """A client in a process of its own, which asks once and then sleeps; and the server's side of its connection."""
    listener = lab.listen(7000)
    program = lab.client.start([sys.executable, "-c", TALKER, lab.server_ip, manner], stderr=subprocess.DEVNULL)
    server, _ = listener.accept()
    lab.open_sockets.append(server)
    read_all(server, 10)
    server.sendall(b"17 is on its way\n")
    lab.wait(0.2)
    return program, server


def kill(program):
    program.send_signal(signal.SIGKILL)
    program.wait()


@scenario("unread_data-killed_client", lambda reset, point: either("unread_data", "cancelled", "normal_close", "app_abort"), NEAR_FAR)
def unread_data_killed_client(lab):
    """A client's process is killed (kill -9) with the server's answer unread."""
    program, _ = talker(lab, "leave")
    kill(program)
    lab.wait(0.1)


@scenario("data_after_close-killed_client", first_then("data_after_close", "in_flight", "data_after_close"), FAR_NEAR)
def data_after_close_killed_client(lab):
    """A client's process is killed (kill -9) with nothing unread: its kernel says FIN, and resets the server's next line."""
    program, server = talker(lab, "read")
    kill(program)
    lab.wait(0.5)
    server.sendall(b"17 has arrived\n")
    lab.wait(0.1)


LISTENER = """
import socket, sys, time
listener = socket.create_server((sys.argv[1], 7000), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
connection, _ = listener.accept()
connection.sendall(b"ready\\n")
connection.recv(64)
connection.sendall(b"17 is on its way\\n")
time.sleep(60)
"""


@scenario("data_after_close-killed_server", first_then("data_after_close", "in_flight", "data_after_close"), NEAR_FAR)
def data_after_close_killed_server(lab):
    """A server's process is killed (kill -9) with nothing unread: its kernel says FIN, and resets the client's next question."""
    program = lab.server.start([sys.executable, "-c", LISTENER, lab.server_ip], stderr=subprocess.DEVNULL)
    lab.wait_for_port(7000)
    client = lab.connect(7000)
    read_all(client, 6)
    client.sendall(b"STATUS 17\n")
    read_all(client, 17)
    lab.wait()
    kill(program)
    lab.wait(0.5)
    client.sendall(b"STATUS 18\n")
    lab.wait(0.1)


@scenario("unread_data-pipelined", first_then("unread_data", "in_flight", "unread_data"), FAR_NEAR)
def unread_data_pipelined(lab):
    """A client pipelines three HTTP requests; the server answers the first, with `Connection: close`, and closes with the others unread."""
    client, server = lab.pair(8080)
    for path in (b"/a", b"/b", b"/c"):
        client.sendall(b"GET %s HTTP/1.1\r\nHost: www.example.com\r\n\r\n" % path)
    lab.wait()
    read_all(server, 42)
    server.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nA.\n")
    server.close()
    lab.wait(0.2)


@scenario("unread_data-greeting", lambda reset, point: either("unread_data", "cancelled", "app_abort"), NEAR_FAR)
def unread_data_greeting(lab):
    """A client closes without having read the mail server's greeting."""
    client, server = lab.pair(2525)
    server.sendall(b"220 mail.example.com ready\r\n")
    lab.wait(0.3)
    client.close()
    lab.wait(0.1)
