"""What resets say of themselves, from the bytes of a file to Wireshark's fields. The lab's hosts write no such payloads,
so the packets are built here.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pathlib
import struct
import sys
import unittest

import environment
import reports
from reports import TWO_PASSES

sys.path.append(str(pathlib.Path(__file__).parent / "lab"))
from packet import ACK, LINK_ETHERNET, LINK_RAW, PSH, RST, SYN, build

CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 80)
NO_CONTROL = set(map(chr, range(32, 127)))


def packets(claim=b"", window=0, options=b"", server_ttl=62):
    """A request that the server acknowledges and then answers with a reset."""
    def packet(from_client, seq, ack, flags, ttl, number, **more):
        (src, sport), (dst, dport) = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
        return build(src, dst, sport, dport, seq, ack, flags, ttl=ttl, ip_id=number, **more)

    return [packet(True, 1000, 0, SYN, 64, 1, window=64240), packet(False, 5000, 1001, SYN | ACK, 62, 2, window=65160),
            packet(True, 1001, 5001, ACK, 64, 3, window=502), packet(True, 1001, 5001, ACK | PSH, 64, 4, window=502, payload=b"hello"),
            packet(False, 5001, 1006, ACK, 62, 5, window=510), packet(False, 5001, 1006, ACK, 62, 6, window=510),
            packet(False, 5001, 1006, RST | ACK, server_ttl, 7, window=window, options=options, payload=claim)]


def written(frames, link=LINK_RAW, cut=0):
    """The frames in a file, the last one cut by so many bytes."""
    path = environment.own_folder("claims") / "built.pcap"
    records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)]
    for number, frame in enumerate(frames):
        kept = frame[:len(frame) - cut] if number == len(frames) - 1 else frame
        records.append(struct.pack("<IIII", 1_700_000_000, number * 1000, len(kept), len(frame)) + kept)
    path.write_bytes(b"".join(records))
    path.chmod(0o644)
    return path


def report_on(path):
    reading = reports.read(environment.host(), path, TWO_PASSES)
    (report,) = [report for frame in reading.frames.values() for report in frame.verdicts]
    return report


def ethernet(packet):
    """An Ethernet frame, padded to its least length with text."""
    frame = bytes(6) + b"\x02" + bytes(5) + b"\x08\x00" + packet
    return frame + b"padded with text"[:max(0, 60 - len(frame))]


class Claims(unittest.TestCase):
    def claim_of(self, path):
        report = report_on(path)
        return report.cause, report.get("claim"), report.get("claim.code"), report.get("claim.vendor")

    def test_each_form_is_read_from_the_packet(self):
        f5 = b"BIG-IP: [0x2664c65:2574] "
        for made, expected in (
                (packets(f5 + b"No pool member available"), ("no_service", "No pool member available", "2574", "F5 BIG-IP")),
                (packets(f5 + b"No flow found for ACK"), ("no_connection", "No flow found for ACK", "2574", "F5 BIG-IP")),
                (packets(bytes.fromhex("33aa000a00000000")), ("resource_limit", "resource exceeded", "10", "IETF")),
                (packets(bytes.fromhex("33aa000800000000")), ("malformed", "malformed message", "8", "IETF")),
                (packets(window=9401), ("resource_limit", "a limit of connections, buffers or rate was reached", "9401",
                                        "Citrix NetScaler"))):
            with self.subTest(expected[1]):
                self.assertEqual(self.claim_of(written(made)), expected)

    def test_no_claim_is_surer_than_eighty(self):
        for text in (b"No pool member available", b"Connection limit exceeded", b"Policy action"):
            self.assertLessEqual(report_on(written(packets(text))).confidence, 80)

    def test_claim_from_another_distance_is_shown_but_not_believed(self):
        cause, claim, _, _ = self.claim_of(written(packets(b"No pool member available", server_ttl=250)))
        self.assertEqual((cause, claim), ("firewall", "No pool member available"))

    def test_hostile_bytes_come_out_harmless(self):
        hostile = bytes(range(256))
        for claim in (b"BIG-IP: " + hostile, b"\x1b]0;owned\x07 and some more plain words here", hostile, b"A" * 1400,
                      b"BIG-IP: [0x%n%n%s:9]<b>{}\n\r\0\xe2\x80\xae"):
            shown = report_on(written(packets(claim))).get("claim") or ""
            self.assertLessEqual(len(shown), 120)
            self.assertLessEqual(set(shown), NO_CONTROL)

    def test_cut_payload_is_read_as_far_as_it_goes(self):
        whole = b"BIG-IP: [0x2664c65:2574] Connection limit exceeded"
        for cut, shown in ((0, "Connection limit exceeded"), (5, "Connection limit exc"), (len(whole), None)):
            report = report_on(written(packets(whole), cut=cut))
            self.assertEqual(report.get("claim"), shown)
            self.assertEqual(report.cause == "resource_limit", cut == 0)

    def test_padding_of_the_link_layer_is_no_claim(self):
        frames = [ethernet(packet) for packet in packets()]
        self.assertTrue(frames[-1].endswith(b"padded"))
        self.assertIsNone(report_on(written(frames, LINK_ETHERNET)).get("claim"))


if __name__ == "__main__":
    unittest.main()
