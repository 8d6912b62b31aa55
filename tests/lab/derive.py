"""Other forms of a capture that was made: truncated, cut off at its start, one direction only, tagged. Labels follow the frames."""

import pathlib
import struct

import output
import packet


class Pcap:
    """A pcap file as its header and the records' (header, bytes), for rewriting without loss."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        self.head, self.records, at = data[:24], [], 24
        while at < len(data):
            size = struct.unpack_from("<I", data, at + 8)[0]
            self.records.append((data[at:at + 16], data[at + 16:at + 16 + size]))
            at += 16 + size

    @property
    def link(self):
        return struct.unpack_from("<I", self.head, 20)[0] & 0xFFFF

    def segment(self, number):
        return packet.segment(packet.network_layer(self.records[number - 1][1], self.link))

    def write(self, path, records):
        pathlib.Path(path).write_bytes(self.head + b"".join(head + data for head, data in records))


def follow(label, kept, what):
    """The label of a capture that keeps only the frames `kept` (their old numbers, in order)."""
    new = {old: number for number, old in enumerate(kept, 1)}
    resets = []
    for reset in label["resets"]:
        if reset["frame"] not in new:
            continue
        reset = {**reset, "frame": new[reset["frame"]], "trigger_frame": new.get(reset["trigger_frame"])}
        for part in ("first_reset", "duplicate_of", "doubled_of"):
            if part in reset:
                reset[part] = new.get(reset[part])
        resets.append(reset)
    return {**label, "variant": {**label["variant"], "form": what[0]}, "origin": f"{label['origin']}; {what[1]}", "resets": resets}


def keep(source, label, target, kept, what):
    pcap = Pcap(source)
    changed = source.with_name(f"{target.name}.pcap")
    pcap.write(changed, [pcap.records[number - 1] for number in kept])
    output.write(changed, follow(label, kept, what), target, "pcapng")


def snap68(source, label, target):
    """What `tcpdump -s 68` keeps, tcpdump's default in former times: an IPv6 packet's TCP header is cut in its middle."""
    pcap = Pcap(source)
    short = [(head[:8] + struct.pack("<I", min(68, len(data))) + head[12:], data[:68]) for head, data in pcap.records]
    changed = source.with_name(f"{target.name}.pcap")
    pcap.write(changed, short)
    numbers = range(1, len(short) + 1)
    if label["variant"]["ip"] == 6:
        # 14 bytes of each TCP header are left: the flags are there, but tshark gives up before it shows them.
        label = {**label, "resets": [{**reset, "truncated": True} for reset in label["resets"]]}
    output.write(changed, follow(label, numbers, ("snap68", "each frame cut after 68 bytes")), target, "pcapng")


def cut10(source, label, target):
    """A capture that starts in mid-connection: the first ten frames are missing."""
    count = len(Pcap(source).records)
    keep(source, label, target, range(11, count + 1), ("cut10", "the first ten frames removed"))


def oneway(source, label, target):
    """A capture of one direction only: the one in which the first reset goes. Half of the evidence is gone, so "unknown" is a right answer."""
    pcap = Pcap(source)
    numbers = range(1, len(pcap.records) + 1)
    dst = pcap.segment(label["resets"][0]["frame"]).dst
    kept = [number for number in numbers if (segment := pcap.segment(number)) and segment.dst == dst]
    resets = [{**reset, "causes_allowed": [*reset.get("causes_allowed", []), "unknown"]} for reset in label["resets"]]
    keep(source, {**label, "resets": resets}, target, kept, ("oneway", f"only the packets to {dst}"))


def vlan(source, label, target):
    """The same frames with an 802.1Q tag (VLAN 42)."""
    pcap = Pcap(source)
    tagged = []
    for head, data in pcap.records:
        seconds, captured, size = head[:8], *struct.unpack_from("<II", head, 8)
        tagged.append((seconds + struct.pack("<II", captured + 4, size + 4), data[:12] + b"\x81\x00\x00\x2a" + data[12:]))
    changed = source.with_name(f"{target.name}.pcap")
    pcap.write(changed, tagged)
    output.write(changed, follow(label, range(1, len(tagged) + 1), ("vlan", "a VLAN tag added to each frame")), target, "pcapng")


def mirrored(source, label, target, what, again):
    """Each frame, and some microseconds later what `again` makes of it. Of everything else, labels name the first."""
    pcap = Pcap(source)
    records = []
    for head, data in pcap.records:
        seconds, fraction = struct.unpack_from("<II", head)
        later = seconds * 1_000_000_000 + fraction + 4_000 + len(data) * 8
        records += [(head, data), (struct.pack("<II", *divmod(later, 1_000_000_000)) + head[8:], again(data))]
    changed = source.with_name(f"{target.name}.pcap")
    pcap.write(changed, records)
    resets = []
    for reset in label["resets"]:
        numbers = {part: reset[part] * 2 - 1 for part in ("frame", "trigger_frame", "first_reset", "duplicate_of", "doubled_of") if reset.get(part)}
        first = {**reset, **numbers}
        resets += [first, {**first, "frame": first["frame"] + 1, "duplicate_of": first["frame"]}]
    output.write(changed, {**label, "variant": {**label["variant"], "form": what[0]}, "origin": f"{label['origin']}; {what[1]}", "resets": resets}, target, "pcapng")


def span(source, label, target):
    """What a mirror port shows that copies a packet as it comes and again as it goes, within one LAN: all of it twice, without a difference.
    So nothing tells which of the two a reset answers."""
    label = {**label, "resets": [{**reset, "trigger_frame": None} for reset in label["resets"]]}
    mirrored(source, label, target, ("span", "each frame repeated, as a mirror of both directions shows it"), lambda data: data)


def routed(source, label, target):
    """What a mirror of two of a router's ports shows: each packet a second time, behind the router."""
    mirrored(source, label, target, ("routed", "each packet repeated, as a mirror of two of a router's ports shows it"), packet.behind_router)


def plain(source, label, target):
    """The classic pcap format, in microseconds."""
    count = len(Pcap(source).records)
    output.write(source, follow(label, range(1, count + 1), ("plain", "written as classic pcap")), target, "pcap")


FORMS = {"snap68": snap68, "cut10": cut10, "oneway": oneway, "vlan": vlan, "plain": plain, "span": span, "routed": routed}
