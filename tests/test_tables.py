"""A thousand captures in DuckDB, as README shows it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import unittest

import environment
from checkout import Checkout
from test_documentation import README

CAPTURES = 1000
LONGEST = 3600     # seconds: a thousand captures on a slow machine
HOUR = 3600
# Times as numbers: for others, DuckDB wants one more package.
ASK = """
import duckdb, json, sys
query = sys.stdin.read()
print(json.dumps(duckdb.sql(f"SELECT cause, server, epoch(hour)::BIGINT, resets FROM ({query})").fetchall()))
"""


def duckdb():
    """The Python of a virtual environment that has DuckDB."""
    folder = environment.own_folder("venv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    run = subprocess.run([folder / "bin" / "pip", "--disable-pip-version-check", "install", "duckdb"], capture_output=True, text=True)
    if run.returncode != 0:
        raise environment.Unusable(f"pip could not install duckdb, which takes a connection: {run.stderr}")
    return folder / "bin" / "python"


def counted(capture):
    """How many resets of each cause, server and hour tshark's fields show, without our program."""
    run = environment.host().run("tshark", "-2", "-n", "-r", capture, "-Y", "rstanalysis.cause", "-T", "fields",
                                 "-e", "rstanalysis.cause", "-e", "rstanalysis.server", "-e", "frame.time_epoch")
    rows = (line.split("\t") for line in run.stdout.splitlines())
    return collections.Counter((cause, server, int(float(time)) // HOUR * HOUR) for cause, server, time in rows)


class Database(unittest.TestCase):
    def test_causes_by_server_and_hour_of_a_thousand_captures(self):
        checkout = Checkout()
        checkout.explain()
        sources = list(environment.captures().values())
        self.assertGreater(len(sources), CAPTURES // 2)
        names = []
        for number in range(CAPTURES):
            source = sources[number % len(sources)]
            names.append(f"{number} {source.name}")
            shutil.copyfile(source, checkout.home / names[-1])
        run = checkout.explain("--format", "ndjson", "--output", "resets.ndjson", *names, timeout=LONGEST)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            counts = dict(zip(sources, pool.map(counted, sources)))
        expected = sum((counts[sources[number % len(sources)]] for number in range(CAPTURES)), collections.Counter())
        query = README.split("```sql\n", 1)[1].split("```", 1)[0]
        answer = subprocess.run([duckdb(), "-c", ASK], input=query, cwd=checkout.home, capture_output=True, text=True)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        rows = json.loads(answer.stdout)
        self.assertEqual({(cause, server, hour): resets for cause, server, hour, resets in rows}, expected)
        self.assertEqual([row[3] for row in rows], sorted((row[3] for row in rows), reverse=True))


if __name__ == "__main__":
    unittest.main()
