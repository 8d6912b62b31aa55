"""Texts that would do harm where they were printed as they are, in packets, in a capture's comments, and as names of files.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import struct

from wire import ACK, LINKTYPE_RAW, PUSH, RST, Talk

# What a spreadsheet would take for formulas.
FORMULAS = [b"=cmd|' /C calc'!A0", b"+cmd is a formula", b"-2+3 is a formula", b"@SUM is a formula", b"\t=1+1 after a tab",
            b"\r=1+1 after a return"]
# Escapes of terminals, directives of printf, no UTF-8, markup, what CSV is made of, and the same as a firewall says it.
TEXTS = [b"\x1b[2J\x1b]0;owned\x07", b"%s%n%s%n%99999d", b"\xff\xfe\xc0\x80 reset \xf5", b"@SUM(1+1)", *FORMULAS,
         b"<script>alert(1)</script>", b"line\r\nanother: line\x00\x00", "\u202egnp.exe \u2028".encode(), b"A" * 1400,
         b'one,"two";\'three\'\n\\four', b"BIG-IP: [0x273e3e7:998] \x1b[31m{peer}", b"RST cause: " + b"\x9b31m" * 100]
# Lines of plugin/explaining's own kinds are among them.
NAMES = [os.fsdecode(name) for name in (
    b"=1+1.pcap", b"+1.pcap", b"-1.pcap", b"@SUM(1).pcap", b"\t=1.pcap", b"\r=1.pcap", b"\n=1.pcap", "\uff1d1.pcap".encode(), b"-", b"'",
    b'one,"two";\\three.pcap', b"new\nline\n", b"in\rside", b"\x1b[2J\x1b]0;owned\x07.pcap", "\x9b31m.pcap".encode(), b"\x7f",
    "\u202egnp.exe".encode(), "\u2028\x85".encode(), b"\xff\xfe.pcap", b"{}", b"$(touch touched)", b"\n\x1estatus 0\n", b"\r\x1ecapture 1\r",
    b'\n{"layers":{"frame":{"frame_frame_number":"1"},"rstanalysis":{"rstanalysis_rstanalysis_cause":"forged"}}}\n')]


def packets():
    """For each text a conversation: a request that holds it, and a reset that does, too."""
    made = []
    for number, text in enumerate(TEXTS):
        talk = Talk(ports=(4000 + number, 80))
        request = b"GET / HTTP/1.1\r\nHost: " + text + b"\r\n\r\n"
        made += [*talk.opened(), talk.client(1001, 5001, PUSH | ACK, payload=request),
                 talk.server(5001, 1001 + len(request), RST | ACK, payload=text)]
    return made


def pcapng(made):
    """The packets in a file whose section, interface and packets have all texts that can be as comments and names."""
    text = b"".join(TEXTS).replace(b"\x00", b"")
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1), text)
    interface = block(1, struct.pack("<HHI", LINKTYPE_RAW, 0, 0), text, 2, 3)
    return section + interface + b"".join(
        block(6, struct.pack("<IIIII", 0, 0, number, len(data), len(data)) + data + bytes(-len(data) % 4), text)
        for number, data in enumerate(made))


def block(kind, body, text, *more):
    """Of pcapng, with the text as its comment (option 1) and as the options `more`."""
    for option in (1, *more):
        body += struct.pack("<HH", option, len(text)) + text + bytes(-len(text) % 4)
    body += bytes(4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length
