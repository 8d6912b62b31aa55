"""Connections that a reset refuses: closed ports and firewalls."""

from registry import always, scenario, variant

FORMS = [variant(4, 1, "rules", "client r1 server r1any", derive=("snap68", "oneway", "vlan", "plain")),
         variant(6, 1, "figures", "client r1", derive=("snap68", "oneway")),
         variant(4, 40, "figures", "client server"), variant(6, 40, "rules", "client server")]
BOTH = [variant(4, 1, "rules", "client r1 server"), variant(6, 1, "figures", "client r1"),
        variant(4, 40, "figures", "client server"), variant(6, 40, "rules", "client server")]


@scenario("refused", always("refused"), [*BOTH[:3], variant(6, 40, "rules", "client server r1any", derive=("plain",))])
def refused(lab):
    """A SYN to a port where nobody listens; the same server answers other connections in the same capture."""
    lab.web()
    lab.curl(lab.url("/"))
    lab.refused(8443)
    lab.curl(lab.url("/style.css"))
    lab.refused(3306)
    lab.wait()


@scenario("refused-alone", always("refused", "firewall", "unknown"), [variant(4, 1, "figures"), variant(6, 40, "rules"), variant(4, 40, "rules")])
def refused_alone(lab):
    """A SYN to a port where nobody listens, and nothing else: no baseline to compare the reset with."""
    lab.refused(8443)
    lab.wait()


def reject(host, ports):
    host.filter(f"tcp dport {ports} counter reject with tcp reset", "input" if host.name == "server" else "forward")


def blocked(lab, host):
    lab.web()
    reject(host, "{ 22, 3389 }")
    lab.curl(lab.url("/"))
    lab.refused(22)
    lab.refused(3389)
    lab.curl(lab.url("/style.css"))
    lab.wait()


@scenario("firewall-near", always("firewall"), FORMS, box="r1")
def firewall_near(lab):
    """A firewall one hop from the client rejects SYNs to two ports with a reset; web connections to the same server work."""
    blocked(lab, lab.r1)


@scenario("firewall-far", always("firewall"), BOTH, box="r2")
def firewall_far(lab):
    """A firewall one hop from the server rejects SYNs to two ports with a reset; web connections to the same server work."""
    blocked(lab, lab.r2)


@scenario("firewall-host", always("firewall", "refused"),
          [variant(4, 1, "rules", "client server"), variant(6, 40, "figures", "client server")], box="server")
def firewall_host(lab):
    """The server's own packet filter rejects SYNs to two ports with a reset; web connections to it work."""
    blocked(lab, lab.server)


@scenario("firewall-alone", always("firewall", "refused", "unknown"),
          [variant(4, 1, "rules"), variant(6, 40, "figures"), variant(4, 40, "figures")], box="r1")
def firewall_alone(lab):
    """A firewall near the client rejects two SYNs with a reset, and nothing else is in the file: no baseline to compare with."""
    reject(lab.r1, "{ 22, 3389 }")
    lab.refused(22)
    lab.refused(3389)
    lab.wait()


MARKED = [variant(4, 1, "figures", "client"), variant(6, 40, "rules", "client")]


@scenario("refused-dscp", always("refused"), MARKED)
def refused_dscp(lab):
    """A SYN marked with DSCP EF to a closed port: does the kernel's reset copy the mark?"""
    lab.web()
    lab.curl(lab.url("/"))
    lab.refused(8443, traffic_class=0xB8)
    lab.wait()


@scenario("firewall-dscp", always("firewall"), MARKED, box="r1")
def firewall_dscp(lab):
    """A SYN marked with DSCP EF that a firewall near the client rejects with a reset: does it copy the mark?"""
    lab.web()
    reject(lab.r1, "{ 22, 3389 }")
    lab.curl(lab.url("/"))
    lab.refused(22, traffic_class=0xB8)
    lab.wait()
