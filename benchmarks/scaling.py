"""What a node costs, from a thousand to a million of them: building, differentiating, optimising, compiling."""

import argparse
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import symdiff as sd
from symdiff.optimize.passes import optimise
from symdiff.transplant import rebuilt

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def chain(length: int) -> tuple[sd.Graph, sd.Expr, sd.Expr]:
    """y = sin(y) x, repeated until the graph has `length` nodes."""
    g = sd.Graph()
    x = y = g.input("x")
    for _ in range(length // 2):
        y = sd.sin(y) * x
    return g, x, y


def perceptron(layers: int) -> tuple[list[sd.Expr], list[sd.Expr]]:
    """The inputs of a perceptron of many layers, its loss and its gradients."""
    g = sd.Graph()
    x = h = g.input("x", ("batch", 16))
    weights = []
    for i in range(layers):
        weights += [g.input(f"W{i}", (16, 16)), g.input(f"b{i}", (16,))]
        h = sd.tanh(h @ weights[-2] + weights[-1])
    loss = sd.mean(h**2)
    return [x, *weights], [loss, *sd.grad(loss, weights)]


def seconds(run: Callable[[], Any], rounds: int) -> float:
    """The median time of a few runs, with garbage of earlier ones collected first."""
    times: list[float] = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def optimising(inputs: list[sd.Expr], outputs: list[sd.Expr], rounds: int) -> float:
    """Microseconds that all phases of the default level take a node, copying the graph in and out included."""
    copy = partial(rebuilt, outputs=[each.id for each in outputs], arguments=[each.id for each in inputs])
    graph = outputs[0].graph
    return seconds(lambda: optimise(graph, "default", copy=copy), rounds) / len(copy(graph)) * 1e6


def measure(length: int) -> tuple[float, float, float, float]:
    """Microseconds a node: to build, to differentiate (a node it adds), to optimise, to compile (of both together)."""
    rounds = 5 if length < 100_000 else 1
    build = seconds(lambda: chain(length), rounds) / length

    def differentiate() -> tuple[float, int, sd.Graph, sd.Expr, sd.Expr, sd.Expr]:
        g, x, y = chain(length)
        start = time.perf_counter()
        d = sd.grad(y, x)
        return time.perf_counter() - start, len(g) - length, g, x, y, d

    spent, added, g, x, y, d = min((differentiate() for _ in range(rounds)), key=lambda each: each[0])
    phases = optimising([x], [y, d], rounds)
    whole = float("nan")
    if length <= 100_000:
        whole = seconds(lambda: sd.compile([x], [y, d], name="f"), 1) / len(g) * 1e6
    return build * 1e6, spent / added * 1e6, phases, whole


def import_times() -> tuple[float, float]:
    """Milliseconds to start Python and import NumPy, and symdiff: medians of interleaved runs."""
    found: dict[str, list[float]] = {"numpy": [], "symdiff": []}
    for _ in range(9):
        for module, times in found.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
            times.append(time.perf_counter() - start)
    return statistics.median(found["numpy"]) * 1e3, statistics.median(found["symdiff"]) * 1e3


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="largest chain to build (nodes)")
    largest = parser.parse_args().largest
    print("us a node; the last columns are build, to the first row's, and optimise, to the row's build")
    print(f"{'nodes':>10} {'build':>10} {'gradient':>10} {'optimise':>10} {'compile':>10}")
    first = None
    for length in (size for size in SIZES if size <= largest):
        build, gradient, phases, whole = measure(length)
        first = first or build
        ratios = f"{build / first:.2f} {phases / build:.2f}"
        print(f"{length:>10,} {build:>10.2f} {gradient:>10.2f} {phases:>10.2f} {whole:>10.1f}   {ratios}")
    inputs, outputs = perceptron(200)
    built = seconds(lambda: perceptron(200), 5) / len(outputs[0].graph) * 1e6
    phases = optimising(inputs, outputs, 5)
    print(
        f"a perceptron of 200 layers with its gradient: build {built:.2f}, optimise {phases:.2f}: {phases / built:.2f}"
    )
    numpy, symdiff = import_times()
    print(f"\nimport numpy {numpy:.0f} ms, import symdiff {symdiff:.0f} ms: {symdiff - numpy:.0f} ms more")


if __name__ == "__main__":
    main()
