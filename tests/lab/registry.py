"""The list of scenarios. A scenario is a function that acts in a Lab, with a judge that says which cause each reset has."""

import dataclasses
import typing

CATALOGUE = {}


@dataclasses.dataclass(frozen=True)
class Variant:
    """One way to run a scenario: IP version, one-way delay, which use its captures are for, and which capture points to keep."""
    ip: int
    delay_ms: float
    split: str
    points: tuple
    form: str = "pcapng"
    derive: tuple = ()


def variant(ip, delay_ms, split, points="client", form="pcapng", derive=()):
    assert split in ("rules", "figures")
    return Variant(ip, delay_ms, split, tuple(points.split()), form, tuple(derive))


@dataclasses.dataclass
class Scenario:
    name: str
    act: typing.Callable
    judge: typing.Callable
    variants: list
    box: str = None       # where an nft rule makes the resets: r1, r2, server
    snap: int = 2048
    single: bool = False  # has one capture, which bears the scenario's name alone

    @property
    def description(self):
        return " ".join(self.act.__doc__.split())


def scenario(name, judge, variants, **options):
    def register(function):
        assert name not in CATALOGUE, name
        CATALOGUE[name] = Scenario(name, function, judge, variants, **options)
        return function
    return register


# Judges: most scenarios need one of these.

def always(cause, *allowed):
    """Every reset has this cause; `allowed` are other causes that are right too, as the file can't tell."""
    verdict = {"cause": cause, "causes_allowed": list(allowed)} if allowed else {"cause": cause}
    return lambda reset, point: verdict


def first_then(first, rest, *allowed):
    """The first reset of a sender in a connection has one cause, its repeats another."""
    repeat = {"cause": rest, "causes_allowed": list(allowed)} if allowed else rest
    return lambda reset, point: first if reset.number == 1 else repeat


def either(cause, *allowed):
    return {"cause": cause, "causes_allowed": list(allowed)}


def by_port(**judges):
    """Another judge for each server port: by_port(p21=..., other=...)."""
    def judge(reset, point):
        port = reset.segment.sport if reset.sender == "server" else reset.segment.dport
        return judges.get(f"p{port}", judges.get("other"))(reset, point)
    return judge


def none(reset, point):
    raise AssertionError(f"this scenario must not make a reset: {reset}")
