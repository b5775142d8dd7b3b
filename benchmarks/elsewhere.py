"""What getting ready costs other systems: the same chains, each in a process of its own that may take only so long."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.systems import find
from benchmarks.workload import Workload

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 20
"""Seconds of the processor that a system may take for a chain; what takes longer, or fails, has no figure."""


def times(name: str, lengths: Sequence[int]) -> Iterator[tuple[int, float]]:
    """Seconds until the first result of a system, from nothing, for each length that it manages."""
    for length in lengths:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.elsewhere", name, str(length)]
        settings = {**os.environ, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
        if run.returncode:
            last = run.stderr.strip().splitlines()[-1:] or [f"took more than {PATIENCE} s"]
            print(f"{name}, chain of {length:,}: {last[0]}", file=sys.stderr)
            return
        if not run.stdout.strip():
            return
        yield length, float(run.stdout)


def outputs_of(length: int) -> Callable[..., list[Any]]:
    """y = sin(y) x, so many times: sum(y) and its gradient."""

    def outputs(system: Any, x: Any) -> list[Any]:
        def loss(x: Any) -> Any:
            y = x
            for _ in range(length):
                y = system.np.sin(y) * x
            return system.np.sum(y)

        value, gradients = system.value_and_grad(loss, (0,))(x)
        return [value, *gradients]

    return outputs


def _only_stated(x: Any) -> Any:
    raise NotImplementedError


def _seconds(name: str, length: int) -> float | None:
    (system,) = find((name,)).systems
    workload = Workload("chain", "", _only_stated, outputs_of(length), _only_stated, _only_stated, (), ())
    start = time.process_time()
    _limit(start + PATIENCE)
    prepared = system.prepare(workload, (np.linspace(0.1, 1, 8),))
    if prepared is None:
        return None
    prepared.run(*prepared.arguments)
    return time.process_time() - start


def _limit(seconds: float) -> None:
    """Let the process end after so much of the processor's time, where the platform can do that."""
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))


if __name__ == "__main__":
    found = _seconds(sys.argv[1], int(sys.argv[2]))
    print("" if found is None else found)
