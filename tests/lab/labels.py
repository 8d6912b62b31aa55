"""Joins the resets in a run's captures with what made them, and writes the label files.

Each reset is found in the capture next to its maker: at the host whose kernel's tracepoint reports it, at the router whose nft rule
rejects, or behind the relay that forged it. From there it is followed into the other captures by the segment's identity. A reset
that none of these made is an error of the lab, not a label.
"""

import collections
import dataclasses

import packet

TRACE_TOLERANCE = 0.005
TRIGGER_TOLERANCE = 0.050


class Unexplained(Exception):
    pass


@dataclasses.dataclass
class Host:
    """A host that makes resets: the capture points beside it, and its addresses."""
    name: str
    points: tuple
    addresses: list
    far: bool = False      # at the server's end of the line


@dataclasses.dataclass
class Reset:
    segment: packet.Segment
    host: Host             # whose address it carries
    sender: str            # what that host is in this connection: client or server
    origin: str            # endpoint, middlebox, attacker
    time: float            # at its near capture
    event: object = None   # the tracepoint's line
    accepted: bool = None  # True if the receiver's kernel reports that it took it
    trigger: packet.Segment = None
    number: int = 0        # counted per maker and connection
    first: object = None   # the first of that sender in that connection
    delay: float = 0.0     # of the line, one way


