"""Packets and captures, byte by byte: what no host and no program would make.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import struct

LINKTYPE_RAW = 101
# Bytes before IP by the file's link type: Ethernet, raw IP, Linux cooked v2.
LINKS = {1: 14, LINKTYPE_RAW: 0, 276: 20}
PROTOCOL_IPV4, PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_IPV6, PROTOCOL_GRE = 4, 6, 17, 41, 47
FIN, SYN, RST, PUSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
START = 1_700_000_000    # s
MICROSECONDS = 1_000_000
LONGEST_IPV4 = 65535
HOPS = 64
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, LINKTYPE_RAW)


def pcap(packets, step=5):
    """A pcap file of the packets, so many microseconds apart."""
    moments = (divmod(number * step, MICROSECONDS) for number in range(len(packets)))
    return timed((START + second, microsecond, data) for (second, microsecond), data in zip(moments, packets))


def timed(packets):
    """A pcap file of the packets, each with its seconds and microseconds."""
    return HEADER + b"".join(record(*packet) for packet in packets)


def record(second, microsecond, data, beyond=0):
    """A packet in a pcap file, which goes on for so many bytes beyond those that were captured."""
    return struct.pack("<IIII", second, microsecond, len(data), len(data) + beyond) + data


def packet(source, destination, protocol, payload, identification=1):
    """With a length of 0 where none fits: as a capture on a host that leaves cutting to its network card has it."""
    length = 20 + len(payload)
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, length if length <= LONGEST_IPV4 else 0, identification & 0xFFFF, 0, HOPS, protocol, 0,
                       source, destination) + payload


def segment(source, destination, sequence, acknowledged, flags, payload=b"", options=b"", window=0):
    """Options are filled up with their end, 0, to whole words."""
    options += bytes(-len(options) % 4)
    words = 5 + len(options) // 4
    return struct.pack(">HHIIBBHHH", source, destination, sequence % (1 << 32), acknowledged % (1 << 32), words << 4, flags, window, 0,
                       0) + options + payload


def place_of_tcp(frame, link):
    """Where the TCP header begins, of a frame that holds one directly in IP; None for others."""
    ip = LINKS[link]
    version = frame[ip] >> 4 if len(frame) > ip else 0
    if version == 4 and frame[ip + 9:][:1] == bytes([PROTOCOL_TCP]):
        return ip + (frame[ip] & 15) * 4
    if version == 6 and frame[ip + 6:][:1] == bytes([PROTOCOL_TCP]):
        return ip + 40
    return None


class Talk:
    """One conversation of a client and a server."""

    def __init__(self, client=bytes([10, 1, 1, 1]), server=bytes([10, 2, 2, 2]), ports=(4000, 80)):
        self.sockets = [(client, ports[0]), (server, ports[1])]
        self.count = 0

    def _of(self, own, peer, *numbers, **more):
        (source, port), (destination, other) = self.sockets[own], self.sockets[peer]
        self.count += 1
        return packet(source, destination, PROTOCOL_TCP, segment(port, other, *numbers, **more), identification=self.count)

    def client(self, *numbers, **more):
        """Sequence number, acknowledgment and flags of what the client sends."""
        return self._of(0, 1, *numbers, **more)

    def server(self, *numbers, **more):
        return self._of(1, 0, *numbers, **more)

    def opened(self, client=1000, server=5000):
        """The handshake, with these first numbers."""
        return [self.client(client, 0, SYN), self.server(server, client + 1, SYN | ACK), self.client(client + 1, server + 1, ACK)]
