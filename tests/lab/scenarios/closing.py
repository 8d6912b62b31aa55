"""Resets that a host's own close makes: data for nobody, data unread, aborts, and harmless ends."""

import ftplib
import http.client
import socket
import time

from lab import linger, read_all
from packet import FIN
from registry import always, by_port, first_then, none, scenario, variant
from relay import Twice


def ftp_session(lab):
    """A logged-in FTP control connection in /pub, spoken by ftplib over a socket that belongs to the client."""
    lab.ftp()
    control = lab.connect(21)
    session = ftplib.FTP()
    session.sock, session.af, session.file = control, lab.family, control.makefile("r", encoding="utf-8")
    session.getresp()
    session.login("anonymous", "guest@example.com")
    session.cwd("pub")
    return session, control


def passive_port(session, lab):
    if lab.ip == 6:
        return ftplib.parse229(session.sendcmd("EPSV"), session.sock.getpeername())[1]
    return ftplib.parse227(session.sendcmd("PASV"))[1]


@scenario("data_after_close-ftp", always("data_after_close"),
          [variant(4, 1, "figures", "client", derive=("plain",)), variant(4, 40, "rules", "client server", derive=("snap68", "cut10", "vlan", "oneway")),
           variant(6, 40, "figures", "client", derive=("snap68", "cut10"))])
def data_after_close_ftp(lab):
    """An FTP client sends LIST and closes the control connection at once; the server's answer comes after its FIN and is reset."""
    session, control = ftp_session(lab)
    data = lab.connect(passive_port(session, lab))
    session.putcmd("LIST")
    session.file.close()
    control.close()
    lab.wait()
    data.settimeout(1)
    while data.recv(4096):
        pass
    data.close()
    lab.wait(0.3)


@scenario("data_after_close-transfer", by_port(p21=always("unread_data"), other=first_then("data_after_close", "in_flight", "data_after_close")),
          [variant(4, 40, "figures", "client"), variant(6, 1, "rules", "client")], snap=200)
def data_after_close_transfer(lab):
    """An FTP client closes the data connection just after it asked for a file, before the first byte came: each segment is reset.
    Then it closes the control connection, with the server's complaint (426) unread."""
    session, control = ftp_session(lab)
    data = lab.connect(passive_port(session, lab))
    session.putcmd("RETR archive.bin")
    data.close()
    lab.wait(0.3)
    session.file.close()
    control.close()
    lab.wait(0.3)


@scenario("data_after_close-request", always("data_after_close"),
          [variant(4, 1, "rules", "server"), variant(6, 40, "figures", "client server")])
def data_after_close_request(lab):
    """A client sends a request and closes at once, without waiting for the answer, which the server sends nevertheless."""
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    client.close()
    lab.wait()
    read_all(server, 10)
    server.sendall(b"17 is on its way\n")
    lab.wait(0.2)
    server.close()
    lab.wait()


@scenario("data_after_close-crossing", first_then("data_after_close", "in_flight", "data_after_close"),
          [variant(4, 40, "rules", "client server"), variant(6, 40, "figures", "client")])
def data_after_close_crossing(lab):
    """The server answers before the client's FIN reaches it: the first reset's seq is the FIN's own, not the one after it; the
    server's late ACK of the FIN draws a second reset with the next seq."""
    lab.relay.rule = lambda segment, direction: 0.02 if segment.flags & FIN else None
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    client.close()
    read_all(server, 10)
    server.sendall(b"17 is on its way\n")
    lab.wait(0.2)


@scenario("half_close", none, [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "server")])
def half_close(lab):
    """A near miss: the client half-closes after its request, goes on reading, and the connection ends in order. No reset."""
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    client.shutdown(socket.SHUT_WR)
    read_all(server, 10)
    for part in range(5):
        server.sendall(b"17 is on its way, part %d\n" % part)
        time.sleep(0.02)
    server.close()
    while client.recv(4096):
        pass
    client.close()
    lab.wait()


@scenario("normal_close-client", always("normal_close"),
          [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")])
def normal_close_client(lab):
    """A client reads complete HTTP responses on a persistent connection and then ends it with a reset (SO_LINGER 0)."""
    lab.web()
    for paths in (["/", "/style.css"], ["/logo.png"]):
        connection = http.client.HTTPConnection(lab.server_ip)
        connection.sock = lab.connect(80)
        for path in paths:
            connection.request("GET", path)
            connection.getresponse().read()
        lab.wait()
        linger(connection.sock)
        connection.close()
        lab.wait()


@scenario("normal_close-after_fin", always("normal_close"),
          [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client server")])
def normal_close_after_fin(lab):
    """The server closes after a complete response (Connection: close); the client, which read it all, ends its side with a reset."""
    lab.web()
    connection = http.client.HTTPConnection(lab.server_ip)
    connection.sock = sock = lab.connect(80)
    linger(sock)
    connection.request("GET", "/style.css", headers={"Connection": "close"})
    response = connection.getresponse()
    lab.wait()
    response.read()
    connection.close()
    lab.wait()


@scenario("normal_close-haproxy", first_then("normal_close", "in_flight", "normal_close"), [variant(4, 1, "figures", "client"), variant(6, 40, "rules", "client server")])
def normal_close_haproxy(lab):
    """HAProxy with `option nolinger` in front of nginx: when the response is complete it ends the connection with a reset."""
    lab.web()
    lab.haproxy(options="option nolinger\n  option httpclose")
    for path in ("/", "/style.css"):
        lab.curl(lab.url(path, 8080), check=False)
        lab.wait()


@scenario("normal_close-late_copy", always("normal_close"), [variant(4, 1, "rules", "client server"), variant(6, 40, "figures", "client")])
def normal_close_late_copy(lab):
    """Both sides closed in order; a late copy of the client's FIN then reaches a server that has forgotten the connection."""
    lab.relay.rule = lambda segment, direction: Twice(0.4) if segment.flags & FIN and direction == "to_server" else None
    lab.web()
    lab.curl(lab.url("/"))
    lab.wait(0.5)
