"""Agreement first, then time: systems take turns, and each is known by the median of its rounds."""

from __future__ import annotations

import math
import statistics
import time
import timeit
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.systems.system import Prepared
from benchmarks.workload import Workload

ROUND_SECONDS = 0.02
"""What one system's turn takes at least."""


class Disagreement(Exception):
    """Two systems gave different answers."""


def answers(prepared: Prepared) -> list[Any]:
    """The results as arrays of NumPy; a single one may come without a list around it."""
    results = prepared.run(*prepared.arguments)
    return [np.asarray(each) for each in (results if isinstance(results, (list, tuple)) else [results])]


def check(workload: Workload, ready: Mapping[str, Prepared], reference: str = "hand") -> None:
    """Raise `Disagreement` unless every system gives the reference's answers, and leaves its arguments alone."""
    wanted = answers(ready[reference])
    for name, prepared in ready.items():
        before = [np.array(each) for each in prepared.arguments]
        found = answers(prepared)
        if len(found) != len(wanted):
            raise Disagreement(f"{workload.name}: {name} gives {len(found)} results, {reference} {len(wanted)}")
        for i, (have, want) in enumerate(zip(found, wanted, strict=True)):
            if have.size != want.size:
                raise Disagreement(f"{workload.name}: result {i} of {name} has shape {have.shape}, not {want.shape}")
            error = difference(have.reshape(want.shape), want)
            if not error <= workload.tolerance:
                raise Disagreement(f"{workload.name}: result {i} of {name} differs by {error:.1e} from {reference}'s")
        for i, (left, given) in enumerate(zip(before, prepared.arguments, strict=True)):
            if not np.array_equal(left, np.asarray(given)):
                raise Disagreement(f"{workload.name}: {name} writes to argument {i}")


def difference(have: Any, want: Any) -> float:
    """The largest difference of two results, to the largest value of the second."""
    largest = float(np.max(np.abs(want), initial=0))
    return float(np.max(np.abs(have - want), initial=0)) / (largest or 1.0)


def medians(ready: Mapping[str, Prepared], rounds: int) -> dict[str, float]:
    """Processor seconds a call of each system: the median over rounds in which the systems take turns.

    A turn is one call that isn't counted, then as many as fill it. Time is the processor's: on one core it is the
    clock's, without what others take on a shared machine.
    """
    timers = {name: _timer(each) for name, each in ready.items()}
    for timer in timers.values():
        timer.timeit(1)
    numbers = {name: _number(timer) for name, timer in timers.items()}
    times: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, timer in timers.items():
            timer.timeit(1)
            times[name].append(timer.timeit(numbers[name]) / numbers[name])
    return {name: statistics.median(each) for name, each in times.items()}


def _timer(prepared: Prepared) -> timeit.Timer:
    names = [f"a{i}" for i in range(len(prepared.arguments))]
    known: dict[str, Any] = {"f": prepared.run, **dict(zip(names, prepared.arguments, strict=True))}
    head = "".join(f"{name} = {name}_; " for name in names) + "f = f_"
    given = {f"{name}_": each for name, each in known.items()}
    return timeit.Timer(f"f({', '.join(names)})", head, time.process_time, given)


def _number(timer: timeit.Timer) -> int:
    number = 1
    while True:
        spent = timer.timeit(number)
        if spent > ROUND_SECONDS / 4:
            return max(1, math.ceil(ROUND_SECONDS * number / spent))
        number *= 4


def geometric_mean(ratios: Sequence[float]) -> float:
    """The mean that ratios have."""
    return math.exp(statistics.fmean(map(math.log, ratios)))
