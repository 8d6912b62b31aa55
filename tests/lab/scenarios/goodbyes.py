"""Sessions that end as their application protocol says, and whose connection then ends by a reset: harmless, all was said."""

import subprocess

import servers
from lab import linger, read_all
from registry import either, scenario, variant
from scenarios.aborting import dialogue
from scenarios.closing import ftp_session

NEAR_FAR = [variant(4, 3, "rules", "client server"), variant(6, 30, "figures", "client r2")]
FAR_NEAR = [variant(6, 30, "rules", "client server"), variant(4, 3, "figures", "client r1wan")]


def late_fin(reset, point):
    """The peer's own close may cross the reset or meet nobody."""
    return "normal_close" if reset.number == 1 else either("in_flight", "normal_close", "data_after_close")


@scenario("normal_close-ftp", late_fin, NEAR_FAR)
def normal_close_ftp(lab):
    """An FTP session with vsftpd ends by QUIT and 221; the client then resets (SO_LINGER 0)."""
    session, control = ftp_session(lab)
    linger(control)
    session.sendcmd("QUIT")
    session.file.close()
    control.close()
    lab.wait(0.2)


def quit_mail(client, server):
    client.sendall(b"QUIT\r\n")
    read_all(server, 6)
    server.sendall(b"221 2.0.0 bye\r\n")


@scenario("normal_close-smtp_client", late_fin, FAR_NEAR)
def normal_close_smtp_client(lab):
    """A mail dialogue ends by QUIT and 221; the client then resets (SO_LINGER 0)."""
    client, server = dialogue(lab)
    quit_mail(client, server)
    read_all(client, 15)
    linger(client)
    client.close()
    lab.wait(0.2)


@scenario("normal_close-smtp_server", late_fin, NEAR_FAR)
def normal_close_smtp_server(lab):
    """A mail dialogue ends by QUIT and 221, after which the server resets at once (SO_LINGER 0)."""
    client, server = dialogue(lab)
    quit_mail(client, server)
    lab.wait(0.1)
    linger(server)
    server.close()
    lab.wait(0.2)


def redis(lab):
    """A client of a real Redis server."""
    lab.used.append(servers.version("redis-server"))
    lab.server.start(["redis-server", "--port", "6379", "--bind", lab.server_ip, "--protected-mode", "no", "--save", "", "--dir", str(lab.folder), "--maxclients", "2"],
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lab.wait_for_port(6379)
    return lab.connect(6379)


def command(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


@scenario("normal_close-redis", late_fin, FAR_NEAR)
def normal_close_redis(lab):
    """A Redis client sets and gets a value, has its answers, and resets (SO_LINGER 0)."""
    client = redis(lab)
    for words, answer in (((b"SET", b"order:17", b"shipped"), 5), ((b"GET", b"order:17"), 13)):
        client.sendall(command(*words))
        read_all(client, answer)
    lab.wait(0.2)
    linger(client)
    client.close()
    lab.wait(0.2)


def crowded(reset, point):
    """The server says that it has too many clients and closes; what the client asked meanwhile is reset."""
    return either("resource_limit", "data_after_close", "unread_data") if reset.number == 1 else either("in_flight", "resource_limit", "data_after_close", "unread_data")


@scenario("resource_limit-redis", crowded, NEAR_FAR)
def resource_limit_redis(lab):
    """A Redis server takes two clients (maxclients); each further one is told so, closed, and reset when it asks."""
    held = [redis(lab), lab.connect(6379)]
    for client in held:
        client.sendall(command(b"PING"))
        read_all(client, 7)
    for _ in range(3):
        client = lab.connect(6379)
        client.sendall(command(b"GET", b"order:17"))
        lab.wait(0.1)
        client.close()
    lab.wait(0.1)


POSTGRES_HELLO = b"\0\0\0\x23\0\x03\0\0user\0anna\0database\0orders\0\0"
POSTGRES_READY = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"


@scenario("normal_close-postgresql", late_fin, NEAR_FAR)
def normal_close_postgresql(lab):
    """A PostgreSQL session (its protocol, spoken by both test programs) ends by the client's Terminate and a reset in the same instant."""
    client, server = lab.pair(5432)
    client.sendall(POSTGRES_HELLO)
    read_all(server, len(POSTGRES_HELLO))
    server.sendall(POSTGRES_READY)
    read_all(client, len(POSTGRES_READY))
    query = b"Q\0\0\0\x0eSELECT 17\0"
    client.sendall(query)
    read_all(server, len(query))
    answer = b"T\0\0\0\x21\0\x01?column?\0" + b"\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0"
    answer += b"D\0\0\0\x0c\0\x01\0\0\0\x0217" + b"C\0\0\0\x0dSELECT 1\0" + b"Z\0\0\0\x05I"
    server.sendall(answer)
    read_all(client, len(answer))
    lab.wait(0.3)
    client.sendall(b"X\0\0\0\x04")
    linger(client)
    client.close()
    lab.wait(0.2)
