"""What is compared: tshark alone, with the plugin, with TRANSUM, with a Lua script.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import pathlib
import re
import subprocess

import environment
from measuring.trouble import Trouble

SCRIPT = pathlib.Path(__file__).parent.parent / "rstanalysis.lua"
FILTER = "tcp.flags.reset==1"


@dataclasses.dataclass
class Variant:
    name: str
    host: environment.Host
    options: tuple = ()

    def command(self, capture, *passes):
        return ["tshark", *passes, *self.options, "-n", "-r", capture, "-Y", FILTER]


def host():
    """One that has the plugins that came with Wireshark, TRANSUM among them, and none of this machine's users."""
    made = environment.Host(None)
    shown = subprocess.run(["tshark", "-G", "folders"], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    folder = made.plugin_folder()
    shared = re.search(r"^Global Plugins:\s*(.+)$", shown, re.MULTILINE)[1]
    for plugin in pathlib.Path(shared, "epan").glob("*.so"):
        if plugin.name != "rstanalysis.so":
            (folder / plugin.name).symlink_to(plugin)
    return made


def all_of_them(library):
    """All variants by name: `none` first, then those that add something to it."""
    bare, plugged = host(), host()
    plugged.install(library)
    script = environment.lend(SCRIPT)
    variants = [Variant("none", bare), Variant("plugin", plugged),
                Variant("transum", bare, ("--enable-protocol", "transum")),
                Variant("lua", bare, ("-X", f"lua_script:{script}"))]
    return {variant.name: variant for variant in variants}


def check(variants, capture):
    """That each variant has what it is called after, and none has more. The capture holds resets and HTTP.

    TRANSUM shows what it found in the second pass only.
    """
    for name, shown in (("plugin", "rstanalysis"), ("transum", "transum"), ("lua", "rstlua")):
        variant = variants[name]
        run = variant.host.run("tshark", "-2", *variant.options, "-n", "-r", capture, "-Y", shown)
        if not run.stdout:
            raise Trouble(f"tshark shows nothing of {shown} where it should: {run.stderr}")
    for name, variant in variants.items():
        has_plugin = "rstanalysis.so" in variant.host.run("tshark", *variant.options, "-G", "plugins").stdout
        if has_plugin != (name == "plugin"):
            raise Trouble(f"tshark -G plugins {'lists' if has_plugin else 'does not list'} the plugin where that is to be measured "
                          f"{'without' if has_plugin else 'with'} it.")
    trees = variants["none"].host.run("tshark", "-2", "-n", "-r", capture, "-Y", "transum").stdout
    if trees:
        raise Trouble("TRANSUM is on in a new user's tshark, so there is nothing to compare with.")
