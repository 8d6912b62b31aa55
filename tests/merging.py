"""Many captures interleaved into one, with hosts of their own for each or with the hosts that they have in common.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import struct

import environment
from wire import place_of_tcp

FILE_HEADER = struct.Struct("<IHHiIII")
RECORD = struct.Struct("<IIII")
ETHERNET = 1
IPV4, IPV6 = 0x0800, 0x86DD
NANOSECONDS = 10**9
# Each source starts so much later than the one before: most of them are under way at the same time.
STAGGER = 37_000_000


@dataclasses.dataclass
class Source:
    """One capture: its records as (nanoseconds, captured bytes, bytes on the wire), and where they went in the merged one."""
    name: str
    records: list
    numbers: dict = dataclasses.field(default_factory=dict)

    @property
    def flows(self):
        return {flow for _, frame, _ in self.records if (flow := flow_of(frame))}


def load(name, capture):
    """A Source; None where the frames are not Ethernet."""
    path = environment.own_folder("plain") / "capture.pcap"
    run = environment.host().run("editcap", "-F", "nsecpcap", capture, path)
    if run.returncode != 0:
        raise AssertionError(f"editcap: {run.stderr}")
    data = path.read_bytes()
    if FILE_HEADER.unpack_from(data)[-1] != ETHERNET:
        return None
    records, place = [], FILE_HEADER.size
    while place < len(data):
        seconds, fraction, size, length = RECORD.unpack_from(data, place)
        place += RECORD.size
        records.append((seconds * NANOSECONDS + fraction, data[place:place + size], length))
        place += size
    return Source(name, records)


def merge(sources, own_hosts):
    """A capture of all of them. Fills in `numbers`, which maps a source's frames to the merged ones."""
    pile = []
    for index, source in enumerate(sources):
        start = source.records[0][0]
        for number, (when, frame, length) in enumerate(source.records, 1):
            frame = moved(frame, index + 1) if own_hosts else frame
            pile.append((NANOSECONDS + when - start + index * STAGGER, index, number, frame, length))
    pile.sort(key=lambda entry: entry[:3])
    path = environment.own_folder("merged") / "merged.pcap"
    with path.open("wb") as out:
        out.write(FILE_HEADER.pack(0xA1B23C4D, 2, 4, 0, 0, 0x40000, ETHERNET))
        for merged_number, (when, index, number, frame, length) in enumerate(pile, 1):
            sources[index].numbers[number] = merged_number
            out.write(RECORD.pack(when // NANOSECONDS, when % NANOSECONDS, len(frame), length) + frame)
    path.chmod(0o644)
    return path


def kind_of(frame):
    return struct.unpack_from("!H", frame, 12)[0]


def moved(frame, network):
    """The frame with both IP addresses in another network, private as they were. Checksums stay: Wireshark does not look at them."""
    frame = bytearray(frame)
    if kind_of(frame) == IPV4:
        for address in (26, 30):
            frame[address + (1 if frame[address] == 10 else 2)] = network
    elif kind_of(frame) == IPV6:
        for address in (22, 38):
            if frame[address] == 0xFD:
                frame[address + 5] = network
    return bytes(frame)


def flow_of(frame):
    """What tells a TCP connection from others, in either direction; None for other packets."""
    place = place_of_tcp(frame, ETHERNET)
    if place is None:
        return None
    addresses = (frame[26:30], frame[30:34]) if kind_of(frame) == IPV4 else (frame[22:38], frame[38:54])
    return frozenset(zip(addresses, (frame[place:place + 2], frame[place + 2:place + 4])))
