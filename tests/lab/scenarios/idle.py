"""Silence that ends in a reset, because a box on the way, or the server, had a timer; and silence that means nothing."""

import http.client
import threading
import time

from lab import linger, read_all
from packet import FIN
from registry import always, either, first_then, none, scenario, variant
from scenarios.aborting import dialogue

STEP = (b"NOOP\r\n", b"250 ok\r\n")


def say(client, server):
    command, answer = STEP
    client.sendall(command)
    read_all(server, len(command))
    server.sendall(answer)
    read_all(client, len(answer))


def forgets(lab, box, seconds, rule="ct state invalid counter reject with tcp reset", loose=0):
    """A stateful firewall that forgets a connection after so many seconds of silence."""
    box.sysctl("netfilter.nf_conntrack_tcp_loose", loose)
    for timer in ("established", "unacknowledged"):
        box.sysctl(f"netfilter.nf_conntrack_tcp_timeout_{timer}", seconds)
    if rule:
        box.filter(rule)


def boxed(*allowed):
    """The judge: the box's resets come of its timer; no socket may make any."""
    def judge(reset, point):
        assert reset.origin == "middlebox", reset
        return either("idle_timeout", *allowed)
    return judge


def several(lab, box, seconds, gap, **options):
    """Four connections, begun one after the other, each silent for the same time; one more that talks on all along."""
    forgets(lab, box, seconds, **options)
    listener = lab.listen(2525)
    pairs = []
    for _ in range(4):
        pairs.append(lab.pair(2525, listener))
        say(*pairs[-1])
        time.sleep(0.7)
    start = time.monotonic() - 4 * 0.7
    busy = lab.pair(2525, listener)
    for number, (client, _) in enumerate(pairs):
        while (left := start + 0.7 * number + gap - time.monotonic()) > 0:
            time.sleep(min(left, seconds / 3))
            say(*busy)
        client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.3)


@scenario("idle_timeout-several", boxed("firewall"), [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client r1")], box="r1")
def idle_timeout_several(lab):
    """A stateful firewall near the client forgets connections after 15 s (IPv4) or 10 s (IPv6) of silence and resets what it does not
    know: four connections speak again after 16.5 or 11 s, and each is reset. A fifth that talks on is not."""
    several(lab, lab.r1, *((15, 16.5) if lab.ip == 4 else (10, 11)))


@scenario("idle_timeout-several_60", boxed("firewall"), [variant(4, 1, "figures", "client"), variant(6, 40, "rules", "client")], box="r2")
def idle_timeout_several_60(lab):
    """The same with a firewall near the server, 60 s, and a pause of 60.6 s; this firewall picks up connections only at a SYN."""
    several(lab, lab.r2, 60, 60.6, rule="ct state new tcp flags & syn != syn counter reject with tcp reset", loose=1)


@scenario("idle_timeout-75", boxed("firewall", "no_connection"), [variant(6, 12, "figures", "client r1"), variant(4, 12, "rules", "client")], box="r1")
def idle_timeout_75(lab):
    """A stateful firewall near the client forgets connections after 75 s of silence; the client speaks again after 76 s, and then the
    server, and each gets a reset."""
    forgets(lab, lab.r1, 75)
    client, server = dialogue(lab)
    lab.wait(76)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.2)
    server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.3)


@scenario("idle_timeout-server_speaks", boxed("firewall", "no_connection"), [variant(4, 40, "rules", "server r2"), variant(6, 1, "figures", "server")], box="r2")
def idle_timeout_server_speaks(lab):
    """A stateful firewall near the server forgets connections after 30 s of silence (IPv6: 20 s); the server speaks after 31 s (20.5 s), and gets
    the reset."""
    seconds, gap = (30, 31) if lab.ip == 4 else (20, 20.5)
    forgets(lab, lab.r2, seconds)
    _, server = dialogue(lab)
    lab.wait(gap)
    server.sendall(b"250 are you still there?\r\n")
    lab.wait(0.3)


@scenario("idle_timeout-expiry", boxed("firewall"), [variant(4, 40, "figures", "client server"), variant(6, 12, "rules", "client server")])
def idle_timeout_expiry(lab):
    """A load balancer on the line resets both sides of three connections, in order, at the moment that they were silent for 60 s (IPv4) or
    20 s (IPv6), and forgets them."""
    timer = 60 if lab.ip == 4 else 20
    listener = lab.listen(2525)
    pairs = []
    for _ in range(3):
        pairs.append(lab.pair(2525, listener))
        say(*pairs[-1])
        lab.wait(0.4)
    for client, _ in pairs:
        flow = client.getsockname()[1]
        passed = lab.relay.passed("to_server", lambda segment: segment.sport == flow)
        last = passed.segment
        time.sleep(max(0.0, passed.time + timer - time.monotonic()))
        for back in (True, False):
            seq, ack = (last.ack, last.end) if back else (last.end, last.ack)
            lab.forge("to_client" if back else "to_server", last, seq, ttl=254, ip_id=0x5150, window=4380, back=back, after=lab.delay / 2, origin="middlebox")
    lab.wait(0.3)


