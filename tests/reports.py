"""What the plugin shows on the frames of a capture, taken from tshark's PDML.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import dataclasses
import os
import xml.etree.ElementTree as xml

ONE_PASS, TWO_PASSES = (), ("-2",)


@dataclasses.dataclass
class Report:
    """One TCP Reset Analysis tree: the values of each field, in order, and the names of its expert items."""
    heading: str
    fields: dict
    experts: list

    def get(self, name):
        """The first value of rstanalysis.NAME, None where it is not shown."""
        values = self.fields.get("rstanalysis." + name)
        return values[0] if values else None

    @property
    def cause(self):
        return self.get("cause")

    @property
    def confidence(self):
        return int(self.get("confidence"))

    @property
    def provisional(self):
        return self.get("provisional") in ("1", "True")

    def frame(self, name):
        """The value of a field that names a frame."""
        value = self.get(name)
        return None if value is None else int(value)


@dataclasses.dataclass
class Frame:
    number: int
    resets: int       # TCP layers with RST, those that an ICMP error quotes left out
    reports: list
    malformed: bool

    @property
    def verdicts(self):
        return [report for report in self.reports if report.cause is not None]

    @property
    def revisions(self):
        """Pairs of frame and cause."""
        return [(report.frame("revises"), report.get("cause.revised"))
                for report in self.reports if report.get("revises") is not None]

    @property
    def failed(self):
        return any("rstanalysis.failure" in report.experts for report in self.reports)


@dataclasses.dataclass
class Reading:
    """One run of tshark over a capture."""
    status: int
    errors: str
    frames: dict      # by number, those with a report or a reset


RESETS = "tcp.flags.reset == 1 or _ws.malformed"


def read(host, capture, passes, options=(), environment=None):
    filter = f"rstanalysis or {RESETS}" if host.has_plugin else RESETS
    run = host.run("tshark", *passes, "-n", "-r", capture, "-Y", filter,
                   "-T", "pdml", "-J", "tcp rstanalysis", *options, environment=environment)
    frames = (parse_frame(packet) for packet in xml.fromstring(run.stdout or "<pdml/>").iter("packet"))
    return Reading(run.returncode, run.stderr, {frame.number: frame for frame in frames})


def read_all(host, captures, passes):
    """Readings by the captures' names, read as many at a time as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        readings = pool.map(lambda capture: read(host, capture, passes), captures.values())
        return dict(zip(captures, readings))


def parse_frame(packet):
    protocols = packet.findall("proto")
    number = int(packet.find("proto[@name='geninfo']/field[@name='num']").get("show"))
    # What an ICMP error quotes stands below ICMP, not beside it.
    resets = sum(is_reset(protocol) for protocol in protocols if protocol.get("name") == "tcp")
    reports = [parse_report(protocol) for protocol in protocols if protocol.get("name") == "rstanalysis"]
    malformed = any(protocol.get("name") == "_ws.malformed" for protocol in packet.iter("proto"))
    return Frame(number, resets, reports, malformed)


def is_reset(protocol):
    flag = protocol.find(".//field[@name='tcp.flags.reset']")
    return flag is not None and flag.get("show") in ("1", "True")


def parse_report(protocol):
    fields = {}
    for field in protocol.findall("field"):
        fields.setdefault(field.get("name"), []).append(field.get("show"))
    experts = [field.get("name") for field in protocol.findall("field[@name='_ws.expert']/field")
               if field.get("name").startswith("rstanalysis.")]
    return Report(protocol.get("showname"), fields, experts)
