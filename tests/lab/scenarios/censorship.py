"""Connections that a forger on the line cuts at a forbidden word: the kinds of resets that are known of censors and traffic shapers.

The forger sits on the relay's line, half-way. It sees a segment, and the true one goes on; so the other side's true answer, or its
kernel's, comes too. Known kinds: seq + 0, + 1460, + 4380 with a TTL and a window that count up, and a single reset (Wang et al., "Your
State is Not Mine", IMC 2017, 2.1); + 0 and + 12503, and identical ones (Weaver, Sommer, Paxson, "Detecting Forged TCP Reset Packets",
NDSS 2009, 5).
"""

import contextlib
import dataclasses
import struct

from lab import read_all
from packet import ACK, RST, SYN
from registry import either, scenario, variant
from scenarios.aborting import dialogue


@dataclasses.dataclass(frozen=True)
class Kind:
    """What a forger sends at once: one reset for each offset. The lists of TTLs, IP-IDs and windows are as long, or repeat."""
    offsets: tuple
    flags: int = RST
    ttls: tuple = (57,)
    ip_ids: tuple = (0x3039,)
    windows: tuple = (0,)


TRIPLET = Kind((0, 1460, 4380), RST | ACK, (98, 99, 100), (0x9A21, 0x51C0, 0xE117), (5031, 5032, 5033))
PAIR = Kind((0, 12503), RST, (118, 118), (0x4001, 0x4002))
IDENTICAL = Kind((0, 0, 0), RST, (51,), (0xD431,), (8192,))
SINGLE = Kind((0,), RST, (57,), (0x1F90,), (7212,))
ACKED = Kind((0,), RST | ACK, (44,), (0x0100,), (16384,))
SPREAD = Kind((0, 0, 0, 0, 0), RST | ACK, (61, 77, 113, 149, 201), (7, 7019, 33001, 512, 60001), (229,))
MIMIC = None  # one RST+ACK whose header continues the victim's own


class Censor:
    """A rule for the relay. At the first segment to the server that carries `word` it forges `kind` to the sides of `to`, so many seconds
    later than it could."""

    def __init__(self, lab, kind, word=b"", to="client", late=0.0, flags=None):
        self.lab, self.kind, self.word, self.to, self.late, self.flags = lab, kind, word, to.split(), late, flags
        self.last = {}
        self.done = False

    def __call__(self, segment, direction):
        if not self.done and direction == "to_server" and self.offends(segment):
            self.done = True
            for side in self.to:
                self.forge(segment, side)
        self.last[direction] = segment, self.lab.relay.packet

    def offends(self, segment):
        if self.flags is not None:
            return segment.flags & (SYN | ACK) == self.flags
        return segment.length and self.word in self.lab.relay.packet

    def forge(self, segment, side):
        back = side == "client"
        seq, ack = (segment.ack, segment.end) if back else (segment.end, segment.ack)
        # Half-way: what goes back was under way as long as the segment itself, what goes on arrives just behind it.
        after = self.lab.delay + self.late + (0 if back else 0.0001)
        for number, header in enumerate(self.headers(segment, side)):
            offset, flags = header.pop("offset"), header.pop("flags")
            self.lab.forge(f"to_{side}", segment, seq + offset, ack if flags & ACK else 0, flags, back=back, after=after + number * 0.00002, **header)

    def headers(self, segment, side):
        if self.kind is MIMIC:
            return [self.copied(segment, side)]
        pick = lambda values, number: values[number % len(values)]
        return [{"offset": offset, "flags": self.kind.flags, "ttl": pick(self.kind.ttls, number), "ip_id": pick(self.kind.ip_ids, number),
                 "window": pick(self.kind.windows, number)} for number, offset in enumerate(self.kind.offsets)]

    def copied(self, segment, side):
        """A header that goes on where the victim's last packet stopped: TTL, IP-ID, window, timestamps, flow label."""
        like, raw = self.last["to_client"] if side == "client" else (segment, self.lab.relay.packet)
        header = {"offset": 0, "flags": RST | ACK, "ttl": like.ttl, "window": like.window, "options": like.options}
        if self.lab.ip == 4:
            return {**header, "ip_id": like.ip_id + 1 & 0xFFFF}
        return {**header, "flow_label": struct.unpack_from("!I", raw)[0] & 0xFFFFF}


NEAR = {"client": ("client", "r1", "r1wan", "r1any"), "server": ("server", "r2", "r2wan")}


def forged(to="client", unseen=("no_connection", "unknown"), cause=either("injected")):
    """The judge: forged is what the relay forged; whoever took one answers later segments by resets of its own kernel. Where the forged
    one can't be seen, `unseen` are right too."""
    def judge(reset, point):
        if reset.origin == "attacker":
            return cause
        assert reset.event.passive and reset.sender in to, reset
        allowed = ["in_flight"] if reset.number > 1 else []
        if point not in NEAR[reset.sender]:
            allowed += unseen
        return either("already_reset", *allowed)
    return judge


