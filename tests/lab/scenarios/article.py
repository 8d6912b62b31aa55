"""The demo: the cases of the article "What are TCP Resets?" one after the other, in one capture at the client."""

import http.client
import threading

from lab import linger
from registry import either, scenario, variant
from scenarios.closing import ftp_session, passive_port
from scenarios.transfer import read_and_close

FTP, WEB, GUARDED, LOSSY = "10.20.30.40", "10.20.30.41", "10.20.30.50", "10.20.30.60"


def cases(reset, point):
    peer, port = (reset.segment.src, reset.segment.sport) if reset.sender == "server" else (reset.segment.dst, reset.segment.dport)
    if peer == LOSSY:
        if reset.number == 1:
            return "cancelled"
        young = reset.time - reset.first.time < 2 * reset.delay + 0.001
        return either("lost_reset", "in_flight") if young else "lost_reset"
    return {(GUARDED, 22): "firewall", (WEB, 8443): "refused", (FTP, 21): "data_after_close", (WEB, 8080): "normal_close"}[peer, port]


def news_site(lab):
    """A web server that ends its connections by a reset when the client has got everything, as busy sites do."""
    listener = lab.listen(8080, WEB)

    def serve():
        connection, _ = listener.accept()
        for _ in range(2):
            connection.recv(4096)
            body = b"<html><body>" + b"<p>News of the day</p>\n" * 40 + b"</body></html>\n"
            connection.sendall(b"HTTP/1.1 200 OK\r\nServer: news\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        lab.wait(0.1)
        linger(connection)
        connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    connection = http.client.HTTPConnection(WEB, 8080)
    connection.sock = lab.connect(8080, WEB)
    for path in ("/", "/sports"):
        connection.request("GET", path)
        connection.getresponse().read()
    thread.join()
    lab.wait()


def lost_resets(lab):
    lab.relay.rule = lambda segment, direction: direction == "to_server" and segment.is_reset or None
    read_and_close(lab, unread=True, address=LOSSY, enough=5_000, buffer=16_000)
    lab.wait(3.2)


@scenario("article", cases, [variant(4, 12, "rules", "client")], box="r1", single=True)
def article(lab):
    """The cases of the article one after the other: a firewall that answers SYNs (10.20.30.50, port 22), a closed port (10.20.30.41, port
    8443), FTP data after the client's FIN (10.20.30.40), a web server that closes by reset when all is delivered (10.20.30.41, port
    8080), and resets that are lost on their way (10.20.30.60)."""
    lab.web()
    lab.r1.filter(f"ip daddr {GUARDED} tcp dport 22 counter reject with tcp reset")
    lab.curl(lab.url("/", 80, GUARDED))
    for _ in range(2):
        lab.refused(22, GUARDED)
        lab.wait(0.5)
    lab.curl(lab.url("/", 80, WEB))
    lab.refused(8443, WEB)
    lab.wait(0.5)
    session, control = ftp_session(lab)
    data = lab.connect(passive_port(session, lab))
    session.putcmd("LIST")
    session.file.close()
    control.close()
    lab.wait()
    while data.recv(4096):
        pass
    data.close()
    lab.wait(0.5)
    news_site(lab)
    lab.wait(0.5)
    lost_resets(lab)
