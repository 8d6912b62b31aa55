"""The same resets inside a tunnel."""

from lab import read_all
from registry import always, by_port, scenario, variant

INNER = {4: "10.99.0.40", 6: "fd00:99::40"}


def build_tunnel(lab):
    """A VXLAN between r2 and the server; the server's address in it is reached through it only."""
    for host, device, peer, addresses in ((lab.r2, "lan0", "10.20.30.40", ("10.99.0.1/24", "fd00:99::1/64")),
                                          (lab.server, "eth0", "10.20.30.1", ("10.99.0.40/24", "fd00:99::40/64"))):
        host.run(f"ip link add vxlan0 address 02:00:00:00:99:{'01' if host is lab.r2 else '40'} type vxlan id 42 dev {device} remote {peer} dstport 4789")
        host.run("ip link set vxlan0 addrgenmode none")
        host.run("ip link set vxlan0 up mtu 1430")
        host.run(f"ip addr add {addresses[0]} dev vxlan0")
        host.run(f"ip addr add {addresses[1]} dev vxlan0 nodad")
        host.run(f"ip addr add fe80::99{'01' if host is lab.r2 else '40'}/64 dev vxlan0 nodad")
    lab.server.run("ip route add 192.168.10.0/24 via 10.99.0.1")
    lab.server.run("ip -6 route add fd00:10::/64 via fd00:99::1")
    lab.r1.run("ip route add 10.99.0.0/24 via 172.31.0.2")
    lab.r1.run("ip -6 route add fd00:99::/64 dev wan0")


@scenario("vxlan", by_port(p8443=always("refused"), p7000=always("data_after_close")),
          [variant(4, 1, "rules", "server client"), variant(6, 40, "figures", "r2")])
def vxlan(lab):
    """A closed port and data after close, seen inside a VXLAN tunnel in front of the server."""
    build_tunnel(lab)
    lab.server_ip = INNER[lab.ip]
    lab.web()
    lab.curl(lab.url("/"))
    lab.refused(8443)
    client, server = lab.pair(7000)
    client.sendall(b"STATUS 17\n")
    client.close()
    lab.wait()
    read_all(server, 10)
    server.sendall(b"17 is on its way\n")
    lab.wait(0.2)
