"""Resets that an application or its death makes in the middle of an exchange."""

import signal
import subprocess
import sys

from lab import linger, read_all
from registry import always, scenario, variant


def dialogue(lab):
    """A line-based dialogue, two steps far: everything said so far was read and answered."""
    return converse(*lab.pair(2525))


def converse(client, server):
    server.sendall(b"220 mail.example.com ready\r\n")
    read_all(client, 28)
    for command, answer in ((b"EHLO client.example.com\r\n", b"250 mail.example.com\r\n"), (b"MAIL FROM:<anna@example.com>\r\n", b"250 sender ok\r\n")):
        client.sendall(command)
        read_all(server, len(command))
        server.sendall(answer)
        read_all(client, len(answer))
    return client, server


@scenario("app_abort-client", always("app_abort"), [variant(4, 1, "rules", "client server", derive=("cut10",)), variant(6, 40, "figures", "client", derive=("snap68",))])
def app_abort_client(lab):
    """A mail client says DATA, sends half of the message, which the server reads, and aborts (SO_LINGER 0)."""
    client, server = dialogue(lab)
    client.sendall(b"DATA\r\n")
    read_all(server, 6)
    server.sendall(b"354 go ahead\r\n")
    read_all(client, 14)
    client.sendall(b"Subject: figures\r\n\r\nThe first half of")
    read_all(server, 37)
    lab.wait()
    linger(client)
    client.close()
    lab.wait()


@scenario("app_abort-server", always("app_abort"), [variant(6, 1, "rules", "client"), variant(4, 40, "figures", "client")])
def app_abort_server(lab):
    """A mail server reads a command, and aborts the connection (SO_LINGER 0) where its answer was due."""
    client, server = dialogue(lab)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    lab.wait()
    linger(server)
    server.close()
    lab.wait()


@scenario("app_abort-admin", always("app_abort"), [variant(4, 1, "figures", "server"), variant(6, 40, "rules", "client")])
def app_abort_admin(lab):
    """An administrator kills the server's socket of a dialogue in progress with `ss -K`."""
    client, _ = dialogue(lab)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(_, 28)
    lab.wait()
    lab.server.run("ss -K sport = :2525")
    lab.wait()


@scenario("unread_data-server", always("unread_data"), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")])
def unread_data_server(lab):
    """A server reads the first line of a request and closes, while the rest of it lies unread in its buffer."""
    client, server = lab.pair(7000)
    client.sendall(b"POST /upload HTTP/1.1\r\nHost: files.example.com\r\nContent-Length: 3000\r\n\r\n" + b"x" * 1200)
    read_all(server, 23)
    lab.wait()
    server.close()
    lab.wait()


@scenario("unread_data-client", always("unread_data", "cancelled"), [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client server")])
def unread_data_client(lab):
    """A client asks, gets an answer of two lines, reads one and closes with the other unread."""
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    read_all(server, 10)
    server.sendall(b"17 is on its way\n18 is too\n")
    read_all(client, 17)
    lab.wait()
    client.close()
    lab.wait()


READER = """
import socket, sys, time
listener = socket.create_server((sys.argv[1], 7000), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
connection, _ = listener.accept()
connection.recv(64)
time.sleep(60)
"""


@scenario("unread_data-killed", always("unread_data", "app_abort"), [variant(4, 1, "figures", "client"), variant(6, 40, "rules", "client")])
def unread_data_killed(lab):
    """The server's process is killed (kill -9) while data of the client lies unread in its buffer."""
    program = lab.server.start([sys.executable, "-c", READER, lab.server_ip], stderr=subprocess.DEVNULL)
    lab.wait_for_port(7000)
    client = lab.connect(7000)
    for block in range(3):
        client.sendall(b"record %d " % block * 100)
        lab.wait()
    program.send_signal(signal.SIGKILL)
    program.wait()
    lab.wait()
