"""What the kernel says of the resets that it sends and takes: the tracepoints tcp_send_reset and tcp_receive_reset.

A tracing instance of our own leaves other users of the machine's tracing alone. The instance's clock is TAI, which converts to the
time that captures carry.
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import time

TRACING = pathlib.Path("/sys/kernel/tracing")
EVENTS = ("tcp_send_reset", "tcp_receive_reset")
LINE = re.compile(r"\s(?P<time>\d+\.\d+): (?P<event>tcp_\w+): (?P<fields>.*)$")


@dataclasses.dataclass
class Event:
    """One line of the trace. `passive` tells whether the kernel names a segment that it answers."""
    time: float
    event: str
    src: tuple
    dst: tuple
    state: str
    reason: str
    passive: bool

    def concerns(self, flow):
        """Whether this line can be about a segment (source, port, destination, port). A reset that a listening socket sends is
        reported with the listener's own addresses: often unspecified, and no peer."""
        if self.state == "TCP_LISTEN":
            return self.passive and self.src[1] == flow[1] and self.src[0] in (flow[0], "0.0.0.0", "::")
        return (*self.src, *self.dst) == flow


def endpoint(text):
    address, _, port = text.rpartition(":")
    return (address.strip("[]").removeprefix("::ffff:"), int(port))


def parse(line, tai_offset):
    """An Event; for tcp_receive_reset, src is the host that takes the reset."""
    match = LINE.search(line)
    if not match or match["event"] not in EVENTS:
        return None
    fields = dict(word.split("=", 1) for word in match["fields"].split() if "=" in word)
    when = float(match["time"]) - tai_offset
    if match["event"] == "tcp_receive_reset":
        src, dst = ((fields[name].removeprefix("::ffff:"), int(fields[port])) for name, port in (("saddrv6", "sport"), ("daddrv6", "dport")))
        return Event(when, match["event"], src, dst, None, None, False)
    answered = fields["skbaddr"].strip("0") not in ("", "(null)")
    state = None if fields["state"] == "UNKNOWN" else fields["state"]
    return Event(when, match["event"], endpoint(fields["src"]), endpoint(fields["dest"]), state, fields["reason"], answered)


class Trace:
    def __init__(self):
        if not (TRACING / "events").exists():
            subprocess.run(["mount", "-t", "tracefs", "tracefs", str(TRACING)], check=True)
        self.path = TRACING / "instances" / f"rstlab-{os.getpid()}"
        self.path.mkdir(exist_ok=True)
        (self.path / "trace_clock").write_text("tai")
        (self.path / "buffer_size_kb").write_text("256")
        for event in EVENTS:
            (self.path / "events" / "tcp" / event / "enable").write_text("1")

    def clear(self):
        (self.path / "trace").write_text("")

    def events(self):
        offset = round(time.clock_gettime(time.CLOCK_TAI) - time.time())
        lines = (self.path / "trace").read_text().splitlines()
        return [event for event in (parse(line, offset) for line in lines) if event]

    def text(self):
        return (self.path / "trace").read_text()

    def stop(self):
        for event in EVENTS:
            (self.path / "events" / "tcp" / event / "enable").write_text("0")
        self.path.rmdir()
