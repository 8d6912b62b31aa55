"""A frame that holds two TCP segments: PPP frames one after the other in GRE, as CDMA2000 has them.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import struct

LINKTYPE_RAW = 101
PROTOCOL_TCP, PROTOCOL_GRE = 6, 47
GRE_CDMA2000, PPP_IPV4 = 0x8881, 0x21
SYN, RST_ACK = 0x02, 0x14
CLIENT, SERVER = bytes([10, 1, 1, 1]), bytes([10, 2, 2, 2])
CLIENT_PORTS = {80: 4000, 81: 4001}    # by the server's


def two_resets():
    """A pcap file: frame 1 has two SYNs, frame 2 the resets that answer them."""
    syns = [packet(CLIENT, SERVER, PROTOCOL_TCP, segment(port, server, 1000, 0, SYN)) for server, port in CLIENT_PORTS.items()]
    resets = [packet(SERVER, CLIENT, PROTOCOL_TCP, segment(server, port, 0, 1001, RST_ACK)) for server, port in CLIENT_PORTS.items()]
    return pcap([packet(CLIENT, SERVER, PROTOCOL_GRE, gre(syns)), packet(SERVER, CLIENT, PROTOCOL_GRE, gre(resets))])


def pcap(packets):
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_RAW)
    return header + b"".join(struct.pack("<IIII", 1700000000 + second, 5, len(data), len(data)) + data
                             for second, data in enumerate(packets))


def packet(source, destination, protocol, payload):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, source, destination) + payload


def segment(source, destination, sequence, acknowledged, flags):
    return struct.pack(">HHIIBBHHH", source, destination, sequence, acknowledged, 0x50, flags, 0, 0, 0)


def gre(packets):
    return struct.pack(">HH", 0, GRE_CDMA2000) + b"".join(map(ppp, packets))


def ppp(packet):
    """In HDLC-like framing, RFC 1662."""
    frame = bytes([0xFF, 3, 0, PPP_IPV4]) + packet
    frame += struct.pack("<H", checksum(frame))
    escaped = b"".join(bytes([0x7D, byte ^ 0x20]) if byte in (0x7D, 0x7E) or byte < 0x20 else bytes([byte]) for byte in frame)
    return b"~" + escaped + b"~"


def checksum(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x8408 if value & 1 else 0)
    return value ^ 0xFFFF
