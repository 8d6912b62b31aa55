"""Prints one line for each reset in the captures given, and totals by cause. The `explain` script calls it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import os
import subprocess
import sys

# Between the values of one field in one frame; explanations hold commas.
BETWEEN = "\x1e"
FIELDS = (
    "frame.number", "frame.time_relative", "frame.protocols",
    "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.flags.reset",
    "rstanalysis.cause", "rstanalysis.confidence", "rstanalysis.explanation",
)


class Trouble(Exception):
    """A capture can't be explained, or not to its end; the text is the sentence for the user."""

    def __init__(self, sentence, causes=None):
        super().__init__(sentence)
        self.causes = causes or collections.Counter()


def shown(path):
    """The path on one line, whatever it is made of."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def check(path):
    if not os.path.exists(path):
        raise Trouble("there is no such file.")
    if not os.path.isfile(path):
        raise Trouble("this is not a file; give a capture file.")
    if not os.access(path, os.R_OK):
        raise Trouble("you may not read this file; ask its owner, or become a user who may.")
    if os.path.getsize(path) == 0:
        raise Trouble("the file is empty.")


def command(path):
    # A name like "-" means something else to tshark.
    path = os.path.join(".", path) if path.startswith("-") else path
    arguments = ["tshark", "-2", "-n", "-r", path, "-Y", "rstanalysis.cause",
                 "-T", "fields", "-E", "aggregator=" + BETWEEN]
    for field in FIELDS:
        arguments += ["-e", field]
    return arguments


def complaint(errors, status):
    """What tshark said, as one sentence."""
    lines = [line for line in errors.splitlines() if line.strip() and not line.startswith("Running as user")]
    text = " ".join(line.removeprefix("tshark: ").strip() for line in lines)
    if "isn't a capture file" in text:
        return "this is no capture file that tshark understands."
    if "cut short" in text:
        return "the file is cut short in the middle of a packet; what comes before is explained."
    if status < 0:
        return f"tshark was ended by signal {-status}. {text}".strip()
    return f"tshark failed: {text or f'it ended with status {status}'}"


def flows(values):
    """From and to of each TCP layer that is a reset. Every layer takes the addresses of the IP header before it."""
    result, addresses = [], ("?", "?")
    following = {field: iter(texts) for field, texts in values.items()}
    for protocol in "".join(values["frame.protocols"]).split(":"):
        if protocol in ("icmp", "icmpv6"):
            break
        if protocol in ("ip", "ipv6"):
            addresses = tuple(next(following[f"{protocol}.{end}"], "?") for end in ("src", "dst"))
        elif protocol == "tcp":
            ends = [next(following[f"tcp.{port}"], "?") for port in ("srcport", "dstport")]
            if next(following["tcp.flags.reset"], "0") in ("1", "True"):
                result.append(tuple(socket(*end) for end in zip(addresses, ends)))
    return result


def socket(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def explain_frame(line):
    """The cause and the line for the user, for each reset of the frame."""
    values = {field: text.split(BETWEEN) if text else [] for field, text in zip(FIELDS, line.split("\t"))}
    number, time = values["frame.number"][0], float(values["frame.time_relative"][0])
    verdicts = list(zip(values["rstanalysis.cause"], values["rstanalysis.confidence"], values["rstanalysis.explanation"]))
    ends = flows(values)
    if len(ends) != len(verdicts):
        ends = ends[-1:] * len(verdicts) or [("?", "?")] * len(verdicts)
    for (cause, confidence, explanation), (source, destination) in zip(verdicts, ends):
        yield cause, f"frame {number}  {time:.6f} s  {source} > {destination}  {cause} ({confidence} %): {explanation}"


def explain(path):
    """Prints the lines of one capture and returns how many there are of each cause."""
    check(path)
    run = subprocess.run(command(path), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    causes = collections.Counter()
    for line in filter(None, run.stdout.split("\n")):
        for cause, text in explain_frame(line):
            causes[cause] += 1
            print(text)
    if run.returncode == 0 and not causes:
        print("No resets.")
    if run.returncode != 0:
        sys.stdout.flush()
        raise Trouble(complaint(run.stderr, run.returncode), causes)
    return causes


def print_totals(causes):
    print(f"\n{causes.total()} reset{'s' * (causes.total() != 1)}")
    for cause, count in sorted(causes.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:6}  {cause}")


def main(paths):
    totals, failed = collections.Counter(), False
    for number, path in enumerate(paths):
        if len(paths) > 1:
            print(("\n" if number else "") + shown(path))
        try:
            totals += explain(path)
        except Trouble as trouble:
            failed = True
            totals += trouble.causes
            print(f"explain: {shown(path)}: {trouble}", file=sys.stderr, flush=True)
    if totals:
        print_totals(totals)
    sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
