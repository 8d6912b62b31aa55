"""tshark under valgrind: what it finds where our code is on the stack.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import xml.etree.ElementTree as xml

import environment

OURS = "rstanalysis.so"
REGISTRATION = "epan_init"
# What a plugin still holds when Wireshark unloads it would count as lost; and Wireshark's own pools hide what goes past an allocation.
ENVIRONMENT = {"G_DEBUG": "resident-modules", "WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple"}


def run(kind, capture, passes, fault=None):
    """The run with the build, and the kinds of errors found in it."""
    found = environment.own_folder("valgrind") / "found.xml"
    run = environment.host(kind).run("valgrind", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
                                     "--xml=yes", f"--xml-file={found}", "tshark", *passes, "-n", "-r", capture, "-V",
                                     environment={**ENVIRONMENT, **(fault or {})})
    return run, [error.findtext("kind") for error in xml.parse(found).iter("error") if concerns_us(list(error.iter("frame")))]


def concerns_us(frames):
    """Whether our code is on the stack, but for what is registered once, and epan forgets when it ends."""
    ours = any(frame.findtext("obj", "").endswith(OURS) for frame in frames)
    return ours and not any(frame.findtext("fn") == REGISTRATION for frame in frames)
