"""What a node costs, from a thousand to a million of them: building, differentiating, compiling; and the import."""

import argparse
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import symdiff as sd

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def chain(length: int) -> tuple[sd.Graph, sd.Expr, sd.Expr]:
    """y = sin(y) x, repeated until the graph has `length` nodes."""
    g = sd.Graph()
    x = y = g.input("x")
    for _ in range(length // 2):
        y = sd.sin(y) * x
    return g, x, y


def seconds(run: Callable[[], Any], rounds: int) -> float:
    """The median time of a few runs, with garbage of earlier ones collected first."""
    times: list[float] = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(length: int) -> tuple[float, float, float]:
    """Microseconds a node: to build, to differentiate (a node it adds), to compile both to source (a node in all)."""
    rounds = 5 if length < 100_000 else 1
    build = seconds(lambda: chain(length), rounds) / length

    def differentiate() -> tuple[float, int, sd.Graph, sd.Expr, sd.Expr, sd.Expr]:
        g, x, y = chain(length)
        start = time.perf_counter()
        d = sd.grad(y, x)
        return time.perf_counter() - start, len(g) - length, g, x, y, d

    spent, added, g, x, y, d = min((differentiate() for _ in range(rounds)), key=lambda each: each[0])
    whole = float("nan")
    if length <= 100_000:
        whole = seconds(lambda: sd.compile([x], [y, d], name="f"), 1) / len(g)
    return build * 1e6, spent / added * 1e6, whole * 1e6


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
    print("us a node; the last column is build, to the first row's")
    print(f"{'nodes':>10} {'build':>10} {'gradient':>10} {'compile':>10}")
    first = None
    for length in (size for size in SIZES if size <= largest):
        build, gradient, whole = measure(length)
        first = first or build
        print(f"{length:>10,} {build:>10.2f} {gradient:>10.2f} {whole:>10.1f}   {build / first:.2f}")
    numpy, symdiff = import_times()
    print(f"\nimport numpy {numpy:.0f} ms, import symdiff {symdiff:.0f} ms: {symdiff - numpy:.0f} ms more")


if __name__ == "__main__":
    main()
