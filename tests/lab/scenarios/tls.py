"""TLS handshakes that fail, with the resets that come of it, and TLS sessions that end well."""

import contextlib
import ssl
import threading

import servers
from lab import linger
from registry import either, none, scenario, variant

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def failed(reset, point):
    """Whoever resets first, the failed handshake is why; what still arrives is answered by more."""
    if reset.number > 1:
        return either("in_flight", "tls_failure", "data_after_close", "already_reset")
    if reset.event.passive:
        return either("tls_failure", "data_after_close")
    return "tls_failure"


def rejected(reset, point):
    """A judge for servers that say in no alert what they dislike: the file shows a close with data unread as well."""
    return failed(reset, point) if reset.number > 1 else either("tls_failure", "unread_data")


def insecure(lab, *options):
    """curl over HTTPS that trusts any certificate."""
    return lab.curl("--insecure", *options, lab.url("/", 443).replace("http:", "https:"), check=False)


def nginx_or_openssl(lab, nginx="", openssl=()):
    """Captures for figures come from another server than those for rules."""
    if lab.variant.split == "figures":
        lab.secure_web(nginx)
    else:
        lab.tls(*openssl)


@scenario("tls_failure-untrusted", failed, NEAR_FAR)
def tls_failure_untrusted(lab):
    """curl does not trust the server's self-signed certificate: alert unknown_ca in TLS 1.3, with the rest of the server's flight unread."""
    nginx_or_openssl(lab)
    lab.curl(lab.url("/", 443).replace("http:", "https:"), check=False)
    lab.wait(0.2)


@scenario("tls_failure-untrusted12", failed, FAR_NEAR)
def tls_failure_untrusted12(lab):
    """curl does not trust the server's self-signed certificate: alert unknown_ca in TLS 1.2."""
    nginx_or_openssl(lab)
    lab.curl("--tls-max", "1.2", lab.url("/", 443).replace("http:", "https:"), check=False)
    lab.wait(0.2)


def strict_server(lab, port, setting):
    """A server by Python that closes when a handshake fails; `setting` changes its ssl.SSLContext."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*servers.certificate(lab))
    setting(context)
    listener = lab.listen(port)

    def serve():
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection, contextlib.suppress(ssl.SSLError):
                linger(connection)
                context.wrap_socket(connection, server_side=True).recv(100)
                connection.close()

    threading.Thread(target=serve, daemon=True).start()


def strict(lab, bind, setting):
    """A server that is strict in TLS: HAProxy for figures, Python for rules."""
    if lab.variant.split == "figures":
        cert, key = servers.certificate(lab)
        both = lab.folder / "both.pem"
        both.write_text(cert.read_text() + key.read_text())
        lab.haproxy(port=443, options="option nolinger", bind=f"ssl crt {both} {bind.format(ca=cert)}")
    else:
        strict_server(lab, 443, setting)


def version13(context):
    context.minimum_version = ssl.TLSVersion.TLSv1_3


@scenario("tls_failure-version", failed, NEAR_FAR)
def tls_failure_version(lab):
    """Client and server have no TLS version in common: the server sends alert protocol_version and closes."""
    strict(lab, "ssl-min-ver TLSv1.3", version13)
    insecure(lab, "--tls-max", "1.2")
    lab.wait(0.2)


@scenario("tls_failure-cipher", failed, FAR_NEAR)
def tls_failure_cipher(lab):
    """Client and server have no cipher suite in common: the server sends alert handshake_failure and closes."""
    strict(lab, "", lambda context: None)
    insecure(lab, "--tls-max", "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256")
    lab.wait(0.2)


def client_certificate(context):
    context.verify_mode = ssl.CERT_REQUIRED


@scenario("tls_failure-client_certificate", failed, [*NEAR_FAR, variant(4, 30, "figures", "client")])
def tls_failure_client_certificate(lab):
    """The server wants a client certificate, and the client has none: in TLS 1.3 the client has sent its request by then, which the
    server leaves unread behind its alert."""
    strict(lab, "ca-file {ca} verify required", client_certificate)
    insecure(lab)
    lab.wait(0.2)


@scenario("tls_failure-client_certificate12", failed, FAR_NEAR)
def tls_failure_client_certificate12(lab):
    """The server wants a client certificate, and the client has none: alert in TLS 1.2."""
    strict(lab, "ca-file {ca} verify required", client_certificate)
    insecure(lab, "--tls-max", "1.2")
    lab.wait(0.2)


def trusting_nobody(lab, port=443):
    """A TLS client by Python, over a socket of the lab, up to the moment when it rejects the certificate."""
    client = lab.connect(port)
    context = ssl.create_default_context()
    context.load_default_certs()
    secure = context.wrap_socket(client, server_hostname="www.example.com", do_handshake_on_connect=False)
    lab.open_sockets.append(secure)
    linger(secure)
    with contextlib.suppress(ssl.SSLError):
        secure.do_handshake()
    return secure


@scenario("tls_failure-aborting", failed, NEAR_FAR)
def tls_failure_aborting(lab):
    """A client that rejects the certificate sends its alert and aborts (SO_LINGER 0), as several TLS libraries do."""
    nginx_or_openssl(lab)
    trusting_nobody(lab).close()
    lab.wait(0.2)


@scenario("tls_failure-pinned", failed, FAR_NEAR)
def tls_failure_pinned(lab):
    """An app that pins certificates aborts after the server's flight without an alert (SO_LINGER 0)."""
    nginx_or_openssl(lab)
    client = lab.connect(443)
    linger(client)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    hello = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="www.example.com")
    with contextlib.suppress(ssl.SSLWantReadError):
        hello.do_handshake()
    client.sendall(outgoing.read())
    client.recv(65536)
    lab.wait()
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while client.recv(65536):
            pass
    client.close()
    lab.wait(0.2)


