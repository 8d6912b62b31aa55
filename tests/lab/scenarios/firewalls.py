"""Firewalls of other makes, at other places, with other rules: iptables old and new, output chains, rate limits, both sides."""

import contextlib
import time

from lab import read_all
from packet import ACK, RST
from registry import either, scenario, variant
from scenarios.aborting import dialogue


def refuses(*causes):
    """The judge: every reset is the packet filter's. None may come of a socket, whose reason the tracepoint would tell."""
    def judge(reset, point):
        assert reset.event is None, reset
        return either(*causes) if causes[1:] else causes[0]
    return judge


def iptables(lab, host, kind, rule):
    """A rule for iptables: `kind` is "legacy", or "nft" for its successor's imitation."""
    tool = f"{'ip6tables' if lab.ip == 6 else 'iptables'}-{kind}"
    host.run(f"{tool} -A {rule} -j REJECT --reject-with tcp-reset")
    version = f"iptables-{kind}"
    if version not in lab.used:
        lab.used.append(version)


def two_ports(lab, path="/"):
    """Web pages from the server before, between and after attempts at two ports that are not allowed."""
    lab.curl(lab.url(path))
    lab.refused(22)
    lab.curl(lab.url(path))
    lab.refused(3389)
    lab.curl(lab.url("/style.css"))
    lab.wait()


@scenario("firewall-iptables_near", refuses("firewall"), [variant(4, 12, "rules", "client server"), variant(6, 90, "figures", "client")], box="r1")
def firewall_iptables_near(lab):
    """iptables (the old kind) on a router near the client rejects SYNs to two ports with a reset."""
    lab.web()
    iptables(lab, lab.r1, "legacy", "FORWARD -p tcp -m multiport --dports 22,3389")
    two_ports(lab)


@scenario("firewall-iptables_far", refuses("firewall"), [variant(6, 12, "rules", "client r1"), variant(4, 90, "figures", "client server")], box="r2")
def firewall_iptables_far(lab):
    """iptables (on nf_tables) on a router near the server rejects SYNs to two ports with a reset."""
    lab.web()
    iptables(lab, lab.r2, "nft", "FORWARD -p tcp -m multiport --dports 22,3389")
    two_ports(lab)


@scenario("firewall-iptables_host", refuses("firewall", "refused"), [variant(4, 90, "rules", "client"), variant(6, 12, "figures", "client server")], box="server")
def firewall_iptables_host(lab):
    """The server's own iptables (the old kind) rejects SYNs to two ports with a reset in its INPUT chain."""
    lab.web()
    iptables(lab, lab.server, "legacy", "INPUT -p tcp -m multiport --dports 22,3389")
    two_ports(lab)


@scenario("firewall-output_client", refuses("firewall"), [variant(4, 1, "rules", "clientany"), variant(6, 40, "figures", "clientany")], box="client")
def firewall_output_client(lab):
    """The client's own packet filter rejects its SYNs in the output chain: they never leave, and the reset in the server's name comes on
    the loopback device."""
    lab.web()
    lab.client.filter("tcp dport { 22, 3389 } counter reject with tcp reset", "output")
    two_ports(lab)


@scenario("firewall-output_server", refuses("firewall"), [variant(6, 1, "rules", "serverany"), variant(4, 40, "figures", "serverany")], box="server")
def firewall_output_server(lab):
    """The server's own packet filter rejects its SYN-ACKs in the output chain: the reset in the client's name reaches the server on its
    loopback device, and the client hears nothing."""
    lab.web(ports=(80, 8080))
    lab.server.filter("tcp sport 8080 tcp flags & (syn | ack) == (syn | ack) counter reject with tcp reset", "output")
    lab.curl(lab.url("/"))
    lab.curl("--connect-timeout", "1.5", lab.url("/", 8080), check=False)
    lab.curl(lab.url("/style.css"))
    lab.wait()


LIMIT = "tcp dport 22 tcp flags & (syn | ack) == syn limit rate 1/second burst 1 packets counter reject with tcp reset"


def knock(lab, times, pause):
    for _ in range(times):
        attempt = lab.socket()
        attempt.settimeout(0.25 + 3 * lab.delay)
        with contextlib.suppress(OSError):
            attempt.connect((lab.server_ip, 22))
        attempt.close()
        time.sleep(pause)


