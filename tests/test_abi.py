"""What the library offers to Wireshark and takes from it, and that only the C glue calls epan.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import environment

ENTRY_POINTS = {"plugin_version", "plugin_want_major", "plugin_want_minor", "plugin_register", "plugin_describe"}
HOST_LIBRARIES = ("libwireshark.so", "libwsutil.so", "libwiretap.so", "libglib-2.0.so")
# What a Rust object may take from the glue.
GLUE_FOR_RUST = {"rst_register"}


def output(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def symbols(paths, *options):
    """Names without their versions ("@GCC_3.3")."""
    lines = output("nm", "--format=posix", *options, *map(str, paths)).splitlines()
    return {line.split()[0].split("@")[0] for line in lines if line and not line.endswith(":")}


UNDEFINED, OFFERED, EXPORTED = ("--undefined-only",), ("--defined-only", "--extern-only"), ("-D", "--defined-only")


@functools.cache
def host_libraries():
    """The paths of the libraries that the plugin finds in Wireshark's process."""
    tshark = output("ldd", shutil.which("tshark"))
    paths = re.findall(r"^\s*(\S+) => (/\S+)", tshark, re.MULTILINE)
    return [path for name, path in paths if name.startswith(HOST_LIBRARIES)]


@functools.cache
def host_symbols():
    return symbols(host_libraries(), *EXPORTED)


@functools.cache
def objects():
    """The members of the library's archive: (made by rustc, made by cc)."""
    # Of the debug build: link-time optimisation would blur who calls whom.
    archive = environment.build("debug").with_suffix(".rlib")
    folder = tempfile.mkdtemp(dir=environment.scratch())
    output("ar", "x", str(archive), cwd=folder)
    members = [path for path in pathlib.Path(folder).iterdir() if path.suffix == ".o"]
    rust = [path for path in members if path.name.endswith(".rcgu.o")]
    return rust, [path for path in members if path not in rust]


class Abi(unittest.TestCase):
    def test_library_exports_the_entry_points_and_nothing_else(self):
        exported = symbols([environment.build()], *EXPORTED)
        self.assertEqual(exported, ENTRY_POINTS)

    def test_all_symbols_resolve_in_tshark(self):
        run = environment.host().run("tshark", "-G", "plugins", environment={"LD_BIND_NOW": "1"})
        self.assertIn("rstanalysis.so", run.stdout)
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_archive_holds_both_sides(self):
        rust, glue = objects()
        self.assertEqual(len(glue), len(list((environment.REPOSITORY / "plugin").glob("*.c"))), glue)
        self.assertTrue(rust)
        self.assertGreater(len(host_symbols()), 1000)

    def test_no_rust_object_refers_to_wireshark(self):
        rust, glue = objects()
        self.assertTrue(symbols(glue, *UNDEFINED) & host_symbols())
        self.assertEqual(symbols(rust, *UNDEFINED) & host_symbols(), set())

    def test_rust_takes_one_function_from_the_glue(self):
        rust, glue = objects()
        offered = symbols(glue, *OFFERED)
        taken = symbols(rust, *UNDEFINED)
        self.assertEqual(taken & offered, GLUE_FOR_RUST)

    def test_glue_calls_rust_through_its_table_only(self):
        rust, glue = objects()
        offered = symbols(rust, *OFFERED)
        taken = symbols(glue, *UNDEFINED)
        self.assertEqual(taken & offered, set())

    def test_wanted_version_is_that_of_the_headers(self):
        folders = output("pkg-config", "--cflags-only-I", "wireshark").split()
        headers = [pathlib.Path(folder[2:]) / "ws_version.h" for folder in folders]
        text = next(path for path in headers if path.exists()).read_text()
        for part in ("major", "minor"):
            expected = int(re.search(rf"#define WIRESHARK_VERSION_{part.upper()} (\d+)", text)[1])
            self.assertEqual(number_in(environment.build(), f"plugin_want_{part}"), expected)

    def test_unsafe_code_is_in_ffi_only(self):
        source = environment.REPOSITORY / "src"
        files = [path for path in source.rglob("*.rs") if source / "ffi" not in path.parents]
        self.assertTrue(files)
        for path in files:
            code = re.sub(r"//.*", "", path.read_text())
            self.assertNotRegex(code, r"\bunsafe\b", path.name)

    def test_only_compat_h_asks_for_the_version(self):
        sources = [path for folder in ("plugin", "src") for path in (environment.REPOSITORY / folder).rglob("*.[chr]*")]
        asking = {path.name for path in [*sources, *environment.REPOSITORY.glob("*.[hr]*")]
                  if path.suffix in (".c", ".h", ".rs") and re.search("WIRESHARK_VERSION_M|RST_WIRESHARK_AT_LEAST", path.read_text())}
        # build.rs passes it on to plugin.rs, which tells it to Wireshark.
        self.assertEqual(asking, {"compat.h", "build.rs", "plugin.rs"})


def number_in(library, name):
    """The value of an exported int."""
    script = ("import ctypes, sys; "
              "[ctypes.CDLL(path, ctypes.RTLD_GLOBAL) for path in sys.argv[3:]]; "
              "print(ctypes.c_int.in_dll(ctypes.CDLL(sys.argv[1]), sys.argv[2]).value)")
    return int(output(sys.executable, "-c", script, str(library), name, *host_libraries()))


if __name__ == "__main__":
    unittest.main()
