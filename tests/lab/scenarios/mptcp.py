"""Multipath TCP (RFC 8684): its own resets, and one that is not.

Linux speaks it on sockets that ask for IPPROTO_MPTCP; further subflows come from `ip mptcp`.
"""

import contextlib
import socket

import network
from lab import linger, read_all
from packet import SYN
from registry import always, either, none, scenario, variant

IPPROTO_MPTCP = 262
NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def mptcp_socket(lab, host):
    new = host.socket(lab.family, socket.SOCK_STREAM, IPPROTO_MPTCP)
    new.settimeout(10)
    lab.open_sockets.append(new)
    return new


def session(lab, address="", port=7000):
    """An MPTCP connection with a line said by each side. The server listens on all of its addresses, or on one."""
    listener = mptcp_socket(lab, lab.server)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(4)
    client = mptcp_socket(lab, lab.client)
    client.connect((lab.server_ip, port))
    server, _ = listener.accept()
    lab.open_sockets.append(server)
    client.sendall(b"STATUS 17\n")
    read_all(server, 10)
    server.sendall(b"17 is on its way\n")
    read_all(client, 17)
    lab.wait(0.1)
    return client, server


def two_paths(lab, client_subflows=2, server_subflows=2):
    """The server announces its second address, and the client may join it."""
    lab.client.run(f"ip mptcp limits set subflow {client_subflows} add_addr_accepted 2")
    lab.server.run(f"ip mptcp limits set subflow {server_subflows} add_addr_accepted 2")
    lab.server.run(f"ip mptcp endpoint add {network.SERVERS[lab.ip][1]} dev eth0 signal")


def consequence(reset, point):
    """The server begins; the client's resets of subflows are what MPTCP makes of it."""
    return "mptcp" if reset.sender == "server" else either("mptcp", "already_reset")


@scenario("mptcp-fastclose_client", always("mptcp"), NEAR_FAR)
def mptcp_fastclose_client(lab):
    """A client aborts an MPTCP connection of one subflow (SO_LINGER 0): a reset with MP_FASTCLOSE."""
    client, _ = session(lab)
    client.sendall(b"half a sen")
    lab.wait()
    linger(client)
    client.close()
    lab.wait(0.2)


@scenario("mptcp-fastclose_server", consequence, FAR_NEAR)
def mptcp_fastclose_server(lab):
    """A server aborts an MPTCP connection of two subflows: both are reset with MP_FASTCLOSE."""
    two_paths(lab)
    client, server = session(lab)
    client.sendall(b"half a sen")
    lab.wait(0.2)
    linger(server)
    server.close()
    lab.wait(0.3)


@scenario("mptcp-refused_join", always("refused", "firewall", "mptcp"), NEAR_FAR)
def mptcp_refused_join(lab):
    """The server announces an address on which it does not listen: its kernel refuses the join, and the first subflow goes on. Nothing else of that address is in the file."""
    two_paths(lab)
    client, server = session(lab, lab.server_ip)
    lab.wait(0.3)
    client.sendall(b"STATUS 18\n")
    read_all(server, 10)
    client.close()
    server.close()
    lab.wait(0.2)


@scenario("mptcp-unread", always("mptcp", "unread_data"), NEAR_FAR)
def mptcp_unread(lab):
    """A server closes an MPTCP connection with the client's last line unread."""
    client, server = session(lab)
    client.sendall(b"and what of 18?\n")
    lab.wait()
    server.close()
    lab.wait(0.3)


@scenario("mptcp-prohibited", consequence, FAR_NEAR)
def mptcp_prohibited(lab):
    """The client joins the server's second address, but the server allows no further subflow: a reset with MP_TCPRST, while the
    first subflow goes on."""
    two_paths(lab, server_subflows=0)
    client, server = session(lab)
    lab.wait(0.3)
    client.sendall(b"STATUS 18\n")
    read_all(server, 10)
    client.close()
    server.close()
    lab.wait(0.2)


@scenario("mptcp-unknown_token", always("mptcp"), NEAR_FAR)
def mptcp_unknown_token(lab):
    """A join arrives after the connection has ended: the server knows its token no more."""
    second = network.SERVERS[lab.ip][1]
    lab.relay.rule = lambda segment, direction: 0.9 if segment.dst == second and segment.flags & SYN else None
    two_paths(lab)
    client, server = session(lab)
    server.close()
    client.close()
    lab.wait(1.3)


@scenario("mptcp-killed_subflow", always("mptcp", "app_abort"), FAR_NEAR)
def mptcp_killed_subflow(lab):
    """An administrator kills the server's second subflow (`ss -K`): it is reset, the first goes on."""
    two_paths(lab)
    client, server = session(lab)
    lab.wait(0.2)
    address = network.SERVERS[lab.ip][1]
    lab.server.run(f"ss -K src {f'[{address}]' if lab.ip == 6 else address}")
    lab.wait(0.2)
    client.sendall(b"STATUS 18\n")
    read_all(server, 10)
    client.close()
    server.close()
    lab.wait(0.2)


@scenario("mptcp-fallback", always("app_abort"), NEAR_FAR)
def mptcp_fallback(lab):
    """A near miss: a client offers MPTCP, the server speaks plain TCP only, and the client aborts: a plain reset."""
    listener = lab.listen(7000)
    client = mptcp_socket(lab, lab.client)
    client.connect((lab.server_ip, 7000))
    server, _ = listener.accept()
    lab.open_sockets.append(server)
    client.sendall(b"STATUS 17\n")
    read_all(server, 10)
    client.sendall(b"half a sen")
    lab.wait()
    read_all(server, 10)
    linger(client)
    client.close()
    lab.wait(0.2)


@scenario("mptcp-close", none, NEAR_FAR)
def mptcp_close(lab):
    """A near miss: an MPTCP connection that ends in order. No reset."""
    client, server = session(lab)
    client.close()
    with contextlib.suppress(OSError):
        server.recv(10)
    server.close()
    lab.wait(0.5)
