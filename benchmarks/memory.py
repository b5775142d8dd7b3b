"""Peak memory of a deep network's step, beside its arguments: a process for each system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.systems import find
from benchmarks.workloads import deep

ROOT = Path(__file__).resolve().parent.parent


def peak(name: str) -> float | None:
    """Megabytes at most, beyond what was there, in the first call of a system; None where it can't be told."""
    settings = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.memory", name]
    run = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    return float(run.stdout) if run.returncode == 0 and run.stdout.strip() else None


def report(names: list[str]) -> Iterator[list[str]]:
    """The table, the head first."""
    found = {name: value for name in names if (value := peak(name)) is not None}
    yield ["", *found]
    yield [deep.WORKLOAD.title, *(f"{value:.0f} MB" for value in found.values())]
    yield ["to arranged", *(f"{value / found['arranged']:.2f}" for value in found.values() if "arranged" in found)]


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def _measure(name: str) -> float:
    """Run the step once, after a small one; what getting ready took at its peak is forgotten.

    The first call, since some systems keep their memory for the second; of JAX it includes compiling.
    """
    (system,) = find((name,)).systems
    small = deep.WORKLOAD.draw(deep.WORKLOAD.small)
    warm = system.prepare(deep.WORKLOAD, small)
    arguments = deep.WORKLOAD.draw(deep.WORKLOAD.full)
    prepared = system.prepare(deep.WORKLOAD, arguments)
    if prepared is None or warm is None:
        raise SystemExit(f"{name} can't do this")
    warm.run(*warm.arguments)
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    before = _status("VmRSS")
    results = prepared.run(*prepared.arguments)
    found = _status("VmHWM") - before
    del results
    return found


if __name__ == "__main__":
    print(_measure(sys.argv[1]))