@scenario("idle_timeout-nat", boxed("firewall", "no_connection"), [variant(4, 40, "rules", "server r1wan"), variant(6, 1, "figures", "server")], box="r1")
def idle_timeout_nat(lab):
    """A NAT near the client forgets a connection after 12 s of silence (IPv6: 17 s); the server speaks a second later, and the NAT, whose
    address that is, answers by a reset of its own kernel."""
    timer = 12 if lab.ip == 4 else 17
    lab.masquerade()
    forgets(lab, lab.r1, timer, rule=None)
    _, server = dialogue(lab)
    lab.wait(timer + 1)
    server.sendall(b"250 are you still there?\r\n")
    lab.wait(0.3)


def flushed_judge(reset, point):
    assert reset.origin == "middlebox", reset
    return either("no_connection", "firewall", "unknown")


@scenario("no_connection-nat_flushed", flushed_judge, [variant(4, 1, "figures", "server"), variant(6, 40, "rules", "server")], box="r1")
def no_connection_nat_flushed(lab):
    """A NAT near the client loses its table, as when it starts anew, in the middle of a dialogue; the server speaks, and the NAT answers by a
    reset of its own kernel. No timer had to do with it."""
    lab.masquerade()
    _, server = dialogue(lab)
    lab.wait(3)
    lab.r1.run("conntrack -F")
    server.sendall(b"250 are you still there?\r\n")
    lab.wait(0.3)


def crossing(lab, port):
    """A client asks again at the moment when the server, tired of waiting, closes: both cross on the line."""
    closing = threading.Event()

    def watch(segment, direction):
        if direction == "to_client" and segment.flags & FIN:
            closing.set()
        # A short line would deliver the FIN before the client can ask.
        return 0.004 if direction == "to_client" and closing.is_set() else None

    lab.relay.rule = watch
    connection = http.client.HTTPConnection(lab.server_ip, port)
    connection.sock = lab.connect(port)
    connection.request("GET", "/")
    connection.getresponse().read()
    assert closing.wait(90)
    connection.sock.sendall(b"GET /next HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    lab.wait(0.3)


# The client also acknowledges the FIN before it hears of the reset, and that draws another.
CROSSED = first_then("data_after_close", "in_flight", "data_after_close")

NODE = """
const server = require("http").createServer((request, response) => response.end("<p>hello</p>"));
server.listen(Number(process.argv[1]), process.argv[2]);
"""


@scenario("data_after_close-node", CROSSED, [variant(4, 40, "rules", "client server"), variant(6, 1, "figures", "client server")])
def data_after_close_node(lab):
    """A Node.js server closes a connection after 5 s without a request, its default; the client's next request crosses the FIN."""
    lab.server.start(["node", "-e", NODE, "3000", lab.server_ip])
    lab.wait_for_port(3000)
    lab.used.append("node " + lab.server.run("node --version").strip())
    crossing(lab, 3000)


@scenario("data_after_close-nginx_5", CROSSED, [variant(6, 40, "rules", "client"), variant(4, 12, "figures", "client server")])
def data_after_close_nginx_5(lab):
    """nginx closes a connection after 5 s without a request (keepalive_timeout 5s); the client's next request crosses the FIN."""
    lab.web(options="keepalive_timeout 5s;")
    crossing(lab, 80)


@scenario("data_after_close-nginx_65", CROSSED, [variant(4, 12, "rules", "client"), variant(6, 40, "figures", "client")])
def data_after_close_nginx_65(lab):
    """nginx closes a connection after 65 s without a request (its packages' setting); the client's next request crosses the FIN."""
    lab.web(options="keepalive_timeout 65s;")
    crossing(lab, 80)


@scenario("app_abort-after_silence", always("app_abort", "normal_close"), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")])
def app_abort_after_silence(lab):
    """After 27 s of silence (IPv6: 43 s) a server's program aborts a dialogue for a reason of its own. No box, and no well-known timer."""
    _, server = dialogue(lab)
    lab.wait(27 if lab.ip == 4 else 43)
    linger(server)
    server.close()
    lab.wait(0.2)


@scenario("no_connection-after_silence", always("no_connection", "unknown"), [variant(6, 1, "rules", "client server"), variant(4, 40, "figures", "client server")])
def no_connection_after_silence(lab):
    """The server's connection vanishes in silence; 13 s (IPv6: 33 s) after the last word the client's next line draws a passive reset
    from the server itself. No box, and no well-known timer."""
    client, _ = dialogue(lab)
    lab.wait()
    lab.server.filter("tcp flags rst drop", "output")
    lab.server.run("ss -K sport = :2525")
    lab.server.run("nft flush ruleset")
    lab.wait(13 if lab.ip == 4 else 33)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.3)


@scenario("idle-harmless", none, [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client")])
def idle_harmless(lab):
    """Two dialogues go on and end well after silences of 5, 10 and 20 s. No reset."""
    listener = lab.listen(2525)
    pairs = [lab.pair(2525, listener) for _ in range(2)]
    for silence in (5, 10, 20):
        for pair in pairs:
            say(*pair)
        lab.wait(silence)
    for client, server in pairs:
        say(client, server)
        client.close()
        server.close()
    lab.wait(0.2)
