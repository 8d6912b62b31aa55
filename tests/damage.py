"""Captures that are not as they should be, made from good ones.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import random
import struct

import environment

HEADER = 24
RECORD = struct.Struct("<IIII")
# Ethernet, IPv4 and TCP without options.
HEADERS = 54


def classic(capture):
    """The capture in the classic pcap format, as (file header, list of (record header, bytes))."""
    path = environment.own_folder("classic") / "capture.pcap"
    run(["editcap", "-F", "pcap", capture, path])
    data = path.read_bytes()
    records, place = [], HEADER
    while place < len(data):
        head = RECORD.unpack_from(data, place)
        place += RECORD.size
        records.append((head, data[place:place + head[2]]))
        place += head[2]
    return data[:HEADER], records


def write(head, records):
    path = environment.own_folder("damaged") / "capture.pcap"
    path.write_bytes(head + b"".join(RECORD.pack(*record) + data for record, data in records))
    path.chmod(0o644)
    return path


def run(command):
    done = environment.host().run(*command)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stderr}")


def edited(capture, *options):
    path = environment.own_folder("damaged") / "capture.pcapng"
    run(["editcap", *options, capture, path])
    return path


def half_of_the_file(capture):
    path = environment.own_folder("damaged") / "capture.pcapng"
    data = capture.read_bytes()
    path.write_bytes(data[:len(data) // 2])
    path.chmod(0o644)
    return path


def snapped_at_68(capture):
    return edited(capture, "-s", "68")


def snapped_at_54(capture):
    return edited(capture, "-s", "54")


def snapped_at_40(capture):
    return edited(capture, "-s", "40")


def shuffled(capture):
    head, records = classic(capture)
    random.Random(1).shuffle(records)
    return write(head, records)


def backwards(capture):
    head, records = classic(capture)
    return write(head, records[::-1])


def every_packet_twice(capture):
    head, records = classic(capture)
    return write(head, [record for record in records for _ in range(2)])


def random_payload(capture):
    dice = random.Random(2)
    head, records = classic(capture)
    return write(head, [(record, data[:HEADERS] + dice.randbytes(len(data[HEADERS:]))) for record, data in records])


def times_all_over(capture):
    dice = random.Random(3)
    head, records = classic(capture)
    return write(head, [((dice.randrange(1 << 32), dice.randrange(1 << 32), *record[2:]), data) for record, data in records])


def random_bytes_changed(capture):
    return edited(capture, "-E", "0.02", "--seed", "4")


def many_random_bytes_changed(capture):
    return edited(capture, "-E", "0.2", "--seed", "5")


KINDS = [half_of_the_file, snapped_at_68, snapped_at_54, snapped_at_40, shuffled, backwards, every_packet_twice,
         random_payload, times_all_over, random_bytes_changed, many_random_bytes_changed]
