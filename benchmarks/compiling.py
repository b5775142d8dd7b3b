"""What it costs to get ready: graph, gradient, optimising, writing and loading, for long chains and a deep network."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

import symdiff as sd
from benchmarks import elsewhere
from symdiff.optimize.passes import optimise
from symdiff.transplant import rebuilt

LENGTHS = (100, 1_000, 10_000, 100_000)
LAYERS = 200
PATIENCE = 60.0
"""Seconds that a chain of symdiff's may take; it is asked for the next length while ten times as long stays below."""


class Phases(NamedTuple):
    """Seconds of each part of symdiff's way, and how many nodes there were: built, with the gradient."""

    built: int
    nodes: int
    build: float
    gradient: float
    pipeline: float
    loading: float
    first_call: float

    @property
    def total(self) -> float:
        """Seconds from nothing to the first result."""
        return self.build + self.gradient + self.pipeline + self.loading + self.first_call


def chain(length: int) -> tuple[list[Any], list[Any], Any]:
    """y = sin(y) x, so many times: the inputs, their values, y."""
    x = y = sd.Graph().input("x", (8,))
    for _ in range(length):
        y = sd.sin(y) * x
    return [x], [np.linspace(0.1, 1, 8)], sd.sum(y)


def network(layers: int) -> tuple[list[Any], list[Any], Any]:
    """A network of so many layers with a bias each: the inputs, their values, the loss."""
    g = sd.Graph()
    x = h = g.input("x", (4, 8))
    inputs = [x]
    for i in range(layers):
        W, b = g.input(f"W{i}", (8, 8)), g.input(f"b{i}", (8,))
        h = sd.tanh(h @ W + b)
        inputs += [W, b]
    values = [np.full(each.shape, 0.1) for each in inputs]
    return inputs, values, sd.mean(h * h)


def phases(build: Callable[[], tuple[list[Any], list[Any], Any]]) -> Phases:
    """One way from nothing to the first result. Optimising is timed once more by itself, to tell it from the rest."""
    gc.collect()
    (inputs, values, y), building = _timed(build)
    graph = y.graph
    built = len(graph)
    gradients, differentiating = _timed(lambda: sd.grad(y, inputs))
    outputs = [y, *gradients]
    part = rebuilt(graph, outputs=[each.id for each in outputs], arguments=[each.id for each in inputs])
    _, optimising = _timed(lambda: optimise(part, "default"))
    f, compiling = _timed(lambda: sd.compile(inputs, outputs, name="f"))
    _, calling = _timed(lambda: f(*values))
    loading = max(compiling - optimising, 0.0)
    return Phases(built, len(graph), building, differentiating, optimising, loading, calling)


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    result = run()
    return result, time.process_time() - start


def _chain(length: int) -> str:
    return f"chain of {length:,}"


def measured() -> Iterator[tuple[str, Phases]]:
    """The rows: chains of all lengths, the deep network; short ones are medians of several runs."""
    for length in LENGTHS:
        found = _median(lambda length=length: chain(length), 5 if length < 10_000 else 1)
        yield _chain(length), found
        if found.total * 10 > PATIENCE:
            break
    yield f"{LAYERS}-layer MLP", _median(lambda: network(LAYERS), 5)


def _median(build: Callable[[], tuple[list[Any], list[Any], Any]], rounds: int) -> Phases:
    runs = [phases(build) for _ in range(rounds)]
    return Phases(
        runs[0].built, runs[0].nodes, *(statistics.median(each) for each in list(zip(*runs, strict=True))[2:])
    )


def report(others: Sequence[str]) -> Iterator[list[str]]:
    """The table, the head first; `others` are the names of other systems."""
    found = {name: {_chain(length): spent for length, spent in elsewhere.times(name, LENGTHS)} for name in others}
    yield ["", "nodes", "build", "gradient", "pipeline", "lowering, loading", "ready", "ratio", *found]
    for name, each in measured():
        added = max(each.nodes - each.built, 1)
        a_node = [each.build / each.built, each.gradient / added, each.pipeline / each.nodes, each.loading / each.nodes]
        yield [
            name,
            f"{each.nodes:,}",
            *(f"{seconds * 1e6:.1f} us" for seconds in a_node),
            f"{each.total:.3g} s",
            f"{each.total / each.build:.1f}",
            *(f"{times[name]:.3g} s" if name in times else "-" for times in found.values()),
        ]


def import_times() -> tuple[float, float]:
    """Milliseconds to start Python and import NumPy, and symdiff: medians of runs that take turns."""
    found: dict[str, list[float]] = {"numpy": [], "symdiff": []}
    for _ in range(9):
        for module, times in found.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
            times.append(time.perf_counter() - start)
    return statistics.median(found["numpy"]) * 1e3, statistics.median(found["symdiff"]) * 1e3
