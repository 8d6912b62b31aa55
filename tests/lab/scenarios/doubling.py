"""A line that delivers packets twice, and captures that show packets twice: nobody sent a second reset."""

from lab import linger, read_all
from registry import always, either, scenario, variant
from relay import Twice
from scenarios.aborting import dialogue

MIRRORS = ("span", "routed")
NEAR_FAR = [variant(4, 3, "rules", "client server", derive=MIRRORS), variant(6, 30, "figures", "client r2", derive=("routed",))]
FAR_NEAR = [variant(6, 30, "rules", "client server", derive=("routed",)), variant(4, 3, "figures", "client r1any", derive=("span",))]


def doubles(lab, seconds, resets_only=True):
    lab.relay.rule = lambda segment, direction: Twice(seconds) if segment.is_reset or not resets_only else None


@scenario("app_abort-doubled", always("app_abort"), NEAR_FAR)
def app_abort_doubled(lab):
    """A server aborts a dialogue; the line delivers the reset, and nothing else, twice, 0.3 ms apart."""
    doubles(lab, 0.0003)
    client, server = dialogue(lab)
    client.sendall(b"RCPT TO:<bert@example.net>\r\n")
    read_all(server, 28)
    lab.wait()
    linger(server)
    server.close()
    lab.wait()


@scenario("refused-doubled", always("refused"), FAR_NEAR)
def refused_doubled(lab):
    """A closed port refuses a client three times; an open one serves it. The line delivers each reset, and nothing else, twice, 0.3 ms apart."""
    doubles(lab, 0.0003)
    lab.web()
    lab.curl(lab.url("/"))
    for _ in range(3):
        lab.refused(8443)
        lab.wait(0.3)


@scenario("data_after_close-doubled", lambda reset, point: either("data_after_close", *(["in_flight"] if reset.number > 1 else [])), NEAR_FAR)
def data_after_close_doubled(lab):
    """A client asks and closes at once; the server's answer is reset. The line delivers every packet twice, 2 ms apart."""
    doubles(lab, 0.002, resets_only=False)
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    client.close()
    lab.wait()
    read_all(server, 10)
    server.sendall(b"17 is on its way\n")
    lab.wait(0.2)


@scenario("firewall-doubled", always("firewall"), [variant(4, 30, "rules", "client", derive=MIRRORS), variant(6, 3, "figures", "client", derive=("routed",))], box="r2")
def firewall_doubled(lab):
    """A firewall near the server rejects the SYNs to one port; another port serves. The line delivers each reset, and nothing else, twice, 5 ms
    apart."""
    doubles(lab, 0.005)
    lab.web()
    lab.r2.filter("tcp dport 8443 counter reject with tcp reset")
    lab.curl(lab.url("/"))
    for _ in range(2):
        lab.refused(8443)
        lab.wait(0.3)


def mirrored(reset, point):
    """The client aborts; what its kernel then says to the answers under way repeats that."""
    if reset.number == 1:
        return either("app_abort", "cancelled", "normal_close")
    return either("in_flight", "lost_reset") if reset.event.passive else "app_abort"


@scenario("app_abort-mirrored", mirrored, [variant(4, 30, "rules", "client", derive=MIRRORS), variant(6, 3, "figures", "client", derive=("routed",))])
def app_abort_mirrored(lab):
    """A client aborts (SO_LINGER 0) while the server's answers in three segments are under way: each draws another reset. The mirrors show all
    of it twice."""
    client, server = dialogue(lab)
    client.sendall(b"HELP\r\n")
    read_all(server, 6)
    linger(client)
    for number in range(3):
        server.sendall(b"214-line %d of the help\r\n" % number)
    client.close()
    lab.wait(0.3)
