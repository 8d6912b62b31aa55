"""Servers that answer a request before all of it came, and those that wait for it."""

import contextlib
import http.client
import threading
import time

from lab import linger, read_all
from registry import always, either, first_then, none, scenario, variant

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def early(reset, point):
    """The server answers early; a client that then closes with the answer or the body unsent resets for the same reason."""
    if reset.number > 1:
        return either("in_flight", "early_response", "already_reset", "data_after_close")
    if reset.sender == "client":
        return either("already_reset", "early_response", "unread_data", "cancelled", "data_after_close")
    return either("early_response", "unread_data") if not reset.event.passive else either("early_response", "data_after_close")


def body(lab, size):
    path = lab.folder / "upload.bin"
    path.write_bytes(b"0123456789abcdef" * (size // 16))
    return f"@{path}"


@scenario("early_response-nginx", early, [*NEAR_FAR, variant(4, 30, "rules", "client")], snap=200)
def early_response_nginx(lab):
    """curl uploads 120 kB to an nginx that takes 1 kB (client_max_body_size): 413, and a close that
    waits for nothing (lingering_time 0)."""
    lab.web(options="client_max_body_size 1k; lingering_close off; lingering_time 0s;")
    lab.curl("--header", "Expect:", "--data-binary", body(lab, 120_000), lab.url("/upload"), check=False)
    lab.wait(0.3)


@scenario("early_response-lingering", none, FAR_NEAR, snap=200)
def early_response_lingering(lab):
    """A near miss: the same with nginx's lingering close, its default: nginx reads on until curl closes. No reset."""
    lab.web(options="client_max_body_size 1k;")
    lab.curl("--header", "Expect:", "--data-binary", body(lab, 40_000), lab.url("/upload"), check=False)
    lab.wait(0.3)


def answer_early(lab, answer, size, pause):
    """A client that uploads steadily, and a server that reads the head, answers and closes."""
    client, server = lab.pair(8080)

    def upload():
        with contextlib.suppress(OSError):
            client.sendall(f"PUT /backup HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: {size}\r\n\r\n".encode())
            for _ in range(size // 5000):
                client.sendall(b"0123456789" * 500)
                time.sleep(pause)

    uploading = threading.Thread(target=upload)
    uploading.start()
    server.recv(100)
    server.sendall(answer)
    lab.wait(0.02)
    server.close()
    uploading.join()
    lab.wait(0.3)


@scenario("early_response-redirect", early, NEAR_FAR, snap=200)
def early_response_redirect(lab):
    """A server redirects an upload (307) as soon as it has read the head, and closes with the body still coming."""
    answer_early(lab, b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://other.example.com/backup\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 100_000, 0.01)


@scenario("early_response-unauthorized", early, FAR_NEAR, snap=200)
def early_response_unauthorized(lab):
    """A server asks for a password (401) as soon as it has read an upload's head, and closes with the body still coming."""
    answer_early(lab, b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=backup\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 100_000, 0.02)


@scenario("normal_close-upload", always("normal_close"), NEAR_FAR, snap=200)
def normal_close_upload(lab):
    """A near miss: an upload completes, the server answers 201, and then ends the connection with a reset (SO_LINGER 0)."""
    listener = lab.listen(8080)

    def serve():
        server, _ = listener.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += server.recv(4096)
        read_all(server, 20_000 - len(head.split(b"\r\n\r\n", 1)[1]))
        server.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nOK\n")
        lab.wait(0.1)
        linger(server)
        server.close()

    serving = threading.Thread(target=serve)
    serving.start()
    connection = http.client.HTTPConnection(lab.server_ip)
    connection.sock = lab.connect(8080)
    connection.request("POST", "/upload", b"0123456789" * 2000)
    connection.getresponse().read()
    serving.join()
    lab.wait()


@scenario("upload", none, FAR_NEAR, snap=200)
def upload(lab):
    """A near miss: curl uploads to nginx (WebDAV), waits for its answer, and closes in order. No reset."""
    lab.web(options="dav_methods PUT; client_max_body_size 1m;")
    (lab.folder / "www" / "in").mkdir()
    (lab.folder / "www" / "in").chmod(0o777)
    lab.curl("--upload-file", body(lab, 30_000)[1:], lab.url("/in/report"), check=False)
    lab.wait(0.2)
