"""Connections that a third party cuts: firewalls in mid-connection, forgers, and boxes that dislike an option."""

from lab import linger, read_all
from packet import RST, ACK
from registry import always, either, none, scenario, variant
from scenarios.aborting import dialogue

# Payload begins after a TCP header of 32 bytes (timestamps): "BDAT" of the mail dialogue, "250 " of its answers.
BDAT, ANSWER = "@th,256,32 0x42444154", "@th,256,32 0x32353020"


def cut(lab, box):
    """The firewall gets a new rule in mid-connection, and the client then says the word that it forbids."""
    client, _ = dialogue(lab)
    lab.wait()
    box.filter(f"tcp dport 2525 {BDAT} counter reject with tcp reset")
    client.sendall(b"BDAT 86 LAST\r\n")
    lab.wait(0.3)


MID = [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client"), variant(6, 40, "rules", "r1"), variant(4, 1, "figures", "r1")]


@scenario("firewall-mid_near", always("firewall"), MID, box="r1")
def firewall_mid_near(lab):
    """A firewall one hop from the client resets an established connection at a forbidden word, which the server never sees."""
    cut(lab, lab.r1)


@scenario("firewall-mid_far", always("firewall"), MID[:2], box="r2")
def firewall_mid_far(lab):
    """A firewall one hop from the server resets an established connection at a forbidden word, which the server never sees."""
    cut(lab, lab.r2)


def answer_judge(reset, point):
    return "firewall" if reset.origin == "middlebox" else either("already_reset", "no_connection")


@scenario("firewall-mid_answer", answer_judge, [variant(4, 40, "figures", "server"), variant(6, 1, "rules", "server")], box="r1")
def firewall_mid_answer(lab):
    """A firewall one hop from the client resets a connection towards the server at a word in the server's answer. The client, which knows
    nothing of it, repeats its request, and the server, reset before, answers that with a reset of its own."""
    client, server = dialogue(lab)
    lab.wait()
    lab.r1.filter(f"tcp sport 2525 {ANSWER} counter reject with tcp reset")
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    server.sendall(b"250 recipient ok\r\n")
    lab.wait(0.3)


@scenario("firewall-icmp", none, [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client")])
def firewall_icmp(lab):
    """A firewall rejects SYNs by an ICMP error (administratively prohibited), which quotes their TCP header. No reset."""
    lab.web()
    prohibit(lab, "tcp dport 22")
    lab.curl(lab.url("/"))
    try:
        lab.connect(22)
    except OSError:
        pass
    lab.wait(0.3)


def prohibit(lab, what):
    kind = "icmp type admin-prohibited" if lab.ip == 4 else "icmpv6 type admin-prohibited"
    lab.r2.filter(f"{what} reject with {kind}")


@scenario("quoted_in_icmp", always("app_abort"), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client r1")])
def quoted_in_icmp(lab):
    """A client aborts a dialogue; a firewall near the server answers the reset with an ICMP error that quotes it. The quoted one is
    no segment, and no reset."""
    client, server = dialogue(lab)
    client.sendall(b"DATA\r\n")
    read_all(server, 6)
    lab.wait()
    prohibit(lab, "tcp flags rst tcp dport 2525")
    linger(client)
    client.close()
    lab.wait(0.3)


@scenario("ecn_blocked", always("ecn_blocked", "firewall"), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client")], box="r1")
def ecn_blocked(lab):
    """A box near the client resets SYNs that ask for ECN; the same connection without ECN works."""
    lab.web()
    lab.r1.filter("tcp flags & (syn | ack | ecn | cwr) == (syn | ecn | cwr) counter reject with tcp reset")
    lab.client.sysctl("ipv4.tcp_ecn", 1)
    lab.refused(80)
    lab.client.sysctl("ipv4.tcp_ecn", 0)
    lab.curl(lab.url("/"))
    lab.wait()


def forged(reset, point):
    if reset.origin == "attacker":
        return either("injected", "blind_reset")
    return either("already_reset", "injected") if reset.number == 1 else either("already_reset", "in_flight")


@scenario("injected-keyword", forged, [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client server"), variant(4, 1, "figures", "client")])
def injected_keyword(lab):
    """A censor on the line sees a forbidden name in a request and forges three resets (seq + 0, + 1460, + 4380) in the server's name
    to the client, with IPv6 also one in the client's name to the server, which overtakes the request and draws a challenge ACK. The server's own
    answer follows."""
    lab.web()

    def censor(segment, direction):
        if direction == "to_server" and segment.length and segment.dport == 80:
            for offset in (0, 1460, 4380):
                lab.forge("to_client", segment, back=True, seq=segment.ack + offset, ack=segment.end, flags=RST | ACK, ttl=100 + offset % 7)
            if lab.ip == 6:
                lab.forge("to_server", segment, seq=segment.end, ack=segment.ack, flags=RST | ACK, ttl=100)

    lab.curl(lab.url("/style.css"))
    lab.relay.rule = censor
    lab.curl("-H", "Host: forbidden.example.com", lab.url("/"), check=False)
    lab.wait(0.3)


@scenario("blind_reset", always("blind_reset", "injected"), [variant(4, 40, "rules", "server"), variant(6, 1, "figures", "server")])
def blind_reset(lab):
    """An attacker off the path guesses a reset into the server's window, but not the exact sequence number: the server sends
    challenge ACKs, not more than two a second, and the dialogue goes on."""
    client, server = dialogue(lab)
    lab.wait()
    last = lab.relay.last("to_server")
    for offset, pause in ((9000, 0.1), (21000, 0.7), (33000, 0.1)):
        lab.forge("to_server", last, seq=last.end + offset, ttl=51)
        lab.wait(pause)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    server.sendall(b"250 recipient ok\r\n")
    read_all(client, 18)
    client.close()
    server.close()
    lab.wait(0.1)
