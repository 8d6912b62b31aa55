"""TCP/IP packets as the lab sees them: reading a captured frame, and making raw packets for injection."""

import dataclasses
import ipaddress
import struct

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
VXLAN_PORT = (4789).to_bytes(2, "big")
LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2 = 1, 101, 113, 276


@dataclasses.dataclass(frozen=True)
class Segment:
    """One TCP segment. `key` is the same wherever along the path the segment is captured."""
    src: str
    dst: str
    sport: int
    dport: int
    seq: int
    ack: int
    flags: int
    window: int
    options: bytes
    length: int
    ttl: int
    ip_id: int

    @property
    def flow(self):
        return (self.src, self.sport, self.dst, self.dport)

    @property
    def reverse_flow(self):
        return (self.dst, self.dport, self.src, self.sport)

    @property
    def key(self):
        return (*self.flow, self.seq, self.ack, self.flags, self.window, self.options, self.length, self.ip_id)

    @property
    def is_reset(self):
        return bool(self.flags & RST)

    @property
    def is_passive(self):
        """Whether a reset looks as the kernel answers a segment without a connection: no window, and only one number that counts."""
        return self.window == 0 and (not self.flags & ACK or self.seq == 0)

    @property
    def end(self):
        """The sequence number after this segment; SYN and FIN count one."""
        return (self.seq + self.length + bool(self.flags & SYN) + bool(self.flags & FIN)) & 0xFFFFFFFF

    def provokes(self, reset):
        """Whether `reset` is what RFC 9293 3.10.7.1 answers to this segment."""
        if reset.flow != self.reverse_flow or self.is_reset:
            return False
        if self.flags & ACK:
            return reset.seq == self.ack
        return reset.seq == 0 and reset.ack == self.end


def text(address):
    return str(ipaddress.ip_address(address))


def network_layer(frame, link):
    """The IP packet in a captured frame, or None."""
    if link == LINK_RAW:
        return frame
    if link == LINK_ETHERNET:
        kind, start = struct.unpack_from("!H", frame, 12)[0], 14
    elif link == LINK_SLL:
        kind, start = struct.unpack_from("!H", frame, 14)[0], 16
    elif link == LINK_SLL2:
        kind, start = struct.unpack_from("!H", frame, 0)[0], 20
    else:
        raise ValueError(f"link type {link}")
    return frame[start:] if kind in (0x0800, 0x86DD) else None


def segment(packet):
    """The TCP segment in an IP packet, or None. Truncated payloads are fine, truncated headers are not."""
    if packet is None or len(packet) < 20:
        return None
    if packet[0] >> 4 == 4:
        header = (packet[0] & 15) * 4
        total, ip_id = struct.unpack_from("!HH", packet, 2)
        ttl, protocol = packet[8], packet[9]
        src, dst = text(packet[12:16]), text(packet[16:20])
    else:
        header, ip_id = 40, 0
        total = 40 + struct.unpack_from("!H", packet, 4)[0]
        protocol, ttl = packet[6], packet[7]
        src, dst = text(packet[8:24]), text(packet[24:40])
    if protocol == 17 and packet[header + 2:header + 4] == VXLAN_PORT:
        return segment(network_layer(packet[header + 16:], LINK_ETHERNET))
    if protocol != 6 or len(packet) < header + 20:
        return None
    sport, dport, seq, ack, offset, flags, window = struct.unpack_from("!HHIIBBH", packet, header)
    size = (offset >> 4) * 4
    options = packet[header + 20:header + size]
    return Segment(src, dst, sport, dport, seq, ack, flags, window, bytes(options), total - header - size, ttl, ip_id)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def behind_router(frame):
    """An Ethernet frame's packet in the frame that a router sends it on in."""
    kind, start = struct.unpack_from("!H", frame, 12)[0], 14
    if kind not in (0x0800, 0x86DD):
        return frame
    link = b"\x02\0\0\0\x77" + frame[5:6] + b"\x02\0\0\0\x77" + frame[11:12] + frame[12:14]
    if kind == 0x86DD:
        return link + frame[start:start + 7] + bytes([frame[start + 7] - 1]) + frame[start + 8:]
    size = (frame[start] & 15) * 4
    head = frame[start:start + 8] + bytes([frame[start + 8] - 1]) + frame[start + 9:start + 10] + b"\0\0" + frame[start + 12:start + size]
    return link + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + frame[start + size:]


def build(src, dst, sport, dport, seq, ack, flags, window=0, ttl=64, ip_id=0, dont_fragment=True, options=b"", payload=b"",
          flow_label=0):
    """A raw IP packet with one TCP segment in it, both checksums right."""
    source, target = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    options += b"\0" * (-len(options) % 4)
    size = 20 + len(options)
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, size // 4 << 4, flags, window, 0, 0) + options + payload
    if source.version == 4:
        pseudo = source.packed + target.packed + struct.pack("!BBH", 0, 6, len(tcp))
    else:
        pseudo = source.packed + target.packed + struct.pack("!IHBB", len(tcp), 0, 0, 6)
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28 | flow_label, len(tcp), 6, ttl) + source.packed + target.packed + tcp
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), ip_id, 0x4000 if dont_fragment else 0, ttl, 6, 0) + source.packed + target.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + tcp
