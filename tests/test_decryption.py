"""Where the file holds the keys, the words of an encrypted alert count, and only there.

The capture was made on one host with OpenSSL 3.0: a server of TLS 1.3 that asks for a client's certificate and gets
none. Its keys are in the file.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import struct
import unittest

import environment
import reports
from reports import ONE_PASS

# pcapng's Decryption Secrets Block. Wireshark's editcap 4.0 refuses to leave it out.
SECRETS = 10


def blocks(pcapng):
    """The blocks of a little-endian pcapng file: type and bytes."""
    start = 0
    while start < len(pcapng):
        kind, length = struct.unpack_from("<II", pcapng, start)
        yield kind, pcapng[start:start + length]
        start += length


def explanation(capture):
    reading = reports.read(environment.host(), capture, ONE_PASS)
    (report,) = [report for frame in reading.frames.values() for report in frame.verdicts]
    return report.get("explanation")


class Decryption(unittest.TestCase):
    def setUp(self):
        self.capture = environment.captures()["decrypted_alert.pcapng"]

    def test_alert_has_its_name_where_the_keys_are_there(self):
        said = explanation(self.capture)
        self.assertIn("certificate_required (116)", said)
        self.assertIn("shop.example", said)

    def test_alert_has_no_name_without_keys(self):
        bare = environment.own_folder("decryption") / "bare.pcapng"
        bare.write_bytes(b"".join(block for kind, block in blocks(self.capture.read_bytes()) if kind != SECRETS))
        bare.chmod(0o644)
        said = explanation(bare)
        self.assertNotIn("certificate_required", said)
        self.assertIn("shop.example", said)


if __name__ == "__main__":
    unittest.main()
