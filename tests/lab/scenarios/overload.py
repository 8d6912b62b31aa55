"""Servers that answer early or go down."""

import contextlib
import signal
import subprocess
import sys
import threading
import time

from registry import always, either, first_then, scenario, variant

CROWD = """
import socket, sys, time
listener = socket.create_server((sys.argv[1], 7000), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
connections = [listener.accept()[0] for _ in range(5)]
for connection in connections:
    connection.sendall(b"hello\\n")
time.sleep(60)
"""


def mass(reset, point):
    return "refused" if reset.event.reason == "NO_SOCKET" else either("mass_abort", "unread_data", "app_abort")


@scenario("mass_abort", mass, [variant(4, 1, "rules", "client"), variant(6, 40, "figures", "client server")])
def mass_abort(lab):
    """A server's process with five connections is killed, each with data unread; new SYNs are refused afterwards."""
    program = lab.server.start([sys.executable, "-c", CROWD, lab.server_ip], stderr=subprocess.DEVNULL)
    lab.wait_for_port(7000)
    clients = [lab.connect(7000) for _ in range(5)]
    for number, client in enumerate(clients):
        client.recv(64)
        client.sendall(b"job %d\n" % number)
    lab.wait(0.3)
    program.send_signal(signal.SIGKILL)
    program.wait()
    lab.wait(0.1)
    for _ in range(2):
        lab.refused(7000)
    lab.wait()


@scenario("early_response", first_then(either("early_response", "unread_data"), "in_flight", "early_response"),
          [variant(4, 40, "rules", "client"), variant(6, 1, "figures", "client")], snap=200)
def early_response(lab):
    """A client uploads 300 kB; a simple web server reads the head, answers 413 (too large) and closes with the body still coming."""
    client, server = lab.pair(8080)

    def upload():
        with contextlib.suppress(OSError):
            client.sendall(f"POST /upload HTTP/1.1\r\nHost: {lab.server_ip}\r\nContent-Length: 300000\r\n\r\n".encode())
            for _ in range(20):
                client.sendall(b"0123456789abcdef" * 937)
                time.sleep(0.004)

    uploading = threading.Thread(target=upload)
    uploading.start()
    server.recv(2000)
    server.sendall(b"HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    time.sleep(0.01)
    server.close()
    uploading.join()
    lab.wait(0.3)
