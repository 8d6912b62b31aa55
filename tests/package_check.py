"""Installs the Debian package in a clean system in a folder, as debootstrap makes it, and takes it away again.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pathlib
import shutil
import subprocess

import environment

PROFILE = environment.REPOSITORY / "plugin" / "profile" / "TCP Reset Analysis"
APT = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "--no-install-recommends"]


def inside(root, *command):
    """What a command prints in the system in the folder; it takes root."""
    run = subprocess.run(["chroot", str(root), *command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if run.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed in {root}:\n{run.stdout}{run.stderr}")
    return run.stdout


def ours(root):
    """What there is of the plugin in the system."""
    found = inside(root, "find", "/usr", "/etc", "/var/lib", "-name", "*rstanalysis*", "-o", "-name", PROFILE.name)
    return found.splitlines()


def check(root, package):
    """Raises AssertionError unless apt installs the package, it works at once, and its removal leaves nothing."""
    root, work = pathlib.Path(root), pathlib.Path(root) / "tmp" / "rstanalysis-package"
    work.mkdir()
    try:
        for file in (package, environment.CAPTURES / "article.pcapng"):
            shutil.copy(file, work)
        inside(root, *APT, "install", f"/tmp/{work.name}/{pathlib.Path(package).name}")
        listing = inside(root, "tshark", "-G", "plugins")
        if "rstanalysis.so" not in listing:
            raise AssertionError(f"tshark -G plugins does not list the plugin:\n{listing}")
        causes = inside(root, "tshark", "-r", f"/tmp/{work.name}/article.pcapng", "-T", "fields", "-e", "rstanalysis.cause").split()
        if "firewall" not in causes:
            raise AssertionError(f"the bundled capture's resets are not explained: {causes}")
        if PROFILE.is_dir() and not [path for path in ours(root) if path.endswith(f"/profiles/{PROFILE.name}")]:
            raise AssertionError("the profile is missing.")
        inside(root, *APT, "remove", "--purge", "rstanalysis")
        if left := ours(root):
            raise AssertionError(f"the removal leaves {left}.")
    finally:
        shutil.rmtree(work)
