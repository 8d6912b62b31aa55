"""Runs scenarios and writes the captures that their variants name, each with its label file."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import traceback

import derive
import lab
import trace


def make_all(scenarios, out, keep):
    """Every variant of every scenario; returns 1 if one failed. A failed one writes nothing, and the rest goes on."""
    failed = 0
    tracer = trace.Trace()
    try:
        for scenario in scenarios:
            for variant in scenario.variants:
                name = f"{scenario.name}-v{variant.ip}-{variant.delay_ms:g}ms"
                try:
                    make(scenario, variant, tracer, name, out, keep)
                except Exception:
                    failed = 1
                    print(f"{name}: failed\n{traceback.format_exc()}", flush=True)
    finally:
        tracer.stop()
    return failed


def make(scenario, variant, tracer, name, out, keep):
    with lab.Lab(scenario, variant, tracer) as run:
        scenario.act(run)
        try:
            join = run.join()
            captures = [(f"{name}-{point}", point, join.labels(point, scenario.judge)) for point in variant.points]
        except Exception:
            keep_all(run, pathlib.Path(tempfile.gettempdir(), "rstlab-failed", name))
            raise
        if keep:
            keep_all(run, out / "all" / name)
        for capture_name, point, resets in captures:
            capture_name = scenario.name if scenario.single else capture_name
            source = run.captures.files[point]
            origin = f"{', '.join(run.used)}, tcpdump{f' -s {scenario.snap}' if scenario.snap < 1500 else ''} at {point}, {time.strftime('%Y-%m-%d')}"
            label = {"scenario": scenario.name,
                     "variant": {"ip": variant.ip, "delay_ms": variant.delay_ms, "point": point},
                     "description": scenario.description, "origin": origin, "split": variant.split, "resets": resets}
            write(source, label, out / capture_name, variant.form)
            for how in variant.derive if point == variant.points[0] else ():
                derive.FORMS[how](source, label, out / f"{capture_name}-{how}")


def write(source, label, target, form):
    """The capture as pcapng or pcap, the label beside it, and one line that says what was made."""
    capture_file = target.with_name(f"{target.name}.{form}")
    subprocess.run(["editcap", "-F", form, str(source), str(capture_file)], check=True, capture_output=True)
    write_label(target, label, capture_file)


def write_label(target, label, capture_file):
    resets = label["resets"]
    head = json.dumps({key: value for key, value in label.items() if key != "resets"}, indent=1)
    rows = ",\n".join("  " + json.dumps(reset) for reset in resets)
    target.with_name(target.name + ".json").write_text(head[:-2] + ',\n "resets": [' + ("\n" + rows + "\n " if rows else "") + "]\n}\n")
    causes = {}
    for reset in resets:
        causes[reset["cause"]] = causes.get(reset["cause"], 0) + 1
    print(f"{capture_file.name}: {capture_file.stat().st_size // 1000} kB, {causes or 'no resets'}", flush=True)


def keep_all(run, folder):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run.folder, folder, ignore=lambda _, names: [name for name in names if not name.endswith(".pcap")])
    (folder / "trace.txt").write_text(run.trace.text())
    print(f"kept {folder}")
