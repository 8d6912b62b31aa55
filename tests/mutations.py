"""What can befall the packets of a capture: their order, their times, their bytes. A mutation takes dice and records and
gives records; a record is a pair of pcap's header (seconds, microseconds, bytes captured, bytes on the wire) and the bytes.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import struct

from wire import LINKS, PROTOCOL_GRE, PROTOCOL_IPV4, PROTOCOL_IPV6, PROTOCOL_UDP, RST, packet, place_of_tcp

# Ethernet, IPv4 and TCP without options.
HEADERS = 54
ANY_WORD = 1 << 32
VXLAN_PORT = 4789
IPV4, IPV6 = b"\x08\x00", b"\x86\xdd"
DEEPEST = 5    # tunnels in one another


def shuffled(dice, records):
    return dice.sample(records, len(records))


def shuffled_nearby(dice, records):
    """As packets overtake each other on parallel paths."""
    reach = dice.choice((2, 10, 50))
    places = sorted(range(len(records)), key=lambda place: place + dice.uniform(0, reach))
    return [records[place] for place in places]


def backwards(dice, records):
    return records[::-1]


def every_packet_twice(dice, records):
    return [record for record in records for _ in range(2)]


def some_twice(dice, records):
    return [record for record in records for _ in range(dice.choice((1, 1, 1, 2)))]


def some_lost(dice, records):
    kept = dice.choice((0.3, 0.7, 0.95))
    return [record for record in records if dice.random() < kept]


def times_all_over(dice, records):
    return [((dice.randrange(ANY_WORD), dice.randrange(ANY_WORD), *head[2:]), data) for head, data in records]


def times_that_jump(dice, records):
    jump, jumped = 0, []
    for head, data in records:
        if dice.random() < 0.02:
            jump = dice.choice((0, -1, 1, 3600, -86400, dice.randrange(ANY_WORD)))
        jumped.append((((head[0] + jump) % ANY_WORD, *head[1:]), data))
    return jumped


def longer_on_the_wire(dice, records):
    """As a capture says that was told to keep less of each packet."""
    return [((*head[:3], head[3] + dice.choice((0, 1, 1460, 1 << 20))), data) for head, data in records]


def random_behind(dice, records, kept=None):
    """As randpkt makes packets: a header, and then anything."""
    kept = kept or dice.choice((14, 20, 34, HEADERS, 66, 86))
    return [(head, data[:kept] + dice.randbytes(len(data[kept:]))) for head, data in records]


def cut_anywhere(dice, data, ip, tcp):
    return data[:dice.randrange(len(data) + 1)]


def other_flags(dice, data, ip, tcp):
    """More often than by chance, of a reset."""
    return replaced(data, tcp + 13, bytes([dice.randrange(256) | dice.choice((0, RST))]))


def other_data_offset(dice, data, ip, tcp):
    return replaced(data, tcp + 12, bytes([dice.randrange(256)]))


def other_numbers(dice, data, ip, tcp):
    """Sequence number or acknowledgment, a little off, at the borders of half their circle, or anything."""
    place = tcp + dice.choice((4, 8))
    if len(data) < place + 4:
        return data
    number = struct.unpack_from(">I", data, place)[0]
    number += dice.choice((1, -1, dice.randrange(-70_000, 70_000), 1 << 31, (1 << 31) - 1, dice.randrange(ANY_WORD)))
    return replaced(data, place, struct.pack(">I", number % ANY_WORD))


def other_byte_of_the_header(dice, data, ip, tcp):
    """Ports, window, checksum, options: anything within the longest header."""
    return replaced(data, tcp + dice.randrange(60), bytes([dice.randrange(256)]))


def other_byte_of_ip(dice, data, ip, tcp):
    return replaced(data, ip + dice.randrange(40), bytes([dice.randrange(256)]))


def tunnelled(dice, data, ip, tcp):
    """The packet in packets, with lengths that are right and protocols that do not have to be."""
    inner = data[ip:]
    for _ in range(dice.randrange(1, DEEPEST + 1)):
        version6 = inner[:1] >= b"\x60"
        ethertype = IPV6 if version6 else IPV4
        kind = dice.choice(("ip", "gre", "vxlan", "wrong"))
        if kind == "ip":
            protocol, payload = PROTOCOL_IPV6 if version6 else PROTOCOL_IPV4, inner
        elif kind == "gre":
            protocol, payload = PROTOCOL_GRE, bytes(2) + ethertype + inner
        elif kind == "vxlan":
            ethernet = bytes(12) + ethertype + inner
            udp = struct.pack(">HHHH", 49152, VXLAN_PORT, (16 + len(ethernet)) % (1 << 16), 0)
            protocol, payload = PROTOCOL_UDP, udp + struct.pack(">II", 1 << 27, 7 << 8) + ethernet
        else:
            protocol, payload = dice.randrange(256), inner
        inner = packet(bytes([10, 9, 9, dice.randrange(4)]), bytes([10, 9, 9, dice.randrange(4)]), protocol, payload)
    return {0: b"", 14: data[:12] + IPV4, 20: IPV4 + data[2:20]}[ip] + inner


def replaced(data, place, new):
    return data[:place] + new + data[place + len(new):] if place + len(new) <= len(data) else data


def at_once(records):
    """As if the capture had begun with the epoch."""
    start = records[0][0][0]
    return [((head[0] - start, *head[1:]), data) for head, data in records]


OF_ALL = (shuffled, shuffled_nearby, backwards, every_packet_twice, some_twice, some_lost, times_all_over, times_that_jump,
          longer_on_the_wire, random_behind)
OF_ONE = (cut_anywhere, other_flags, other_flags, other_data_offset, other_numbers, other_byte_of_the_header, other_byte_of_ip, tunnelled)


def one(dice, link):
    """A mutation of all packets, or of a share of the TCP segments each by itself."""
    if dice.random() < 0.4:
        return dice.choice(OF_ALL)
    change, share = dice.choice(OF_ONE), dice.choice((0.01, 0.05, 0.3, 1))

    @functools.wraps(change)
    def mutation(dice, records):
        return [changed(dice, change, record, link) if dice.random() < share else record for record in records]
    return mutation


def changed(dice, change, record, link):
    head, data = record
    tcp = place_of_tcp(data, link)
    if tcp is None:
        return record
    data = change(dice, data, LINKS[link], tcp)
    return (*head[:2], len(data), max(head[3], len(data))), data
