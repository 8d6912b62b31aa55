"""Timers of an endpoint that run out, at other values than lost_state.py has, and at the server's side."""

import socket
import time

from lab import linger, read_all
from registry import always, either, none, scenario, variant
from scenarios.aborting import dialogue

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def keep_alive(sock, idle, interval, count):
    for option, value in ((socket.TCP_KEEPIDLE, idle), (socket.TCP_KEEPINTVL, interval), (socket.TCP_KEEPCNT, count)):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def cut_line(lab):
    lab.relay.rule = lambda segment, direction: True


@scenario("keepalive_timeout-slow", always("keepalive_timeout"), NEAR_FAR)
def keepalive_timeout_slow(lab):
    """The line dies; the client's keep-alive probes (1 s idle, every 2 s, four times) stay unanswered."""
    client, _ = dialogue(lab)
    keep_alive(client, 1, 2, 4)
    lab.wait()
    cut_line(lab)
    time.sleep(10.5)


@scenario("keepalive_timeout-server", always("keepalive_timeout"), FAR_NEAR)
def keepalive_timeout_server(lab):
    """The line dies; the server's keep-alive probes (2 s idle, every second, two times) stay unanswered. Earlier ones were answered."""
    _, server = dialogue(lab)
    keep_alive(server, 2, 1, 2)
    lab.wait(2.5)
    cut_line(lab)
    time.sleep(6)


@scenario("keepalive_timeout-user", always("keepalive_timeout"), NEAR_FAR)
def keepalive_timeout_user(lab):
    """The line dies; the client's keep-alive probes (every second) end at its user timeout (4 s), not at their count."""
    client, _ = dialogue(lab)
    keep_alive(client, 1, 1, 20)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 4000)
    lab.wait()
    cut_line(lab)
    time.sleep(8)


@scenario("keepalive_timeout-restored", always("keepalive_timeout", "already_reset", "no_connection", "lost_reset"), FAR_NEAR)
def keepalive_timeout_restored(lab):
    """The line dies, the client's keep-alive probes (1 s idle, every second, two times) stay unanswered, and its reset is lost; when the line
    is back, the server's next line draws a passive reset."""
    client, server = dialogue(lab)
    keep_alive(client, 1, 1, 2)
    lab.wait()
    cut_line(lab)
    time.sleep(5)
    lab.relay.rule = None
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("keepalive-answered", always("app_abort", "normal_close"), NEAR_FAR)
def keepalive_answered(lab):
    """A near miss: keep-alive probes are answered, and after the third the client aborts the idle dialogue (SO_LINGER 0)."""
    client, _ = dialogue(lab)
    keep_alive(client, 1, 1, 3)
    lab.wait(3.4)
    linger(client)
    client.close()
    lab.wait()


@scenario("retransmission_timeout-server", always("retransmission_timeout", "no_connection"), NEAR_FAR)
def retransmission_timeout_server(lab):
    """The line dies, the server retransmits its answer until its user timeout (3 s) and gives up without a word; when the line is back, the
    client's next line draws a passive reset."""
    client, server = dialogue(lab)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 3000)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    lab.wait()
    cut_line(lab)
    server.sendall(b"250 recipient ok\r\n")
    time.sleep(7)
    lab.relay.rule = None
    client.sendall(b"QUIT\r\n")
    lab.wait(0.3)


@scenario("retransmission_timeout-retries", always("retransmission_timeout", "no_connection"), FAR_NEAR)
def retransmission_timeout_retries(lab):
    """The line dies, the client retransmits four times (tcp_retries2) and gives up without a word; when the line is back, the server's
    next line draws a passive reset."""
    lab.client.sysctl("ipv4.tcp_retries2", 4)
    client, server = dialogue(lab)
    lab.wait()
    cut_line(lab)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    time.sleep(9)
    lab.relay.rule = None
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("retransmission-recovered", always("normal_close"), NEAR_FAR)
def retransmission_recovered(lab):
    """A near miss: the line is dead for 2 s, a retransmission gets through, the dialogue goes on to its end (QUIT, 221), and the client
    then resets (SO_LINGER 0)."""
    client, server = dialogue(lab)
    lab.wait()
    cut_line(lab)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    time.sleep(2)
    lab.relay.rule = None
    read_all(server, 28)
    server.sendall(b"250 recipient ok\r\n")
    read_all(client, 18)
    client.sendall(b"QUIT\r\n")
    read_all(server, 6)
    server.sendall(b"221 bye\r\n")
    read_all(client, 9)
    lab.wait()
    linger(client)
    client.close()
    lab.wait()


def expired(reset, point):
    return either("fin_wait_timeout", "data_after_close") if reset.number == 1 else either("in_flight", "fin_wait_timeout", "data_after_close")


FIN_TIMEOUT = {3: 20, 30: 9}


def orphan(lab, closing, host):
    """One side closes; its kernel keeps the connection for tcp_fin_timeout."""
    seconds = FIN_TIMEOUT[lab.variant.delay_ms]
    host.sysctl("ipv4.tcp_fin_timeout", seconds)
    closing.close()
    lab.wait(seconds + 2)


@scenario("fin_wait_timeout-short", expired, NEAR_FAR)
def fin_wait_timeout_short(lab):
    """The client closes, the server acknowledges and its next line comes 2 s after the client's FIN-WAIT-2 timer (20 s, or 9 s) has run out."""
    client, server = dialogue(lab)
    orphan(lab, client, lab.client)
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("fin_wait_timeout-server", expired, FAR_NEAR)
def fin_wait_timeout_server(lab):
    """The server closes first, the client's next line comes 2 s after the server's FIN-WAIT-2 timer (9 s, or 20 s) has run out."""
    client, server = dialogue(lab)
    orphan(lab, server, lab.server)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.3)


@scenario("fin_wait_timeout-fin", always("fin_wait_timeout"), NEAR_FAR)
def fin_wait_timeout_fin(lab):
    """The client closes; the server closes too, but 2 s after the client's FIN-WAIT-2 timer (20 s, or 9 s) has run out: its FIN is reset."""
    client, server = dialogue(lab)
    orphan(lab, client, lab.client)
    server.close()
    lab.wait(0.3)


@scenario("data_after_close-before_timer", always("data_after_close"), FAR_NEAR)
def data_after_close_before_timer(lab):
    """A near miss: the client closes, and the server's next line comes 7 s later, long before the FIN-WAIT-2 timer (60 s) ends."""
    client, server = dialogue(lab)
    client.close()
    lab.wait(7)
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("fin_wait-in_time", none, NEAR_FAR)
def fin_wait_in_time(lab):
    """A near miss: the client closes, and the server closes 4 s later, within the FIN-WAIT-2 timer. No reset."""
    client, server = dialogue(lab)
    client.close()
    lab.wait(4)
    server.close()
    lab.wait(0.3)
