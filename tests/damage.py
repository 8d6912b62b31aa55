"""Captures that are not as they should be, made from good ones.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import random
import struct

import environment
import mutations

HEADER = 24
RECORD = struct.Struct("<IIII")


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


def write(head, records, path=None):
    """The file of the records; where no path is given, in a new folder."""
    path = path or environment.own_folder("damaged") / "capture.pcap"
    path.write_bytes(head + b"".join(RECORD.pack(*record) + data for record, data in records))
    path.chmod(0o644)
    return path


def run(command):
    done = environment.host().run(*command)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stderr}")


def cut(path, size):
    """Leaves so many bytes of the file."""
    path.write_bytes(path.read_bytes()[:size])


def half_of_the_file(capture):
    path = environment.lend(capture)
    cut(path, path.stat().st_size // 2)
    return path


def edited(*options):
    """A kind of damage that editcap does."""
    def kind(capture):
        path = environment.own_folder("damaged") / "capture.pcapng"
        run(["editcap", *options, capture, path])
        return path
    return kind


def mutated(mutation, *seed):
    """A kind of damage that befalls the packets as `mutation` says."""
    def kind(capture):
        head, records = classic(capture)
        return write(head, mutation(random.Random(*seed), records))
    return kind


KINDS = {
    "half_of_the_file": half_of_the_file,
    "snapped_at_68": edited("-s", "68"),
    "snapped_at_54": edited("-s", "54"),
    "snapped_at_40": edited("-s", "40"),
    "shuffled": mutated(mutations.shuffled, 1),
    "backwards": mutated(mutations.backwards),
    "every_packet_twice": mutated(mutations.every_packet_twice),
    "random_payload": mutated(functools.partial(mutations.random_behind, kept=mutations.HEADERS), 2),
    "times_all_over": mutated(mutations.times_all_over, 3),
    "random_bytes_changed": edited("-E", "0.02", "--seed", "4"),
    "many_random_bytes_changed": edited("-E", "0.2", "--seed", "5"),
}
