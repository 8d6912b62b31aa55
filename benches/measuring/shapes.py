"""What one capture of a shape costs, in all variants.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import statistics

from measuring import captures, process
from measuring.trouble import Trouble

SHAPES = {
    "long": "few long conversations",
    "short": "many short conversations",
    "scan": "SYN/RST pairs of a scan",
    "storm": "a reset storm",
    "mix": "mix",
}
# A scan has two packets for each of a million closed ports.
FULL = {"scan": 2_000_000}
PACKETS = 500_000
QUICK_SHARE = 10


@dataclasses.dataclass
class Figures:
    capture: captures.Capture
    usages: dict
    """The runs of each variant, in the same order."""
    counted: captures.Capture
    """The capture whose instructions were counted."""
    instructions: dict
    """By variant, without the start-up."""

    def added(self, variant, quantity):
        """What the variant adds, by the median of its runs, each against the one before it without."""
        pairs = zip(self.usages[variant], self.usages["none"])
        return statistics.median(getattr(with_it, quantity) / getattr(without, quantity) - 1 for with_it, without in pairs)

    def median(self, variant, quantity):
        return statistics.median(getattr(usage, quantity) for usage in self.usages[variant])

    def added_instructions(self, variant):
        return self.instructions[variant] / self.instructions["none"] - 1

    def added_instructions_a_packet(self, variant):
        return (self.instructions[variant] - self.instructions["none"]) / self.counted.packets

    def added_memory(self, variant):
        """Bytes at the peak."""
        pairs = zip(self.usages[variant], self.usages["none"])
        return statistics.median(with_it.resident - without.resident for with_it, without in pairs)


def measure(shape, variants, counter, choice):
    packets = FULL.get(shape, PACKETS) // (QUICK_SHARE if choice.quick else 1)
    with captures.made(shape, packets) as capture:
        usages = {name: [] for name in variants}
        # The first round reads the capture into the memory of the kernel, and does not count.
        for number in range(choice.rounds + 1):
            for name, variant in variants.items():
                usage = process.measure(variant.host, variant.command(capture.path))
                if usage.lines != capture.resets:
                    raise Trouble(f"tshark ({name}) shows {usage.lines} of {capture.resets} resets, so its figures mean nothing.")
                if number > 0:
                    usages[name].append(usage)
    with captures.made(shape, choice.counted) as small:
        return Figures(capture, usages, small, counter.count(small))
