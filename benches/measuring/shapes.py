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
# What memory grows by is seen between a capture of so small a share and the whole.
SMALLER_SHARE = 5


@dataclasses.dataclass
class Resident:
    """What the plugin adds to the memory of tshark at its peak."""
    capture: captures.Capture
    alone: int
    added: int


@dataclasses.dataclass
class Figures:
    capture: captures.Capture
    usages: dict
    """The runs of each variant, in the same order."""
    counted: captures.Capture
    """The capture whose instructions were counted."""
    instructions: dict
    """By variant, without the start-up."""
    smaller: Resident

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

    def resident(self):
        return resident(self.capture, self.usages)

    def memory_each(self, count):
        """Bytes that the plugin takes for one more of what `count` counts in a capture: what it takes once is left out."""
        whole = self.resident()
        return (whole.added - self.smaller.added) / (count(whole.capture) - count(self.smaller.capture))


def resident(capture, usages):
    pairs = list(zip(usages["plugin"], usages["none"]))
    return Resident(capture, statistics.median(without.resident for _, without in pairs),
                    statistics.median(with_it.resident - without.resident for with_it, without in pairs))


def run_all(variants, capture, rounds):
    """So many runs of each variant, taking turns, so that what else the machine does hits all alike."""
    usages = {name: [] for name in variants}
    # The first round reads the capture into the kernel's memory, and does not count.
    for number in range(rounds + 1):
        for name, variant in variants.items():
            usage = process.measure(variant.host, variant.command(capture.path))
            if usage.lines != capture.resets:
                raise Trouble(f"tshark ({name}) shows {usage.lines} of {capture.resets} resets, so its figures mean nothing.")
            if number > 0:
                usages[name].append(usage)
    return usages


def measure(shape, variants, counter, choice):
    packets = FULL.get(shape, PACKETS) // (QUICK_SHARE if choice.quick else 1)
    with captures.made(shape, packets) as whole:
        usages = run_all(variants, whole, choice.rounds)
    pair = {name: variants[name] for name in ("none", "plugin")}
    with captures.made(shape, packets // SMALLER_SHARE) as capture:
        smaller = resident(capture, run_all(pair, capture, 1))
    with captures.made(shape, choice.counted) as capture:
        return Figures(whole, usages, capture, counter.count(capture), smaller)
