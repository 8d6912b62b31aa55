"""One run of one scenario: the network with its captures, and the few things that scenarios do over and over."""

import contextlib
import dataclasses
import pathlib
import shutil
import socket
import struct
import tempfile
import time

import capture
import labels
import network
import packet
import relay
import servers


class Lab:
    def __init__(self, scenario, variant, trace):
        self.scenario, self.variant, self.trace = scenario, variant, trace
        self.ip, self.delay = variant.ip, variant.delay_ms / 1000
        self.family = socket.AF_INET if self.ip == 4 else socket.AF_INET6
        self.client_ip, self.server_ip = network.CLIENT[self.ip], network.SERVER[self.ip]
        self.servers = network.SERVERS[self.ip]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rstlab-"))
        self.open_sockets = []
        self.translations = {}
        self.used = [f"Linux {pathlib.Path('/proc/sys/kernel/osrelease').read_text().split('-')[0]}"]

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.network = network.Network()
            stack.callback(self.network.stop)
            self.client, self.r1, self.r2, self.server = self.network.hosts.values()
            self.relay = relay.Relay(self.r1, self.r2, self.delay)
            self.relay.start()
            stack.callback(self.relay.stop)
            self.network.attach_tunnels()
            for host in (self.client, self.server):
                # The machine's own default may pace its segments; Reno is what every namespace may choose.
                host.sysctl("ipv4.tcp_congestion_control", "reno")
            points = dict.fromkeys(["client", "r1", "r1wan", "r2", "r2wan", "server", *self.variant.points])
            self.trace.clear()
            self.captures = capture.Captures(self.network, self.folder, points, self.scenario.snap)
            stack.callback(self._close_sockets)
            self._undo = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._undo.close()

    def _close_sockets(self):
        for open_socket in self.open_sockets:
            open_socket.close()

    def join(self):
        """Ends the captures and explains their resets."""
        self.captures.stop()
        frames = {point: capture.frames(path) for point, path in self.captures.files.items()}
        for frame in (frame for point in frames.values() for frame in point if frame.segment):
            frame.segment = dataclasses.replace(frame.segment, src=self.true(frame.segment.src), dst=self.true(frame.segment.dst))
        events = self.trace.events()
        for event in events:
            event.src, event.dst = ((self.true(address), port) for address, port in (event.src, event.dst))
        hosts = [labels.Host("client", ("client",), [*network.CLIENT.values()]),
                 labels.Host("proxy", ("r1", "r1wan"), [*network.R1.values(), *network.R1_WAN.values()]),
                 labels.Host("server", ("server",), network.SERVERS[4] + network.SERVERS[6] + network.TUNNELLED, far=True)]
        return labels.Join(frames, events, self.relay, hosts, self.delay, self.scenario.box)

    def true(self, address):
        """Whose address it is, where a router translates."""
        return self.translations.get(address, address)

    # What scenarios do.

    def wait(self, seconds=0.0):
        """Some seconds, and a round trip and a half on top: until all that was started has arrived."""
        time.sleep(seconds + 3 * self.delay + 0.05)

    def listen(self, port, address=None, backlog=16):
        listener = self.server.socket(self.family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address or self.server_ip, port))
        listener.listen(backlog)
        self.open_sockets.append(listener)
        return listener

    def socket(self, host=None):
        new = (host or self.client).socket(self.family)
        new.settimeout(10)
        self.open_sockets.append(new)
        return new

    def connect(self, port, address=None, buffer=None, traffic_class=0):
        client = self.socket()
        if traffic_class:
            client.setsockopt(*((socket.IPPROTO_IP, socket.IP_TOS) if self.ip == 4 else (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)), traffic_class)
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.connect((address or self.server_ip, port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def pair(self, port, listener=None):
        """A connection between the two hosts: the client's socket and the server's."""
        listener = listener or self.listen(port)
        client = self.connect(port)
        server, _ = listener.accept()
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.settimeout(10)
        self.open_sockets.append(server)
        return client, server

    def refused(self, port, address=None, **options):
        """Tries to connect where that must fail."""
        try:
            self.connect(port, address, **options)
        except ConnectionRefusedError:
            return
        raise RuntimeError(f"port {port} was not refused")

    def web(self, **options):
        return self._server(servers.Nginx(self, **options), "nginx")

    def ftp(self):
        return self._server(servers.Vsftpd(self), "vsftpd")

    def tls(self, *options):
        return self._server(servers.OpensslServer(self, *options), "openssl")

    def secure_web(self, options=""):
        """nginx with HTTPS on port 443."""
        cert, key = servers.certificate(self)
        listen = "listen 443 ssl; listen [::]:443 ssl;"
        return self.web(options=f"{listen} ssl_certificate {cert}; ssl_certificate_key {key}; {options}")

    def haproxy(self, host=None, **options):
        return self._server(servers.Haproxy(self, host or self.server, **options), "haproxy", host)

    def wait_for_port(self, port):
        servers.wait_for_port(self.server, port)

    def _server(self, server, package, host=None):
        self.used.append(servers.version(package))
        servers.wait_for_port(host or self.server, server.port)
        return server

    def forge(self, direction, like, seq, ack=0, flags=packet.RST, ttl=63, back=False, after=0.0, origin="attacker", **header):
        """Has the relay send a reset that nobody on either end made, in the connection and direction of a segment, or back."""
        src, sport, dst, dport = like.reverse_flow if back else like.flow
        raw = packet.build(src, dst, sport, dport, seq, ack, flags, ttl=ttl, **header)
        self.relay.inject(raw, direction, after, origin)

    def masquerade(self):
        """r1 hides the client behind its own address."""
        self._translate(f"chain out {{\n type nat hook postrouting priority 100\n oifname wan0 masquerade\n }}")
        self.translations[network.R1_WAN[self.ip]] = self.client_ip

    def publish(self, address):
        """r1 leads connections to another address of the server's network to the server."""
        self._translate(f"chain in {{\n type nat hook prerouting priority -100\n {'ip6' if self.ip == 6 else 'ip'} daddr {address} dnat to {self.server_ip}\n }}")
        self.translations[address] = self.server_ip

    def _translate(self, chain):
        self.r1.run(["nft", "-f", "-"], text=f"table {'ip6' if self.ip == 6 else 'ip'} nat {{\n {chain}\n}}\n")

    def url(self, path="/", port=80, address=None):
        host = address or self.server_ip
        return f"http://{f'[{host}]' if ':' in host else host}{f':{port}' if port != 80 else ''}{path}"

    def curl(self, *words, check=True):
        tool = servers.version("curl")
        if tool not in self.used:
            self.used.append(tool)
        return self.client.run(["curl", "--silent", "--noproxy", "*", "--output", "/dev/null", *words], check=check)


def linger(sock):
    """Makes close() abort: SO_LINGER with zero seconds."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_all(sock, count):
    data = b""
    while len(data) < count:
        data += sock.recv(count - len(data))
    return data