class Join:
    """The resets of one run. `frames` maps points to frames; `line` is the relay, which knows what it forged and doubled; `hosts` are in the order of the path, so that of two the first is the
    client; `box` is where an nft rule rejects, if anywhere."""

    def __init__(self, frames, events, line, hosts, delay, box=None):
        self.frames, self.delay, self.box = frames, delay, box
        self.hosts = hosts
        self.injected = {segment.key: origin for segment, origin in line.injected}
        self.doubled = {segment.key for segment in line.doubled}
        self.unused = [event for event in events if event.event == "tcp_send_reset"]
        self.taken = [event for event in events if event.event == "tcp_receive_reset"]
        self.resets = []
        for host in hosts:
            for point in host.points:
                self._endpoint_resets(host, point)
        self._foreign_resets()
        self._number()

    def _host(self, address):
        for host in self.hosts:
            if address in host.addresses:
                return host
        raise Unexplained(f"a reset from or to a stranger: {address}")

    def _resets_at(self, *points):
        return [frame for point in points for frame in self.frames[point] if frame.segment and frame.segment.is_reset]

    def _endpoint_resets(self, host, point):
        found = []
        for frame in self._resets_at(point):
            if self._host(frame.segment.src) is not host:
                continue
            # In the order of sending, as two resets may be microseconds apart; but the kernel reports a passive reset before it is
            # sent and an active one afterwards.
            events = self._fitting(self.unused, frame.segment.flow, frame.time)
            event = next((event for event in events if event.passive == frame.segment.is_passive), None)
            if event:
                self.unused.remove(event)
            elif self.box != host.name:
                raise Unexplained(f"{host.name} sent a reset that no tracepoint reports: {frame}")
            found.append((frame, event))
        triggers = self._triggers(point, [frame for frame, event in found if event is None or event.passive])
        for frame, event in found:
            self._add(frame, "endpoint", event, triggers.get(frame.number))

    def _foreign_resets(self):
        own = {reset.segment.key for reset in self.resets}
        near = [point for point in self.frames if self.box and point.startswith(self.box)]
        for point in near + [point for point in self.frames if point not in near]:
            known = [reset.segment.key for reset in self.resets if reset.origin != "endpoint"]
            triggers = self._triggers(point, self._resets_at(point)) if point in near else {}
            for frame in self._without_copies(point):
                if frame.segment.key in own:
                    continue
                if frame.segment.key in known:
                    if frame.segment.key not in self.doubled:
                        known.remove(frame.segment.key)
                    continue
                forged = self.injected.get(frame.segment.key)
                if not forged and point not in near:
                    raise Unexplained(f"nobody made this reset, seen at {point}: {frame}")
                self._add(frame, forged or "middlebox", None, None if forged else triggers.get(frame.number))

    def _add(self, frame, origin, event, trigger):
        sender, receiver = self._host(frame.segment.src), self._host(frame.segment.dst)
        role = "client" if self.hosts.index(sender) < self.hosts.index(receiver) else "server"
        reset = Reset(frame.segment, sender, role, origin, frame.time, event, None, trigger, delay=self.delay)
        for copy in self._resets_at(*receiver.points):
            if copy.segment.key == reset.segment.key and (taken := next(self._fitting(self.taken, copy.segment.reverse_flow, copy.time), None)):
                self.taken.remove(taken)
                reset.accepted = True
                break
        self.resets.append(reset)

    @staticmethod
    def _fitting(events, flow, when):
        """The trace's lines about a flow near a time, the earliest first."""
        return (event for event in events if event.concerns(flow) and abs(event.time - when) < TRACE_TOLERANCE)

    def _triggers(self, point, resets):
        """Beside its maker, a passive reset answers the last segment before it that fits. Several segments may wait for a busy socket
        and be answered in a row; so walk backwards, and give the last segment to the last reset that still has none."""
        triggers, waiting, numbers = {}, [], {frame.number for frame in resets}
        for frame in reversed(self.frames[point]):
            if frame.number in numbers:
                waiting.append(frame)
            waiting = [reset for reset in waiting if reset.time - frame.time < TRIGGER_TOLERANCE]
            for reset in waiting:
                if frame.segment and frame.segment.provokes(reset.segment):
                    triggers[reset.number] = frame.segment
                    waiting.remove(reset)
                    break
        return triggers

    def _without_copies(self, point):
        return [frame for frame in self._resets_at(point) if not self._original(point, frame)]

    def _original(self, point, copy):
        """The frame that this one repeats in a capture on several devices: the same segment a moment earlier, before its hop."""
        if not point.endswith("any"):
            return None
        for frame in reversed(self.frames[point][:copy.number - 1]):
            if copy.time - frame.time > 0.002:
                return None
            if frame.segment and frame.segment.key == copy.segment.key and frame.segment.ttl == copy.segment.ttl + 1:
                return frame
        return None

    def _number(self):
        self.resets.sort(key=lambda reset: reset.time)
        series = {}
        for reset in self.resets:
            earlier = series.setdefault((reset.segment.flow, reset.origin), [])
            earlier.append(reset)
            reset.number, reset.first = len(earlier), earlier[0]

    def _transit(self, host, point):
        near_client = point.startswith(("client", "r1"))
        return self.delay if near_client == host.far else 0.0

    def at(self, point):
        """Pairs of frame and reset, for each reset in that point's capture, copies of the capture left out. A reset that the line doubled
        comes twice."""
        pending, frames = list(self.resets), self._without_copies(point)
        here = collections.Counter(frame.segment.key for frame in frames)
        made = collections.Counter(reset.segment.key for reset in self.resets)
        for frame in frames:
            key = frame.segment.key
            twice = key in self.doubled and here[key] > made[key]
            fitting = [reset for reset in (self.resets if twice else pending) if reset.segment.key == key]
            if not fitting:
                raise Unexplained(f"{point}: {frame}")
            # Passive resets of a series look the same. All came: the line keeps their order. Some were lost: time must tell.
            reset = fitting[0] if here[key] == made[key] else min(
                fitting, key=lambda reset: abs(frame.time - reset.time - self._transit(reset.host, point)))
            if not twice:
                pending.remove(reset)
            elif made[key] > 1:
                # Nothing in the file tells whose copy it is.
                reset = dataclasses.replace(reset, trigger=None)
            yield frame, reset

    def labels(self, point, judge):
        """The `resets` list of the label file for one point. `judge(reset, point)` is the scenario's: a cause, or a dict of parts."""
        result, first, frame_of, label_of = [], {}, {}, {}
        for frame, reset in self.at(point):
            copied = (reset.segment.key, reset.time)
            if copied in label_of:
                result.append(self._again(frame, label_of[copied]))
                frame_of[frame.number] = result[-1]
                continue
            verdict = judge(reset, point)
            verdict = {"cause": verdict} if isinstance(verdict, str) else dict(verdict)
            label = {"frame": frame.number, **verdict,
                     "kernel_reason": reset.event.reason if reset.event else None,
                     "kernel_state": reset.event.state if reset.event else None,
                     "origin": reset.origin, "sender": reset.sender,
                     "trigger_frame": self._frame_of(point, reset.trigger, frame), "accepted": reset.accepted}
            flow = (reset.segment.flow, reset.origin)
            if verdict["cause"] in ("in_flight", "lost_reset", "already_reset") and flow in first:
                label["first_reset"] = first[flow]
            first.setdefault(flow, frame.number)
            frame_of[frame.number] = label_of[copied] = label
            result.append(label)
        for frame in self._resets_at(point):
            if original := self._original(point, frame):
                copy = {**frame_of[original.number], "frame": frame.number, "duplicate_of": original.number}
                result.append(copy)
        return sorted(result, key=lambda label: label["frame"])

    @staticmethod
    def _again(frame, label):
        """The label of a reset's second coming, where the line doubled it: it means the same, and changes nothing any more."""
        allowed = [*label.get("causes_allowed", []), "in_flight"]
        return {**label, "frame": frame.number, "causes_allowed": allowed, "accepted": None, "first_reset": label.get("first_reset", label["frame"]),
                "doubled_of": label["frame"]}

    def _frame_of(self, point, segment, reset_frame):
        if segment is None:
            return None
        # The network may deliver a packet twice; the reset answers the copy that came last.
        for frame in reversed(self.frames[point][:reset_frame.number]):
            if frame.segment and frame.segment.key == segment.key and not self._original(point, frame):
                return frame.number
        return None