@scenario("tls_failure-plain", rejected, NEAR_FAR)
def tls_failure_plain(lab):
    """A client speaks plain HTTP to a TLS port: the server closes with the request unread."""
    strict(lab, "", lambda context: None)
    lab.curl("--request", "POST", "--data", "order=17&" * 60, lab.url("/", 443), check=False)
    lab.wait(0.2)


@scenario("tls_close", none, NEAR_FAR)
def tls_close(lab):
    """A near miss: HTTPS requests that succeed, in TLS 1.3 and 1.2; curl sends close_notify and closes, and nginx closes too. No reset."""
    lab.secure_web()
    page = lab.url("/", 443).replace("http:", "https:")
    lab.curl("--insecure", page)
    lab.curl("--insecure", "--tls-max", "1.2", page)
    lab.wait(0.2)


def late_goodbye(reset, point):
    """The client's close_notify meets a closed server; and a client may leave a session ticket or the server's close_notify unread."""
    if reset.number > 1:
        return either("in_flight", "data_after_close", "normal_close", "already_reset")
    if reset.event.reason == "TCP_ABORT_ON_CLOSE":
        return either("normal_close", "unread_data")
    return either("data_after_close", "normal_close")


@scenario("data_after_close-tls_server", late_goodbye, FAR_NEAR)
def data_after_close_tls_server(lab):
    """nginx answers a request with `Connection: close`, sends close_notify and closes; curl's own close_notify comes after that."""
    lab.secure_web()
    for version in ("1.2", "1.3"):
        lab.curl("--insecure", "--tls-max", version, "--header", "Connection: close", lab.url("/", 443).replace("http:", "https:"))
        lab.wait(0.2)


def secure_pair(lab, port=8443):
    """A TLS session of Python's ssl between both hosts, the handshake done."""
    client, server = lab.pair(port)
    inward = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inward.load_cert_chain(*servers.certificate(lab))
    outward = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    outward.check_hostname, outward.verify_mode = False, ssl.CERT_NONE
    if lab.variant.split == "figures":
        outward.maximum_version = ssl.TLSVersion.TLSv1_2
    accepted = []
    accepting = threading.Thread(target=lambda: accepted.append(inward.wrap_socket(server, server_side=True)))
    accepting.start()
    secure = outward.wrap_socket(client, server_hostname="www.example.com")
    accepting.join()
    lab.open_sockets += [secure, *accepted]
    return secure, accepted[0]


def say_goodbye(secure):
    """Sends close_notify and does not wait for the peer's."""
    secure.settimeout(0)
    with contextlib.suppress(ssl.SSLWantReadError):
        secure.unwrap()


def goodbye_judge(reset, point):
    return either("data_after_close", "normal_close") if reset.number == 1 else either("in_flight", "data_after_close", "normal_close")


@scenario("data_after_close-tls", goodbye_judge, [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r1wan")])
def data_after_close_tls(lab):
    """A TLS client has its answer, sends close_notify and closes at once: the server's close_notify comes after the client's FIN."""
    client, server = secure_pair(lab)
    client.sendall(b"STATUS 17\n")
    server.recv(100)
    server.sendall(b"17 is on its way\n")
    client.recv(100)
    say_goodbye(client)
    client.close()
    lab.wait()
    server.recv(100)
    say_goodbye(server)
    server.close()
    lab.wait(0.1)


@scenario("normal_close-tls", lambda reset, point: either("normal_close", "unread_data", "data_after_close"), [variant(6, 3, "rules", "client server"), variant(4, 30, "figures", "client r2")])
def normal_close_tls(lab):
    """Both sides of a TLS session said close_notify; the client then ends the connection with a reset (SO_LINGER 0)."""
    client, server = secure_pair(lab)
    client.sendall(b"STATUS 17\n")
    server.recv(100)
    server.sendall(b"17 is on its way\n")
    client.recv(100)
    say_goodbye(client)
    lab.wait()
    with contextlib.suppress(ssl.SSLError, OSError):
        server.recv(100)
    say_goodbye(server)
    lab.wait()
    linger(client)
    client.close()
    lab.wait(0.1)