def web(lab, *words, path="/"):
    """A request, after another one that taught both sides of each other."""
    lab.curl(*words, lab.url(path), check=False)
    lab.wait(0.3)


def forbidden_name(lab, censor):
    lab.web()
    lab.curl(lab.url("/style.css"))
    lab.relay.rule = censor
    web(lab, "-H", "Host: forbidden.example.com")


def forbidden_path(lab, censor):
    lab.web()
    lab.relay.rule = censor
    web(lab, path="/?q=forbidden")


def forbidden_server_name(lab, censor):
    """TLS, with the forbidden name in the ClientHello."""
    key, certificate = lab.folder / "key.pem", lab.folder / "certificate.pem"
    lab.client.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                    "/CN=www.example.com", "-keyout", str(key), "-out", str(certificate)])
    lab.web(options=f"listen 443 ssl; listen [::]:443 ssl; ssl_certificate {certificate}; ssl_certificate_key {key};")
    address = f"[{lab.server_ip}]" if lab.ip == 6 else lab.server_ip
    for name in ("www.example.com", "forbidden.example.com"):
        lab.curl("--insecure", "--connect-to", f"{name}:443:{address}:443", f"https://{name}/", check=False)
        lab.relay.rule = censor
        lab.wait(0.3)


def forbidden_recipient(lab, censor):
    """A mail dialogue, answered by a server that speaks on."""
    client, server = dialogue(lab)
    lab.wait()
    lab.relay.rule = censor
    client.sendall(b"RCPT TO:<forbidden@example.net>\r\n")
    with contextlib.suppress(OSError):
        read_all(server, 33)
        server.sendall(b"250 recipient ok\r\n")
    lab.wait(0.3)


@scenario("injected-triplet", forged(), [variant(4, 40, "figures", "client server"), variant(6, 1, "rules", "client r1wan")])
def injected_triplet(lab):
    """A censor on the line sees a forbidden word in the path of a request and forges three RST+ACK in the server's name (seq + 0, + 1460,
    + 4380; TTL, window and IP-ID of its own) to the client. The server answers the request."""
    forbidden_path(lab, Censor(lab, TRIPLET, b"forbidden"))


@scenario("injected-triplet_both", forged("client server"), [variant(4, 1, "rules", "client server r2"), variant(6, 40, "figures", "client server")])
def injected_triplet_both(lab):
    """A censor on the line sees a forbidden Host and forges three RST+ACK (seq + 0, + 1460, + 4380) to the client, and three to the
    server, which come just behind the request."""
    forbidden_name(lab, Censor(lab, TRIPLET, b"forbidden", "client server"))


@scenario("injected-pair", forged(), [variant(4, 40, "rules", "client server"), variant(6, 1, "figures", "client r1")])
def injected_pair(lab):
    """A traffic shaper on the line forges two RST (seq + 0, + 12503) in the server's name to the client. The server answers the request."""
    forbidden_name(lab, Censor(lab, PAIR, b"forbidden"))


@scenario("injected-pair_server", forged("server"), [variant(6, 40, "rules", "server client"), variant(4, 1, "figures", "server r2wan")])
def injected_pair_server(lab):
    """A traffic shaper on the line forges two RST (seq + 0, + 12503) in the client's name to the server; the client, which knows nothing
    of it, goes on in its dialogue."""
    client, server = dialogue(lab)
    lab.wait()
    lab.relay.rule = Censor(lab, PAIR, b"DATA", "server")
    client.sendall(b"DATA\r\n")
    with contextlib.suppress(OSError):
        read_all(server, 6)
        server.sendall(b"354 go ahead\r\n")
    for line in (b"Subject: figures\r\n", b"\r\nThey are good.\r\n", b".\r\n"):
        lab.wait(0.05)
        with contextlib.suppress(OSError):
            client.sendall(line)
    lab.wait(0.3)


@scenario("injected-identical", forged(), [variant(4, 1, "figures", "client server"), variant(6, 40, "rules", "client r1")])
def injected_identical(lab):
    """A censor on the line forges three identical RST in the server's name to the client. The server answers the request."""
    forbidden_path(lab, Censor(lab, IDENTICAL, b"forbidden"))


@scenario("injected-identical_mail", forged("client server"), [variant(6, 1, "figures", "client server"), variant(4, 40, "rules", "client server")])
def injected_identical_mail(lab):
    """A censor on the line forges three identical RST to either side of a mail dialogue at a forbidden recipient."""
    forbidden_recipient(lab, Censor(lab, IDENTICAL, b"forbidden", "client server"))


@scenario("injected-single", forged(), [variant(4, 40, "rules", "client server"), variant(6, 1, "figures", "client")])
def injected_single(lab):
    """A censor on the line forges one RST, in order, in the server's name, at a forbidden name in a TLS ClientHello. The server's answer
    follows."""
    forbidden_server_name(lab, Censor(lab, SINGLE, b"forbidden"))


