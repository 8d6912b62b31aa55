"""A frame that holds two TCP segments: PPP frames one after the other in GRE, as CDMA2000 has them.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import struct

from wire import ACK, PROTOCOL_GRE, PROTOCOL_TCP, RST, SYN, packet, pcap, segment

GRE_CDMA2000, PPP_IPV4 = 0x8881, 0x21
CLIENT, SERVER = bytes([10, 1, 1, 1]), bytes([10, 2, 2, 2])
CLIENT_PORTS = {80: 4000, 81: 4001}    # by the server's


def two_resets():
    """A pcap file: frame 1 has two SYNs, frame 2 the resets that answer them."""
    syns = [packet(CLIENT, SERVER, PROTOCOL_TCP, segment(port, server, 1000, 0, SYN)) for server, port in CLIENT_PORTS.items()]
    resets = [packet(SERVER, CLIENT, PROTOCOL_TCP, segment(server, port, 0, 1001, RST | ACK)) for server, port in CLIENT_PORTS.items()]
    return pcap([packet(CLIENT, SERVER, PROTOCOL_GRE, gre(syns)), packet(SERVER, CLIENT, PROTOCOL_GRE, gre(resets))])


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
