"""What the plugin shows on the frames of a capture, taken from tshark's PDML.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import dataclasses
import io
import os
import re
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
    malformed: int    # layers that say so
    cut: bool = False    # by the capture

    @property
    def ends_early(self):
        """Whether Wireshark may show no flags though they are there: before 4.6 it wants the window, behind them, as well."""
        return self.cut or self.malformed > 0

    @property
    def verdicts(self):
        return [report for report in self.reports if report.cause is not None]

    @property
    def revisions(self):
        """Pairs of frame and cause."""
        return [(int(frame), cause) for report in self.reports
                for frame, cause in zip(report.fields.get("rstanalysis.revises", []),
                                        report.fields.get("rstanalysis.cause.revised", []), strict=True)]

    @property
    def failed(self):
        return any("rstanalysis.failure" in report.experts for report in self.reports)


@dataclasses.dataclass
class Reading:
    """One run of tshark over a capture."""
    status: int
    errors: str
    frames: dict      # by number, those with a report, a reset or a malformed layer

    def failures(self):
        """The frames on which the plugin says that it failed."""
        return [number for number, frame in self.frames.items() if frame.failed]

    def misjudged(self):
        """The frames with another number of verdicts than of resets, both by frame; more are right where a frame ends early."""
        return {number: (frame.resets, len(frame.verdicts)) for number, frame in self.frames.items()
                if len(frame.verdicts) < frame.resets or (len(frame.verdicts) > frame.resets and not frame.ends_early)}

    def host_says(self):
        """What has to be the same without the plugin: status, errors, and which frames are how often malformed."""
        return self.status, timeless(self.errors), {number: frame.malformed for number, frame in self.frames.items() if frame.malformed}


def timeless(errors):
    """Warnings without the number of the process and the time, which differ from run to run."""
    return re.sub(r"\(tshark:\d+\) [\d:.]+", "(tshark)", errors)


RESETS = "tcp.flags.reset == 1 or _ws.malformed"


def options_for(host):
    """What makes tshark print all that parse() wants to know."""
    filter, protocols = (f"rstanalysis or {RESETS}", "tcp rstanalysis") if host.has_plugin else (RESETS, "tcp")
    return ["-n", "-Y", filter, "-T", "pdml", "-J", protocols]


def parse(run):
    """The Reading of a run of tshark with those options."""
    frames = map(parse_frame, packets(run.stdout or "<pdml/>"))
    return Reading(run.returncode, run.stderr, {frame.number: frame for frame in frames})


def packets(pdml):
    """The packets, each forgotten before the next: to hold all of them takes a gigabyte, and three times as long."""
    for _, element in xml.iterparse(io.StringIO(pdml)):
        if element.tag == "packet":
            yield element
            element.clear()


def read(host, capture, passes, options=(), environment=None):
    return parse(host.run("tshark", *passes, "-r", capture, *options_for(host), *options, environment=environment))


def read_all(host, captures, passes):
    """Readings by the captures' names, read as many at a time as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        readings = pool.map(lambda capture: read(host, capture, passes), captures.values())
        return dict(zip(captures, readings))


def causes_of(reading):
    """The causes by frame, as shown there."""
    return {number: [report.cause for report in frame.verdicts] for number, frame in reading.frames.items() if frame.verdicts}


def final_causes(reading, copies):
    """The causes by frame that a single pass ends with: each verdict, or the last one that replaces it. What is revised
    is the original; `copies` maps frames that show the same packet again to it."""
    causes = causes_of(reading)
    for frame in reading.frames.values():
        for revised, cause in frame.revisions:
            causes[revised] = [cause] * len(causes[revised])
    return {**causes, **{copy: causes[original] for copy, original in copies.items()}}


def parse_frame(packet):
    protocols = packet.findall("proto")
    number = int(packet.find("proto[@name='geninfo']/field[@name='num']").get("show"))
    # What an ICMP error quotes stands below ICMP, not beside it.
    resets = sum(is_reset(protocol) for protocol in protocols if protocol.get("name") == "tcp")
    reports = [parse_report(protocol) for protocol in protocols if protocol.get("name") == "rstanalysis"]
    malformed = sum(protocol.get("name") == "_ws.malformed" for protocol in packet.iter("proto"))
    cut = any(protocol.get("name") == "_ws.short" for protocol in packet.iter("proto"))
    return Frame(number, resets, reports, malformed, cut)


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
