"""Scans by nmap, and a normal client that looks a little like one."""

import servers
from registry import either, none, scenario, variant

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]
PORTS = "21,22,25,80,443,3306,7000,8080"


def nmap(lab, *options):
    lab.used.append(servers.version("nmap"))
    lab.web(ports=(80, 8080))
    lab.listen(7000)
    lab.client.run(["nmap", "-n", "-Pn", *(["-6"] if lab.ip == 6 else []), "--send-ip", "--max-retries", "1", "-p", PORTS, *options, lab.server_ip])
    lab.wait(0.2)


def half_open(reset, point):
    return "half_open_scan" if reset.sender == "client" else "refused"


@scenario("half_open_scan-nmap", half_open, [*NEAR_FAR, variant(4, 30, "figures", "client"), variant(6, 3, "rules", "client r1any"),
                                                                variant(6, 12, "figures", "server")])
def half_open_scan_nmap(lab):
    """nmap -sS against eight ports, three of them open: the scanner's kernel resets the SYN-ACKs, the server's refuses the rest."""
    nmap(lab, "-sS")


def connect_scan(reset, point):
    """nmap completes each handshake and aborts at once (SO_LINGER 0): an abort without a word, which a health check makes as well."""
    return either("app_abort", "health_check", "half_open_scan", "normal_close") if reset.sender == "client" else "refused"


@scenario("connect_scan-nmap", connect_scan, FAR_NEAR)
def connect_scan_nmap(lab):
    """nmap -sT against eight ports, three of them open: whole handshakes, each followed by a reset."""
    nmap(lab, "-sT")


def odd_flags(reset, point):
    """Flags that no connection begins with. An open port of Linux is silent, a closed one resets."""
    return either("malformed", "refused", "unknown", "no_connection")


@scenario("malformed-xmas", odd_flags, NEAR_FAR)
def malformed_xmas(lab):
    """nmap -sX: segments with FIN, PSH and URG and no ACK to closed ports."""
    nmap(lab, "-sX")


@scenario("malformed-null", odd_flags, FAR_NEAR)
def malformed_null(lab):
    """nmap -sN: segments without any flag to closed ports."""
    nmap(lab, "-sN")


@scenario("malformed-syn_fin", odd_flags, NEAR_FAR)
def malformed_syn_fin(lab):
    """nmap --scanflags SYNFIN: segments with SYN and FIN to closed ports."""
    nmap(lab, "-sS", "--scanflags", "SYNFIN")


@scenario("no_connection-ack_scan", lambda reset, point: either("no_connection", "unknown", "half_open_scan"), FAR_NEAR)
def no_connection_ack_scan(lab):
    """nmap -sA: ACKs of no connection, which open and closed ports both reset."""
    nmap(lab, "-sA")


@scenario("many_ports", none, NEAR_FAR)
def many_ports(lab):
    """A near miss: a client uses four open ports one after the other, and closes each connection in order. No reset."""
    lab.web(ports=(80, 8080, 8081, 8082))
    for port in (80, 8080, 8081, 8082):
        lab.curl(lab.url("/", port))
    lab.wait(0.1)
