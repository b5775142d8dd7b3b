"""The machine and the versions that figures belong to."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import symdiff as sd


def describe(versions: dict[str, str], missing: tuple[str, ...]) -> Iterator[str]:
    """Lines that say where the figures come from."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    caches = ", ".join(_caches())
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[index]
    yield f"{_processor()}, {platform.machine()}, {os.cpu_count()} cores of which {cores} is used; {caches}"
    yield f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    yield f"symdiff {sd.__version__}, NumPy {np.__version__} with {blas['name']} {blas['version']}"
    if versions:
        yield ", ".join(f"{name} {version}" for name, version in versions.items())
    if missing:
        yield f"not installed, left out: {', '.join(missing)}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _caches() -> Iterator[str]:
    for each in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((each / name).read_text(encoding="utf-8").strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            yield f"L{level} {size}"
