"""Proxies on r1 that take the reset of one leg and pass it on to the other, or do not."""

import contextlib
import select
import socket
import threading

import network
from lab import linger, read_all
from registry import either, scenario, variant
from scenarios.aborting import converse
from scenarios.transfer import read_and_close

BOTH = ("r1any",)


def first_leg(cause, *allowed):
    """The judge of a proxy's two legs: what came first has its own cause, what the proxy sends then passes it on. Who sees only the
    proxy's reset sees an abort."""
    def judge(reset, point):
        if reset.host.name != "proxy":
            return either(cause, *allowed)
        return "relayed" if point in BOTH else either("relayed", "app_abort", "normal_close", "unread_data", "cancelled", "unknown")
    return judge


class Plain(threading.Thread):
    """A TCP proxy as simple as they come, on r1: it passes on data, ends (FIN) and resets. `one_armed`: it speaks to the server from
    the address that the client knows it by."""
    port = 8080

    def __init__(self, lab, one_armed=False, patience=0.0):
        super().__init__(daemon=True)
        self.patience = patience
        self.listener = lab.r1.socket(lab.family)
        self.listener.bind((network.R1[lab.ip], self.port))
        self.listener.listen()
        self.back = lab.socket(lab.r1)
        self.back.bind(((network.R1 if one_armed else network.R1_WAN)[lab.ip], 0))
        self.target = (lab.server_ip, 2525)
        self.start()

    def run(self):
        front, _ = self.listener.accept()
        self.listener.close()
        self.back.connect(self.target)
        other = {front: self.back, self.back: front}
        while other:
            for leg in select.select(list(other), [], [])[0]:
                try:
                    data = leg.recv(65536)
                except ConnectionResetError:
                    leg.close()
                    threading.Event().wait(self.patience)
                    linger(other[leg])
                    other[leg].close()
                    return
                if data:
                    other[leg].sendall(data)
                else:
                    del other[leg]
                    self.back.shutdown(socket.SHUT_WR) if leg is front else front.shutdown(socket.SHUT_WR)


def haproxy(lab, *options, one_armed=False):
    target = f"[{lab.server_ip}]" if lab.ip == 6 else lab.server_ip
    source = f" source {network.R1[lab.ip]}" if one_armed else ""
    return lab.haproxy(host=lab.r1, backend=f"{target}:2525{source}", options="\n  ".join(["mode tcp", *options]))


def through(lab, proxy, *options, **more):
    """A dialogue through a proxy: the client's socket and the server's."""
    listener = lab.listen(2525)
    proxy(lab, *options, **more)
    client = lab.connect(8080, network.R1[lab.ip])
    server, _ = listener.accept()
    lab.open_sockets.append(server)
    server.settimeout(10)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    converse(client, server)
    lab.wait(0.1)
    return client, server


def abort(lab, sock):
    linger(sock)
    sock.close()
    lab.wait(0.3)


NEAR_FAR = [variant(4, 3, "rules", "r1any client"), variant(6, 30, "figures", "r1any server")]
FAR_NEAR = [variant(6, 30, "rules", "r1any server"), variant(4, 3, "figures", "r1any client")]


@scenario("relayed-haproxy", first_leg("app_abort", "normal_close"), NEAR_FAR)
def relayed_haproxy(lab):
    """A server aborts a dialogue that goes through HAProxy (tcp mode, option nolinger), which resets the client in turn."""
    client, server = through(lab, haproxy, "option nolinger")
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    lab.wait()
    abort(lab, server)


@scenario("relayed-haproxy_client", first_leg("app_abort", "normal_close"), FAR_NEAR)
def relayed_haproxy_client(lab):
    """A client aborts a dialogue that goes through HAProxy (tcp mode, option nolinger), which resets the server in turn."""
    client, server = through(lab, haproxy, "option nolinger")
    client.sendall(b"DATA\r\n")
    read_all(server, 6)
    lab.wait()
    abort(lab, client)


@scenario("relayed-plain", first_leg("app_abort", "normal_close"), NEAR_FAR)
def relayed_plain(lab):
    """A server aborts a dialogue that goes through a plain proxy, which resets the client in turn."""
    client, server = through(lab, Plain)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    lab.wait()
    abort(lab, server)


@scenario("relayed-one_armed", first_leg("app_abort", "normal_close"), FAR_NEAR)
def relayed_one_armed(lab):
    """A server aborts a dialogue that goes through a plain proxy with one address for both legs, which resets the client in turn."""
    client, server = through(lab, Plain, one_armed=True)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    lab.wait()
    abort(lab, server)


@scenario("relayed-unread", first_leg("unread_data", "app_abort"), FAR_NEAR)
def relayed_unread(lab):
    """A server closes with a command unread, whose dialogue goes through HAProxy (tcp mode, option nolinger), which resets the client in turn."""
    client, server = through(lab, haproxy, "option nolinger")
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait()
    server.close()
    lab.wait(0.3)


@scenario("relayed-late", first_leg("app_abort", "normal_close"), NEAR_FAR)
def relayed_late(lab):
    """A client aborts a dialogue that goes through a plain proxy, which resets the server 60 ms later."""
    client, server = through(lab, Plain, patience=0.06)
    client.sendall(b"DATA\r\n")
    read_all(server, 6)
    lab.wait()
    abort(lab, client)


def download(reset, point):
    """The client breaks the download off, and its kernel answers what is under way. The proxy resets its server in turn, whose data
    under way draw more."""
    if reset.number > 1:
        return either("in_flight", "cancelled", "relayed", "data_after_close")
    if reset.host.name != "proxy":
        return either("cancelled", "unread_data")
    # With data under way, the bytes of both legs differ; and to break off what one receives is what it is, whoever asked for it.
    return either("relayed", "cancelled", *([] if point in BOTH else ["unread_data", "app_abort", "unknown"]))


@scenario("relayed-download", download, [variant(6, 30, "rules", "r1any r1wan"), variant(4, 3, "figures", "r1any client")], snap=200)
def relayed_download(lab):
    """A client closes in the middle of a download through HAProxy (tcp mode, option nolinger) with some of it unread; HAProxy resets the
    web server in turn."""
    lab.web()
    target = f"[{lab.server_ip}]" if lab.ip == 6 else lab.server_ip
    lab.haproxy(host=lab.r1, backend=f"{target}:80", options="mode tcp\n  option nolinger")
    read_and_close(lab, True, network.R1[lab.ip], port=8080)
    lab.wait(0.4)


@scenario("relayed-not", lambda reset, point: either("data_after_close", "in_flight") if reset.host.name == "proxy" else either("app_abort", "normal_close"),
          [variant(4, 3, "rules", "r1any"), variant(6, 30, "figures", "r1any client")])
def relayed_not(lab):
    """A near miss: a server aborts a dialogue that goes through HAProxy (tcp mode), which ends the client's leg in order; what the client
    says then is reset, because the proxy has closed."""
    client, server = through(lab, haproxy)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    lab.wait()
    abort(lab, server)
    with contextlib.suppress(OSError):
        client.sendall(b"QUIT\r\n")
    lab.wait(0.3)
