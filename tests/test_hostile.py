"""Captures that somebody made to do harm: each is read to its end, in bounded memory, with a verdict on each reset.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import json
import random
import unittest

import environment
import reports
import texts
import usage
from wire import (ACK, FIN, HEADER, MICROSECONDS, PROTOCOL_IPV4, PROTOCOL_TCP, PUSH, RST, START, SYN, Talk, packet, pcap, record,
                  segment, timed)

MILLION = 1_000_000
# What the table of the conversations and the hosts takes for one that shows a SYN only, lists' spare room included.
MOST_BYTES_A_CONVERSATION = 600
MOST_BYTES_A_RESET = 500
# Options that end early, overlap the data, have no length, or lie about it (RFC 9293 3.1, RFC 7323 2 and 3, RFC 8684 3).
OPTIONS = [b"\x08", b"\x08\x00", b"\x08\x01", b"\x08\x0a", b"\x08\x0b" + bytes(9), b"\x03\x03\xff", b"\x03\xff\x00", b"\x02\x04\x00\x00",
           b"\x05\x03\x01", b"\x05\x0a" + b"\xff" * 8, b"\x1e\x02", b"\x1e\x04\xc0\x00", b"\x1e\x03\x80", b"\xff" * 40, b"\x01" * 40,
           b"\x13\x12" + bytes(16), b"\xfe\x02\xfe\x02"]


def file_of(data):
    path = environment.own_folder("hostile") / "capture.pcap"
    path.write_bytes(data)
    path.chmod(0o644)
    return path


def syn(number):
    """Of conversation `number`, each with an address of its own."""
    return packet(bytes([10, *number.to_bytes(3, "big")]), bytes([192, 0, 2, number & 7]), PROTOCOL_TCP,
                  segment(1024 + number % 50_000, 80, number, 0, SYN))


class Bounded(unittest.TestCase):
    """Time and memory of the product, against Wireshark's own."""

    def added(self, data):
        command = ["tshark", "-n", "-r", file_of(data), "-Y", "tcp.flags.reset==1"]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            ours, without = pool.map(lambda kind: usage.measure(environment.host(kind), command), ("release", None))
        self.assertEqual((ours.status, ours.errors, ours.lines), (without.status, without.errors, without.lines))
        # Noise aside; a search through a list that grows would take minutes.
        self.assertLess(ours.cpu, 3 * without.cpu + 2)
        return ours.resident - without.resident

    def test_million_conversations_of_one_syn(self):
        added = self.added(pcap([syn(number) for number in range(MILLION)]))
        self.assertLess(added, MILLION * MOST_BYTES_A_CONVERSATION)

    def test_million_resets_of_one_conversation(self):
        talk = Talk()
        resets = [talk.server(5001 + number % 7, 0, RST) for number in range(MILLION)]
        self.assertLess(self.added(pcap(talk.opened() + resets)), MILLION * MOST_BYTES_A_RESET)

    def test_million_segments_of_one_conversation_take_no_memory(self):
        # Of a port that no dissector knows, and acknowledged at once: Wireshark searches through what is not.
        talk = Talk(ports=(4000, 9))
        packets = talk.opened()
        for number in range(MILLION // 2):
            packets += [talk.client(1001 + number, 5001, ACK, payload=b"x"), talk.server(5001, 1002 + number, ACK)]
        # The ring of recent segments, the library, and what malloc does with them.
        self.assertLess(self.added(pcap(packets)), 16 << 20)


class Hostile(unittest.TestCase):
    """With the debug build, where an overflow is a failure that shows."""

    def read(self, data):
        """The reports, by frame; each reset has to have one verdict, in one pass and in two."""
        path = file_of(data)
        for passes in (reports.ONE_PASS, reports.TWO_PASSES):
            reading = reports.read(environment.host("debug"), path, passes)
            self.assertEqual((reading.status, reading.errors), (0, ""))
            self.assertTrue(any(frame.resets for frame in reading.frames.values()))
            self.assertEqual((reading.failures(), reading.misjudged()), ([], {}))
        return reading

    def causes(self, data):
        return [cause for causes in reports.causes_of(self.read(data)).values() for cause in causes]

    def refused(self, first=1000):
        """A handshake, a request, and a reset that answers it; the numbers begin at `first`."""
        talk = Talk()
        opened = talk.opened(first, first)
        request = talk.client(first + 1, first + 1, PUSH | ACK, payload=b"request")
        return pcap([*opened, request, talk.server(first + 1, 0, RST)])

    def test_numbers_that_wrap(self):
        usual = self.causes(self.refused())
        self.assertEqual(len(usual), 1)
        for first in ((1 << 32) - 1, (1 << 32) - 2, (1 << 32) - 5, (1 << 31) - 3):
            with self.subTest(first=first):
                self.assertEqual(self.causes(self.refused(first)), usual)

    def test_each_combination_of_flags(self):
        packets = []
        for flags in range(256):
            talk = Talk(ports=(4000 + flags, 80))
            packets += [*talk.opened(), talk.server(5001, 1001, flags, payload=b"data"), talk.client(1001, 5005, RST | ACK)]
        self.assertGreaterEqual(len(self.causes(pcap(packets))), 256 + 128)

    def test_headers_that_claim_each_length_and_end_anywhere(self):
        reset = Talk().server(5001, 1001, RST | ACK, payload=b"data")
        claimed = [reset[:32] + bytes([words << 4]) + reset[33:] for words in range(16)]
        for kept in (33, 34, 35, 36, 39, 40, len(reset)):
            # As in a capture that keeps so many bytes of each packet; the last one is whole.
            cut = [record(START, 0, packet[:kept], beyond=max(0, len(packet) - kept)) for packet in claimed]
            self.read(HEADER + b"".join(cut) + record(START, 0, reset))

    def test_options_that_break_the_rules(self):
        packets = []
        for number, options in enumerate(OPTIONS):
            talk = Talk(ports=(4000 + number, 80))
            packets += [talk.client(1000, 0, SYN, options=options), talk.server(5000, 1001, SYN | ACK, options=options),
                        talk.client(1001, 5001, ACK, options=options), talk.server(5001, 1001, RST | ACK, options=options)]
        self.assertEqual(len(self.causes(pcap(packets))), len(OPTIONS))

    def test_times_of_all_kinds(self):
        talk = Talk()
        packets = [*talk.opened(), *(talk.client(1001, 5001, ACK, payload=b"again") for _ in range(4)), talk.server(5001, 0, RST),
                   talk.server(5001, 0, RST)]
        dice = random.Random(6)
        for times in ([0] * 9, range(9, 0, -1), [(1 << 32) - 1] * 9, [0, (1 << 32) - 1] * 5, dice.choices(range(1 << 32), k=9)):
            for fraction in (0, MICROSECONDS - 1, (1 << 32) - 1):
                self.read(timed((second, fraction, data) for second, data in zip(times, packets)))

    def test_ports_used_again_and_again(self):
        talk, packets = Talk(), []
        for number in range(50):
            first = 1000 + number * 100_000
            packets += [*talk.opened(first, first + 7), talk.client(first + 1, first + 8, PUSH | ACK, payload=b"request"),
                        talk.server(first + 8, first + 8, RST | ACK)]
        self.assertEqual(len(set(self.causes(pcap(packets, step=100_000)))), 1)

    def test_segments_that_overlap_out_of_order(self):
        talk, dice = Talk(), random.Random(7)
        packets = talk.opened()
        for _ in range(300):
            start, length = dice.randrange(3000), dice.randrange(1, 800)
            packets.append(talk.client(1001 + start, 5001, ACK, payload=bytes(length)))
            if dice.random() < 0.1:
                packets.append(talk.server(5001, 1001 + dice.randrange(3000), dice.choice([RST, RST | ACK, FIN | ACK])))
        dice.shuffle(packets)
        self.read(pcap(packets))

    def test_one_direction_only(self):
        for speaker in (Talk.client, Talk.server):
            talk = Talk()
            self.read(pcap([speaker(talk, 1000, 0, SYN), speaker(talk, 1001, 9, ACK, payload=b"data"), speaker(talk, 1005, 9, RST | ACK),
                            speaker(talk, 1005, 9, RST), speaker(talk, 0, 9, RST)]))

    def test_segment_before_the_network_card_cuts_it(self):
        talk = Talk()
        huge = talk.client(1001, 5001, PUSH | ACK, payload=bytes(200_000))
        reading = self.read(pcap([*talk.opened(), huge, talk.server(5001, 0, RST)]))
        verdict = reading.frames[5].verdicts[0]
        self.assertEqual(verdict.frame("trigger_frame"), 4)
        # Wireshark may have a megabyte told that the file does not hold.
        packets = [*talk.opened(), huge, talk.server(5001, 0, RST)]
        self.read(HEADER + b"".join(record(START, 0, data[:200], beyond=1 << 20) for data in packets))

    def test_tunnels_in_tunnels(self):
        for depth in (10, 30):
            talk = Talk()
            packets = [talk.client(1000, 0, SYN), talk.server(0, 1001, RST | ACK)]
            for _ in range(depth):
                packets = [packet(bytes([10, 9, 9, 1]), bytes([10, 9, 9, 2]), PROTOCOL_IPV4, inner) for inner in packets]
            self.assertEqual(self.causes(pcap(packets)), self.causes(pcap([talk.client(1000, 0, SYN), talk.server(0, 1001, RST | ACK)])))

    def test_texts_of_packets_are_safe_to_print(self):
        data = pcap(texts.packets())
        claims = {frame.verdicts[0].get("claim") for frame in self.read(data).frames.values()}
        self.assertLessEqual({"=cmd|' /C calc'!A0", "<script>alert(1)</script>", "line another: line"}, claims)
        for form in ("ek", "json"):
            run = environment.host("debug").run("tshark", "-n", "-r", file_of(data), "-Y", "rstanalysis", "-T", form, "-J", "rstanalysis")
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            for value in (map(json.loads, run.stdout.splitlines()) if form == "ek" else [json.loads(run.stdout)]):
                self.assert_harmless(value)

    def assert_harmless(self, value):
        """No text of ours holds what a terminal would obey or a reader would mistake, nor is it long."""
        if isinstance(value, dict):
            for name, inner in value.items():
                self.assert_harmless(name)
                self.assert_harmless(inner)
        elif isinstance(value, list):
            for inner in value:
                self.assert_harmless(inner)
        elif isinstance(value, str):
            self.assertTrue(value.isprintable(), repr(value))
            self.assertLess(len(value), 2000)


if __name__ == "__main__":
    unittest.main()
