"""Real servers, as Debian packages them, run in the server's namespace with a configuration of their own."""

import functools
import os
import subprocess
import time

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.error; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; server_tokens on; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  types {{ text/html html; text/css css; image/png png; }}
  server {{ {listen} root {folder}/www; {options} }}
}}
"""

VSFTPD = """
listen=NO
listen_ipv6=YES
background=NO
anonymous_enable=YES
local_enable=NO
anon_root={folder}/ftp
no_anon_password=NO
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
secure_chroot_dir={folder}/empty
connect_from_port_20=NO
xferlog_enable=NO
"""

HAPROXY = """
global
  maxconn 64
defaults
  mode http
  timeout connect 2s
  timeout client {timeout}
  timeout server {timeout}
  {options}
frontend front
  bind :::{port} v4v6 {bind}
  default_backend back
backend back
  server one {backend}
"""


@functools.cache
def version(package):
    """"nginx 1.22.1 (Debian)": the upstream part of the package's version."""
    full = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout
    return f"{package} {full.split(':')[-1].split('-')[0]} (Debian)"


def wait_for_port(host, port):
    """Until somebody listens there. Asks the kernel's list: a trial connection would be in the capture."""
    for _ in range(200):
        if host.run(f"ss -Hltn sport = :{port}").strip():
            return
        time.sleep(0.02)
    raise RuntimeError(f"nobody listens on port {port}")


def _readable(folder):
    for path in (folder, *folder.rglob("*")):
        os.chmod(path, 0o755 if path.is_dir() else 0o644)


class Nginx:
    """A web server with a page, a style sheet, a picture, and a big file that is random enough."""

    def __init__(self, lab, ports=(80,), options="", big=4_000_000):
        www = lab.folder / "www"
        www.mkdir(exist_ok=True)
        (www / "index.html").write_text("<html><head><title>Orders</title></head><body>" + "<p>One more line of text.</p>\n" * 20 + "</body></html>\n")
        (www / "style.css").write_text("body { margin: 2em; }\n" * 60)
        (www / "logo.png").write_bytes(bytes(range(256)) * 12)
        (www / "big.bin").write_bytes(bytes(range(251)) * (big // 251))
        _readable(lab.folder)
        self.port = ports[0]
        listen = " ".join(f"listen {port}; listen [::]:{port};" for port in ports)
        config = lab.folder / f"nginx-{self.port}.conf"
        config.write_text(NGINX.format(folder=lab.folder, listen=listen, options=options))
        self.program = lab.server.start(["nginx", "-c", str(config), "-p", str(lab.folder), "-e", str(lab.folder / "nginx.error")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def certificate(lab):
    """A self-signed certificate and its key, as files in the lab's folder."""
    cert, key = lab.folder / "certificate.pem", lab.folder / "key.pem"
    if not cert.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
                        "-subj", "/CN=www.example.com", "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


class OpensslServer:
    """`openssl s_server`, which answers HTTP with a page about the session."""
    port = 443

    def __init__(self, lab, *options):
        cert, key = certificate(lab)
        self.program = lab.server.start(["openssl", "s_server", f"-{lab.ip}", "-accept", str(self.port), "-cert", str(cert), "-key", str(key), "-www",
                                         "-quiet", *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Vsftpd:
    port = 21

    def __init__(self, lab):
        files = lab.folder / "ftp" / "pub"
        files.mkdir(parents=True)
        (lab.folder / "empty").mkdir()
        for number in range(12):
            (files / f"report-2024-{number + 1:02}.txt").write_text("quarterly figures\n" * 40)
        (files / "archive.bin").write_bytes(bytes(range(251)) * 8000)
        _readable(lab.folder)
        config = lab.folder / "vsftpd.conf"
        config.write_text(VSFTPD.format(folder=lab.folder))
        self.program = lab.server.start(["vsftpd", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Haproxy:
    def __init__(self, lab, host, port=8080, backend="127.0.0.1:80", options="", timeout="10s", bind=""):
        self.port = port
        config = lab.folder / "haproxy.cfg"
        config.write_text(HAPROXY.format(port=port, backend=backend, options=options, timeout=timeout, bind=bind))
        self.program = host.start(["haproxy", "-db", "-f", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
