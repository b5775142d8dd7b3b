"""Everything measured and printed: which systems, which workloads, times and what they are to each other."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import warnings
from collections.abc import Iterator, Sequence

from benchmarks import compiling, machine, memory, timing
from benchmarks.systems import NAMES, OTHERS, Found, find
from benchmarks.systems.written import FLOOR
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS

BESIDES = ("compiling", "memory")


def measure(workload: Workload, found: Found, rounds: int, small: bool) -> dict[str, float]:
    """Seconds a call of each system that can do the workload, after their answers were compared."""
    arguments = workload.draw(workload.small if small else workload.full)
    prepared = {each.name: each.prepare(workload, arguments) for each in found.systems}
    ready = {name: each for name, each in prepared.items() if each is not None}
    timing.check(workload, ready)
    floor = FLOOR.prepare(workload, arguments)
    return timing.medians(ready if floor is None else {**ready, "floor": floor}, rounds)


def _measured_apart(workload: Workload, found: Found, rounds: int, small: bool) -> dict[str, float]:
    """`measure` in a process of its own: how fast memory is had depends on what was given back before."""
    print(f"{workload.name} ...", file=sys.stderr)
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measure_named, (workload.name, [each.name for each in found.systems], rounds, small))


def _measure_named(name: str, systems: list[str], rounds: int, small: bool) -> dict[str, float]:
    warnings.simplefilter("ignore")
    workload = next(each for each in WORKLOADS if each.name == name)
    return measure(workload, find(tuple(systems)), rounds, small)


def rows_of_times(names: Sequence[str], results: dict[str, dict[str, float]]) -> Iterator[list[str]]:
    """A row a workload: times, and in brackets what they are to the arranged program's."""
    yield ["workload", *names]
    for workload in WORKLOADS:
        times = results.get(workload.name)
        if times is None:
            continue
        base = times.get("arranged")
        cells = [
            f"{_time(times[name])} ({times[name] / base:.2f})" if name in times and base else "-" for name in names
        ]
        yield [workload.title, *cells]


def rows_of_ratios(names: Sequence[str], results: dict[str, dict[str, float]]) -> Iterator[list[str]]:
    """A row a workload: what the others' times are to those of the tuned source; the geometric mean last."""
    others = [name for name in names if name != "tuned"]
    yield ["to tuned", *others]
    ratios = {w: {name: t[name] / t["tuned"] for name in others if name in t} for w, t in results.items()}
    for workload in WORKLOADS:
        if workload.name in ratios:
            have = ratios[workload.name]
            yield [workload.title, *(f"{have[name]:.2f}" if name in have else "-" for name in others)]
    columns = [[each[name] for each in ratios.values() if name in each] for name in others]
    yield ["geometric mean", *(f"{timing.geometric_mean(each):.2f}" if each else "-" for each in columns)]


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.3g} us"


def table(rows: Sequence[Sequence[str]], markdown: bool) -> str:
    """Rows as text, columns lined up; the first is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    bar, ends = (" | ", ("| ", " |")) if markdown else ("  ", ("", ""))
    lines = [ends[0] + bar.join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + ends[1] for row in rows]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|" if markdown else "-" * len(lines[0]))
    return "\n".join(line.rstrip() for line in lines)


def main() -> None:
    """Measure and print."""
    known = [each.name for each in WORKLOADS] + [*BESIDES]
    parser = argparse.ArgumentParser(prog="python benchmarks/run.py", description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="workload", help=", ".join(known))
    parser.add_argument("--systems", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--small", action="store_true", help="small sizes, to try the benchmarks themselves")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    unknown = sorted(set(given.workloads) - set(known))
    if unknown:
        parser.error(f"no workload {', '.join(unknown)}; there are {', '.join(known)}")
    warnings.simplefilter("ignore")
    wanted = given.workloads or known
    found = find(tuple({"hand": None, "arranged": None, **dict.fromkeys(given.systems)}))
    for line in machine.describe(found.versions, found.missing):
        print(f"* {line}")
    chosen = [each for each in WORKLOADS if each.name in wanted]
    results = {each.name: _measured_apart(each, found, given.rounds, given.small) for each in chosen}
    columns = [*(each.name for each in found.systems), "floor"]
    names = [name for name in columns if any(name in times for times in results.values())]
    if results:
        print("\n" + table(list(rows_of_times(names, results)), given.markdown))
        if "tuned" in names:
            print("\n" + table(list(rows_of_ratios(names, results)), given.markdown))
    if "compiling" in wanted:
        others = [each.name for each in found.systems if each.name in OTHERS]
        print("\n" + table(list(compiling.report(others)), given.markdown))
        numpy, symdiff = compiling.import_times()
        print(f"\nimport numpy {numpy:.0f} ms, import symdiff {symdiff:.0f} ms: {symdiff - numpy:.0f} ms more")
    if "memory" in wanted:
        print("\n" + table(list(memory.report(columns[:-1])), given.markdown))