@scenario("firewall-limited", refuses("firewall"), [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client r1")], box="r1")
def firewall_limited(lab):
    """A firewall near the client rejects SYNs, but sends no more than a reset a second, and drops the others in silence; web
    connections to the same server work."""
    lab.web()
    lab.r1.filter(f"{LIMIT}\n tcp dport 22 drop")
    lab.curl(lab.url("/"))
    knock(lab, 5, 0.35)
    lab.curl(lab.url("/style.css"))
    lab.wait()


@scenario("firewall-some_pass", refuses("firewall"), [variant(6, 40, "rules", "client"), variant(4, 1, "figures", "client")], box="r2")
def firewall_some_pass(lab):
    """A firewall near the server resets some SYNs to a port, one a second, and lets the others pass: the same port is served."""
    listener = lab.listen(22)
    lab.r2.filter(LIMIT)
    knock(lab, 6, 0.3)
    for _ in range(4):
        with contextlib.suppress(OSError):
            listener.settimeout(0.1)
            listener.accept()[0].close()
    lab.wait(0.1)


def alone(lab, box, hosts, ports="22"):
    box.filter(f"tcp dport {{ 22, 3389 }} counter reject with tcp reset")
    for host in hosts:
        for port in ports.split():
            lab.refused(int(port), host)
            lab.wait(0.1)


UNTOLD = refuses("firewall", "refused", "unknown")


@scenario("firewall-alone_far", UNTOLD, [variant(4, 12, "rules", "client r1"), variant(6, 90, "figures", "client")], box="r2")
def firewall_alone_far(lab):
    """A firewall near the server rejects two SYNs with a reset, and nothing else is in the file: no baseline to compare with."""
    alone(lab, lab.r2, [lab.server_ip], "22 3389")


@scenario("firewall-alone_once", UNTOLD, [variant(6, 1, "rules", "client"), variant(4, 90, "figures", "client")], box="r1")
def firewall_alone_once(lab):
    """A firewall near the client rejects one SYN with a reset: two packets, and no baseline."""
    alone(lab, lab.r1, [lab.server_ip])


@scenario("firewall-alone_several", UNTOLD, [variant(4, 40, "rules", "client"), variant(6, 12, "figures", "client r1"), variant(4, 90, "figures", "client")], box="r1")
def firewall_alone_several(lab):
    """A firewall near the client rejects SYNs to several hosts; all resets come from one distance, and no host says anything else."""
    alone(lab, lab.r1, lab.servers)


@scenario("firewall-several", refuses("firewall"), [variant(4, 1, "figures", "client"), variant(6, 40, "rules", "client"), variant(4, 90, "rules", "client")], box="r1")
def firewall_several(lab):
    """A firewall near the client rejects SYNs to several hosts; each of them also serves web pages."""
    lab.web()
    for host in lab.servers:
        lab.curl(lab.url("/style.css", 80, host))
    alone(lab, lab.r1, lab.servers)


def by_box(reset, point):
    return "firewall" if reset.origin == "middlebox" else either("already_reset", "no_connection")


def changed_rules(lab, box, silence):
    """Both sides speak after the rule came into force, and each gets a reset."""
    client, server = dialogue(lab)
    lab.wait(silence)
    box.filter("tcp dport 2525 counter reject with tcp reset\n tcp sport 2525 counter reject with tcp reset")
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    lab.wait(0.2)
    with contextlib.suppress(OSError):
        server.sendall(b"421 timeout, closing\r\n")
    lab.wait(0.2)


@scenario("firewall-mid_rule", by_box, [variant(4, 12, "rules", "client server"), variant(6, 40, "figures", "client r1 server")], box="r1")
def firewall_mid_rule(lab):
    """In mid-connection a firewall near the client gets a rule that rejects the port in both directions: each side's next line draws a
    reset from it."""
    changed_rules(lab, lab.r1, 0)


@scenario("firewall-mid_rule_far", by_box, [variant(6, 1, "rules", "client server"), variant(4, 90, "figures", "client server")], box="r2")
def firewall_mid_rule_far(lab):
    """In mid-connection, after 8 s of silence, a firewall near the server gets a rule that rejects the port in both directions: each
    side's next line draws a reset from it."""
    changed_rules(lab, lab.r2, 8)


@scenario("firewall-mid_string", by_box, [variant(4, 1, "figures", "client server"), variant(6, 12, "rules", "client")], box="r2")
def firewall_mid_string(lab):
    """iptables with a string match, near the server, rejects a web request that carries a forbidden word, which the server never sees."""
    lab.web()
    iptables(lab, lab.r2, "nft", "FORWARD -p tcp --dport 80 -m string --algo bm --string forbidden")
    lab.curl(lab.url("/style.css"))
    lab.curl(lab.url("/?q=forbidden"), check=False)
    lab.wait(0.3)


def prevention(lab, reset):
    """The rule of an intrusion prevention system on the line: the offending segment goes no further, and both sides get a reset."""
    def rule(segment, direction):
        if direction == "to_server" and b"EXPN" in lab.relay.packet:
            lab.relay.rule = lambda segment, direction: None if segment.is_reset else True
            reset(segment)
            return True
        return None
    return rule


@scenario("firewall-prevention", by_box, [variant(4, 40, "rules", "client server"), variant(6, 12, "figures", "client server r1")])
def firewall_prevention(lab):
    """An intrusion prevention system in mid-path drops an offending command, and resets both sides in their order of numbers, by packets
    of its own."""
    client, _ = dialogue(lab)
    lab.wait()

    def both(segment):
        lab.forge("to_client", segment, segment.ack, segment.seq, RST | ACK, ttl=127, back=True, after=lab.delay, ip_id=0x77AA, window=512, origin="middlebox")
        lab.forge("to_server", segment, segment.seq, segment.ack, RST | ACK, ttl=127, after=lab.delay, ip_id=0x77AB, window=512, origin="middlebox")

    lab.relay.rule = prevention(lab, both)
    client.sendall(b"EXPN staff\r\n")
    lab.wait(0.5)


@scenario("firewall-answers_host", refuses("firewall"), [variant(6, 90, "rules", "client"), variant(4, 12, "figures", "client server")], box="r2")
def firewall_answers_host(lab):
    """A firewall near the server rejects one of the server's ports; the server's mail port answers, and keeps its dialogue, all along."""
    client, server = dialogue(lab)
    lab.r2.filter("tcp dport 8443 counter reject with tcp reset")
    lab.refused(8443)
    for command, answer in ((b"RCPT TO:<bert@example.net>\r\n", b"250 recipient ok\r\n"), (b"QUIT\r\n", b"221 bye\r\n")):
        client.sendall(command)
        read_all(server, len(command))
        lab.refused(8443)
        server.sendall(answer)
        read_all(client, len(answer))
    client.close()
    server.close()
    lab.wait(0.1)
