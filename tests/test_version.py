"""plugin/version.c: what a Wireshark says that the plugin was not built for.

The file is built against headers that claim another version, into a library with nothing else in it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import environment
from test_abi import EXPORTED, host_libraries, output, symbols
from test_install import VERSION

# What Wireshark's loader looks for.
LIBRARY = """
#include <ws_version.h>
const char plugin_version[] = "0";
const int plugin_want_major = WIRESHARK_VERSION_MAJOR, plugin_want_minor = WIRESHARK_VERSION_MINOR;
unsigned plugin_describe(void) { return 1; }
void plugin_register(void) {}
"""


@functools.cache
def built_for(other):
    """The path of a library built against this Wireshark's headers, of which ws_version.h says another version."""
    folder = environment.own_folder("headers")
    major, minor = other.split(".")
    (folder / "ws_version.h").write_text(f"#define WIRESHARK_VERSION_MAJOR {major}\n#define WIRESHARK_VERSION_MINOR {minor}\n")
    (folder / "library.c").write_text(LIBRARY)
    library = folder / "rstanalysis.so"
    sources = [environment.REPOSITORY / "plugin" / "version.c", folder / "library.c"]
    output("cc", "-std=c11", "-shared", "-fPIC", f"-I{folder}", *output("pkg-config", "--cflags", "wireshark").split(),
           *map(str, sources), "-o", str(library))
    return library


class Version(unittest.TestCase):
    def listing(self, library):
        """What tshark says with the library in its plugin folder."""
        host = environment.Host(None)
        folder = environment.own_folder("plugins")
        place = folder / VERSION / "epan" / "rstanalysis.so"
        place.parent.mkdir(parents=True)
        shutil.copyfile(library, place)
        return place, host.run("tshark", "-G", "plugins", environment={"WIRESHARK_PLUGIN_DIR": str(folder)})

    def test_tshark_says_what_to_do(self):
        place, run = self.listing(built_for("4.9"))
        self.assertNotIn("rstanalysis", run.stdout)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stderr.splitlines()[0],
                         f"tshark: {place} was built for Wireshark 4.9 and can't be used by this Wireshark, {VERSION}. Run "
                         f"plugin/install of TCP Reset Analysis again, or install its package for Wireshark {VERSION}.")

    def test_older_major_is_another_version_too(self):
        _, run = self.listing(built_for("3." + VERSION.split(".")[1]))
        self.assertIn("was built for Wireshark 3.", run.stderr)

    def test_right_version_says_nothing(self):
        for library in (built_for(VERSION), environment.build()):
            _, run = self.listing(library)
            self.assertIn("rstanalysis.so", run.stdout)
            self.assertEqual(run.stderr, "")

    def test_other_programs_hear_nothing(self):
        for libraries in ([], host_libraries()):
            script = ("import ctypes, os, sys; [ctypes.CDLL(path, ctypes.RTLD_GLOBAL) for path in sys.argv[2:]]; "
                      "ctypes.CDLL(sys.argv[1], os.RTLD_LAZY)")
            run = subprocess.run([sys.executable, "-c", script, built_for("4.9"), *libraries], capture_output=True, text=True)
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))

    def test_plugin_has_the_check(self):
        for kind in ("release", "debug"):
            library = environment.build(kind)
            self.assertIn(f"was built for Wireshark {VERSION} ".encode(), library.read_bytes())
            self.assertIn("rst_check_version", symbols([library]))
            self.assertNotIn("rst_check_version", symbols([library], *EXPORTED))

    def test_build_watches_the_headers_folder(self):
        # Packages give ws_version.h the time at which they were made: it may be older than the last build.
        environment.build()
        notes = sorted((environment.REPOSITORY / "target" / "release" / "build").glob("rstanalysis-*/output"),
                       key=lambda path: path.stat().st_mtime)
        watched = re.findall("^cargo::rerun-if-changed=(.*)$", notes[-1].read_text(), re.MULTILINE)
        self.assertTrue([path for path in watched if (pathlib.Path(path) / "ws_version.h").exists()], watched)


if __name__ == "__main__":
    unittest.main()
