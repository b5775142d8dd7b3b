"""The systems that are measured: those written by hand, symdiff, and what else is installed."""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from benchmarks.systems import with_symdiff, written
from benchmarks.systems.system import System

OTHERS = {
    "JAX": ("jax", "with_jax"),
    "PyTorch": ("torch", "with_torch"),
    "PyTensor": ("pytensor", "with_pytensor"),
    "autograd": ("autograd", "with_autograd"),
    "CasADi": ("casadi", "with_casadi"),
}
"""The package that a system is, and the file that speaks to it."""
OWN = (*written.SYSTEMS, *with_symdiff.SYSTEMS)
NAMES = (*(each.name for each in OWN), *OTHERS)


class Found(NamedTuple):
    """The systems there are, each with its version; those that aren't installed."""

    systems: tuple[System, ...]
    versions: dict[str, str]
    missing: tuple[str, ...]


def find(wanted: tuple[str, ...] = NAMES) -> Found:
    """The wanted systems that are installed."""
    systems = [each for each in OWN if each.name in wanted]
    versions: dict[str, str] = {}
    missing: list[str] = []
    for name, (package, file) in OTHERS.items():
        if name not in wanted:
            continue
        try:
            versions[name] = version(package)
        except PackageNotFoundError:
            missing.append(name)
            continue
        systems.append(importlib.import_module(f"benchmarks.systems.{file}").SYSTEM)
    return Found(tuple(systems), versions, tuple(missing))
