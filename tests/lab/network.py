"""The lab's network: four nameless network namespaces in a row.

    client --veth-- r1 --(TUN, relay process, TUN)-- r2 --veth-- server

A namespace lives as long as this process holds its file descriptor, so nothing is left behind however the run ends.
"""

import contextlib
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import threading

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)

CLIENT = {4: "192.168.10.20", 6: "fd00:10::20"}
SERVER = {4: "10.20.30.40", 6: "fd00:30::40"}
# More hosts at the server's end, for scenarios that need several; they are addresses of the same namespace.
SERVERS = {4: ["10.20.30.40", "10.20.30.41", "10.20.30.50", "10.20.30.60"], 6: ["fd00:30::40", "fd00:30::41"]}
# and its addresses inside a tunnel (scenarios/tunnel.py)
TUNNELLED = ["10.99.0.40", "fd00:99::40"]
R1 = {4: "192.168.10.1", 6: "fd00:10::1"}
R2 = {4: "10.20.30.1", 6: "fd00:30::1"}
R1_WAN = {4: "172.31.0.1", 6: "fd00:31::1"}
R2_WAN = {4: "172.31.0.2", 6: "fd00:31::2"}
# macvlan-free, locally administered, readable hardware addresses
MAC = {"client": "02:00:00:00:10:20", "r1": "02:00:00:00:10:01", "r2": "02:00:00:00:30:01", "server": "02:00:00:00:30:40"}


def _setns(fd):
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """One network namespace. `with namespace:` moves the calling thread into it; sockets and programs made there stay there."""

    def __init__(self, name):
        self.name = name
        self.programs = []
        self._outside = []

        def make():
            if libc.unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            self.fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

        maker = threading.Thread(target=make)
        maker.start()
        maker.join()
        self.path = f"/proc/{os.getpid()}/fd/{self.fd}"
        self.run("ip link set lo up")

    def __enter__(self):
        self._outside.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))
        _setns(self.fd)
        return self

    def __exit__(self, *_):
        outside = self._outside.pop()
        _setns(outside)
        os.close(outside)

    def run(self, command, check=True, text=None):
        """Runs a short command to its end and returns what it printed."""
        words = command.split() if isinstance(command, str) else command
        with self:
            done = subprocess.run(words, input=text, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def start(self, words, **options):
        """Starts a program that dies with the lab, and remembers it so that stop() ends it with all its children."""
        with self:
            program = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *words], start_new_session=True, **options)
        self.programs.append(program)
        return program

    def sysctl(self, name, value):
        with self:
            pathlib.Path("/proc/sys/net", *name.split(".")).write_text(str(value))

    def socket(self, family, kind=socket.SOCK_STREAM, protocol=0):
        with self:
            return socket.socket(family, kind, protocol)

    def filter(self, rule, hook="forward"):
        """Adds a rule to this host's packet filter, and makes the chain if it isn't there."""
        chain = f"table inet filter {{\n chain {hook} {{\n type filter hook {hook} priority 0\n {rule}\n }}\n}}\n"
        self.run(["nft", "-f", "-"], text=chain)

    def stop(self):
        for program in self.programs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        self.programs.clear()
        os.close(self.fd)


class Network:
    """The four namespaces with their links, addresses and routes; `hosts` maps names to namespaces."""

    def __init__(self):
        self.hosts = {}
        for name in ("client", "r1", "r2", "server"):
            self.hosts[name] = Namespace(name)
        self.client, self.r1, self.r2, self.server = self.hosts.values()
        self._link(self.client, self.r1)
        self._link(self.server, self.r2)
        self._address(self.client, "eth0", CLIENT[4], CLIENT[6])
        self._address(self.r1, "lan0", R1[4], R1[6])
        self._address(self.r2, "lan0", R2[4], R2[6])
        for v4 in SERVERS[4]:
            self._address(self.server, "eth0", v4, None)
        for v6 in SERVERS[6]:
            self._address(self.server, "eth0", None, v6)
        for host, gateway in ((self.client, R1), (self.server, R2)):
            host.run(f"ip route add default via {gateway[4]}")
            host.run(f"ip -6 route add default via {gateway[6]}")
        for router in (self.r1, self.r2):
            router.sysctl("ipv4.ip_forward", 1)
            router.sysctl("ipv6.conf.all.forwarding", 1)

    def attach_tunnels(self):
        """Called when the relay has made both TUN devices: gives them addresses and routes across."""
        for router, own, other, far in ((self.r1, R1_WAN, R2_WAN, ("10.20.30.0/24", "fd00:30::/64")),
                                        (self.r2, R2_WAN, R1_WAN, ("192.168.10.0/24", "fd00:10::/64"))):
            self._quiet(router, "wan0")
            router.run("ip link set wan0 up txqueuelen 5000 mtu 1500")
            router.run(f"ip addr add {own[4]}/30 dev wan0")
            router.run(f"ip addr add {own[6]}/64 dev wan0 nodad")
            router.run(f"ip route add {far[0]} via {other[4]}")
            router.run(f"ip -6 route add {far[1]} dev wan0")

    def stop(self):
        for host in self.hosts.values():
            host.stop()

    def _link(self, host, router):
        host.run(f"ip link add eth0 address {MAC[host.name]} type veth peer name lan0 address {MAC[router.name]} netns {router.path}")
        for namespace, device in ((host, "eth0"), (router, "lan0")):
            self._quiet(namespace, device)
            # Segments must look as they do on a wire: no giant ones, and real checksums.
            namespace.run(f"ethtool -K {device} tx off tso off gso off gro off")
            namespace.run(f"ip link set {device} up")
            # Routers need a link-local address to ask for neighbours; one set by hand spares its detection.
            namespace.run(f"ip addr add fe80::{MAC[namespace.name][-5:].replace(':', '')}/64 dev {device} nodad")

    @staticmethod
    def _quiet(namespace, device):
        """No automatic addresses and router solicitations: they would be noise in every capture."""
        namespace.run(f"ip link set {device} addrgenmode none")

    @staticmethod
    def _address(namespace, device, v4, v6):
        if v4:
            namespace.run(f"ip addr add {v4}/24 dev {device}")
        if v6:
            namespace.run(f"ip addr add {v6}/64 dev {device} nodad")
