"""A host for --sshlogin: an SSH server of the tests' own on this machine, with temporary keys.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import shutil
import socket
import subprocess
import time

import environment

NAME = "far"
SERVER = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
StrictModes no
PidFile none
UsePAM no
PasswordAuthentication no
SetEnv HOME={home} WIRESHARK_PLUGIN_DIR={plugins}
"""
CLIENT = """
Host {name}
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/user
  IdentitiesOnly yes
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
"""
# The account may have no shell to log in with; the server, and nobody else, sees one that has.
AS_ROOT = 'mkdir -p /run/sshd && mount --bind "$1" /etc/passwd && exec /usr/sbin/sshd -D -e -f "$2"'
LONGEST_START = 20


class Remote:
    """Where `host`, with or without the plugin, is what one finds after logging in."""

    def __init__(self, host):
        self.home = host.home
        self.folder = environment.own_folder("ssh")
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        self.user = environment.account()
        os.chown(self.folder / "user", self.user.pw_uid, self.user.pw_gid)
        self.port = free_port()
        values = {"name": NAME, "port": self.port, "folder": self.folder, "home": self.home, "user": self.user.pw_name,
                  "plugins": host.environment["WIRESHARK_PLUGIN_DIR"]}
        (self.folder / "sshd_config").write_text(SERVER.format(**values))
        (self.folder / "ssh_config").write_text(CLIENT.format(**values))
        self.process = self._start()

    @property
    def login(self):
        """For --sshlogin."""
        return f"ssh -F {self.folder / 'ssh_config'} {NAME}"

    def _start(self):
        command = ["/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "sshd_config"]
        if os.getuid() == 0:
            accounts = self.folder / "passwd"
            accounts.write_text("".join(self._with_shell(line) for line in open("/etc/passwd")))
            command = ["unshare", "--mount", "sh", "-c", AS_ROOT, "sshd", accounts, self.folder / "sshd_config"]
        log = (self.folder / "log").open("w")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + LONGEST_START
        while not answers(self.port):
            if process.poll() is not None or time.monotonic() > end:
                raise environment.Unusable(f"sshd does not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)
        return process

    def _with_shell(self, line):
        name, *rest, _, _ = line.rstrip("\n").split(":")
        return ":".join([name, *rest, str(self.home), "/bin/sh"]) + "\n" if name == self.user.pw_name else line

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def answers(port):
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
