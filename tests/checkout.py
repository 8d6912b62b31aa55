"""A checkout of its own for tests of what installs the plugin, with stand-ins for the programs that would change the machine.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import pathlib
import shutil
import subprocess

import environment

PARTS = ["src", "plugin", "cmake", "build.rs", "wrapper.h", "Cargo.toml", "Cargo.lock", "LICENSE"]
PROFILE = "TCP Reset Analysis"
SYSTEM_FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
REFUSAL = "#!/bin/sh\necho \"$0 $*\" >> \"$CALLS\"\nexit 1\n"
# Says it is new enough; "builds" by taking the library that the tests have built.
CARGO = """#!/bin/sh
case $1 in
--version) echo "cargo 1.999.0" ;;
build) echo "cargo $*" >> "$CALLS"; mkdir -p "$CARGO_TARGET_DIR/release" && cp "$LIBRARY" "$CARGO_TARGET_DIR/release/librstanalysis.so" ;;
esac
"""
APT_INSTALL = "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600"
RUSTC = "#!/bin/sh\necho 'rustc 1.999.0'\n"


class Checkout:
    def __init__(self):
        self.folder = environment.own_folder("checkout")
        self.home = environment.own_folder("home")
        self.programs = environment.own_folder("programs")
        self.calls = self.home / "calls"
        # What is for all users of the machine, of which it has nothing yet.
        self.shared_plugins = environment.own_folder("plugins") / environment.wireshark_series() / "epan"
        self.shared_data = environment.own_folder("data")
        for part in PARTS:
            source = environment.REPOSITORY / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, self.folder / part)
        self.article = self.folder / "tests" / "captures" / "article.pcapng"
        self.article.parent.mkdir(parents=True)
        shutil.copyfile(environment.CAPTURES / "article.pcapng", self.article)
        for name, script in (("cargo", CARGO), ("rustc", RUSTC), ("apt-get", REFUSAL), ("sudo", REFUSAL)):
            self.stand_in(name, script)
        self.give_away(self.folder)
        self.environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.home), "LANG": "C.UTF-8",
            "WIRESHARK_PLUGIN_DIR": str(self.shared_plugins.parent.parent),
            "WIRESHARK_DATA_DIR": str(self.shared_data),
            "CALLS": str(self.calls), "LIBRARY": str(environment.lend(environment.build())),
        }

    def stand_in(self, name, script):
        path = self.programs / name
        path.write_text(script)
        path.chmod(0o755)

    def without(self, *names):
        """Makes the programs the machine does not have: PATH leads to links to the system's others."""
        links = environment.own_folder("links")
        for folder in map(pathlib.Path, SYSTEM_FOLDERS):
            for program in folder.iterdir():
                if program.name not in names and not os.path.lexists(links / program.name):
                    (links / program.name).symlink_to(program)
        for name in names:
            (self.programs / name).unlink(missing_ok=True)
        self.environment["PATH"] = f"{self.programs}:{links}"

    def give_away(self, path):
        """Makes all of it the account's."""
        for place in [path, *path.rglob("*")]:
            os.chown(place, environment.account().pw_uid, environment.account().pw_gid)

    def give_away_shared(self):
        self.give_away(self.shared_plugins.parent.parent)
        self.give_away(self.shared_data)

    def profile_sources(self):
        """Where the profile comes from. Whatever files it has, "hosts" and "services" are among them."""
        folder = self.folder / "plugin" / "profile" / PROFILE
        for name in ("hosts", "services"):
            (folder / name).write_text("# of the plugin\n")
        self.give_away(folder)
        return folder

    def capture(self, name):
        """A copy of the article's capture under another name, in the home folder."""
        path = self.home / name
        shutil.copyfile(self.article, path)
        path.chmod(0o644)
        os.chown(path, environment.account().pw_uid, environment.account().pw_gid)
        return path

    def start(self, *command, variables={}, **streams):
        """A process whose output is to be read; it gets no signal that is meant for the tests."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        return subprocess.Popen(command, env={**self.environment, **variables}, cwd=self.home, stdin=subprocess.DEVNULL,
                                text=True, errors="surrogateescape", start_new_session=True,
                                **streams, **environment.as_account())

    def run(self, *command, timeout=environment.LONGEST_RUN, **variables):
        with self.start(*command, variables=variables) as process:
            try:
                output = process.communicate(timeout=timeout)
            finally:
                process.kill()
            return subprocess.CompletedProcess(process.args, process.returncode, *output)

    @property
    def command(self):
        return self.folder / "plugin" / "explain"

    def explain(self, *arguments, timeout=environment.LONGEST_RUN):
        return self.run(self.command, *arguments, timeout=timeout)

    def install(self, *arguments):
        return self.run(self.folder / "plugin" / "install", *arguments)

    def called(self):
        """The lines that the stand-ins noted since the last call of this."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        self.calls.unlink(missing_ok=True)
        return lines

    def installed(self):
        return [path.name for path in self.home.glob(".local/lib/wireshark/plugins/*/epan/*")]