@scenario("injected-acked", forged("client server"), [variant(6, 40, "figures", "client server"), variant(4, 1, "rules", "client server")])
def injected_acked(lab):
    """A censor on the line forges one RST+ACK, in order, to each side at a forbidden name in a TLS ClientHello."""
    forbidden_server_name(lab, Censor(lab, ACKED, b"forbidden", "client server"))


@scenario("injected-spread", forged(), [variant(4, 40, "figures", "client"), variant(6, 1, "rules", "client server")])
def injected_spread(lab):
    """Several censors on the line, or one that hides its place, forge five RST+ACK of the same sequence number, each with another TTL, to
    the client. The server answers the request."""
    forbidden_name(lab, Censor(lab, SPREAD, b"forbidden"))


@scenario("injected-mimic", forged(), [variant(4, 40, "rules", "client server"), variant(6, 40, "figures", "client r1wan"), variant(4, 1, "figures", "client")])
def injected_mimic(lab):
    """A censor on the line forges one RST+ACK whose header continues the server's own: TTL, IP-ID, window, timestamps, flow label. Only
    the server's answer, which follows, contradicts it."""
    forbidden_name(lab, Censor(lab, MIMIC, b"forbidden"))


@scenario("injected-mimic_server", forged("server"), [variant(6, 1, "rules", "server"), variant(4, 40, "figures", "server client")])
def injected_mimic_server(lab):
    """A censor on the line forges to the server one RST+ACK whose header continues the client's own; the client repeats what it said."""
    forbidden_recipient(lab, Censor(lab, MIMIC, b"forbidden", "server"))


@scenario("injected-ahead", forged("server"), [variant(4, 40, "rules", "server client"), variant(6, 1, "figures", "server")])
def injected_ahead(lab):
    """A censor whose way is shorter forges a RST in the client's name that overtakes the request: the server's kernel, reset before,
    answers the request by a reset of its own."""
    client, server = dialogue(lab)
    lab.wait()

    def ahead(segment, direction):
        if direction == "to_server" and segment.length:
            lab.relay.rule = None
            lab.forge("to_server", segment, segment.seq, ttl=57, ip_id=0x1F90, window=7212, after=lab.delay * 0.6)
            return 0.002
        return None

    lab.relay.rule = ahead
    client.sendall(b"RCPT TO:<forbidden@example.net>\r\n")
    lab.wait(0.4)


LATE = either("injected", "blind_reset")


@scenario("injected-late", forged("client server", cause=LATE), [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")])
def injected_late(lab):
    """A slow censor forges three RST+ACK (seq + 0, + 1460, + 4380) to the client that come behind the server's true answer: the sequence
    numbers do not fit any more, and the dialogue goes on."""
    client, server = dialogue(lab)
    lab.wait()
    lab.relay.rule = Censor(lab, TRIPLET, b"forbidden", late=lab.delay * 2 + 0.02)
    for command, answer in ((b"RCPT TO:<forbidden@example.net>\r\n", b"250 recipient ok\r\n"), (b"QUIT\r\n", b"221 bye\r\n")):
        client.sendall(command)
        read_all(server, len(command))
        server.sendall(answer)
        read_all(client, len(answer))
        lab.wait(0.1)
    client.close()
    server.close()
    lab.wait(0.1)


def syn_judge(reset, point):
    return forged("client", ("handshake_abandoned", "unknown"))(reset, point)


def at_syn(kind_ttl, late):
    def rule_of(lab):
        def rule(segment, direction):
            if direction == "to_server" and segment.flags & (SYN | ACK) == SYN and segment.dport == 443:
                lab.forge("to_client", segment, 0, segment.end, RST | ACK, ttl=kind_ttl, ip_id=0x2A11, back=True, after=lab.delay + late(lab))
        return rule
    return rule_of


def connect_watched(lab, rule):
    lab.web(ports=(80, 443))
    lab.curl(lab.url("/style.css"))
    lab.relay.rule = rule
    lab.curl("--connect-timeout", "3", lab.url("/", 443), check=False)
    lab.wait(0.4)


@scenario("injected-syn", syn_judge, [variant(4, 40, "rules", "client server"), variant(6, 40, "figures", "client"), variant(6, 1, "rules", "client"),
                                      variant(4, 1, "figures", "client server")])
def injected_syn(lab):
    """A censor on the line forges a RST+ACK to a SYN for a blocked port; the server's SYN-ACK comes behind it, and the client's kernel,
    reset before, answers it by a reset."""
    # The lab's line is short: the SYN-ACK of a server in the same room would come before a forger's answer.
    connect_watched(lab, at_syn(107, lambda lab: -0.0004 if lab.delay < 0.01 else 0)(lab))


@scenario("injected-syn_late", forged("client", cause=LATE), [variant(6, 40, "rules", "client"), variant(4, 1, "figures", "client server")])
def injected_syn_late(lab):
    """A slow censor forges a RST+ACK to a SYN that comes behind the server's SYN-ACK: nobody takes it, and the page is delivered."""
    connect_watched(lab, at_syn(107, lambda lab: lab.delay + 0.01)(lab))
