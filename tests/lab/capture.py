"""Captures at several points of the path at once, by tcpdump; and reading them back."""

import dataclasses
import pathlib
import signal
import struct
import subprocess
import time

import packet

# name of a capture point -> (namespace, device)
POINTS = {"client": ("client", "eth0"), "r1": ("r1", "lan0"), "r1wan": ("r1", "wan0"), "r1any": ("r1", "any"),
          "r2": ("r2", "lan0"), "r2wan": ("r2", "wan0"), "server": ("server", "eth0"),
          "clientany": ("client", "any"), "serverany": ("server", "any")}


@dataclasses.dataclass
class Frame:
    """One captured frame: its number as Wireshark counts, its time in seconds, and its TCP segment if it has one."""
    number: int
    time: float
    segment: packet.Segment


class Captures:
    """tcpdump at every point in `points`, from start() to stop(); files[point] is the capture."""

    def __init__(self, network, folder, points, snap=2048):
        self.files = {}
        self._programs = []
        for point in points:
            host, device = POINTS[point]
            self.files[point] = pathlib.Path(folder, f"{point}.pcap")
            command = ["tcpdump", "-Z", "root", "-n", "-i", device, "-s", str(snap), "-B", "8192", "-U", "--immediate-mode",
                       "--time-stamp-precision=nano", "-w", str(self.files[point])]
            program = network.hosts[host].start(command, stderr=subprocess.PIPE, text=True)
            self._programs.append((point, program))
        for point, program in self._programs:
            while "listening on" not in (line := program.stderr.readline()):
                if not line:
                    raise RuntimeError(f"tcpdump at {point} did not start")

    def stop(self):
        time.sleep(0.15)
        for _, program in self._programs:
            program.send_signal(signal.SIGINT)
        for point, program in self._programs:
            _, log = program.communicate(timeout=10)
            if "\n0 packets dropped" not in "\n" + log:
                raise RuntimeError(f"tcpdump at {point} lost packets: {log}")


def records(path):
    """The records of a pcap file: (link type, [(seconds, captured bytes)])."""
    data = pathlib.Path(path).read_bytes()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    scale = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}[magic]
    result, at = [], 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, at)
        at += 16
        result.append((seconds + fraction * scale, data[at:at + captured]))
        at += captured
    return link & 0xFFFF, result


def frames(path):
    link, all_records = records(path)
    return [Frame(number, when, packet.segment(packet.network_layer(raw, link))) for number, (when, raw) in enumerate(all_records, 1)]
