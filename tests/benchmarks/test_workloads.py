"""The benchmarks' workloads: before anything is timed, all systems must give the same answers; here on small inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from benchmarks import timing
from benchmarks.compiling import chain, network, phases
from benchmarks.systems import OWN, find
from benchmarks.systems.system import Prepared
from benchmarks.table import rows_of_ratios, rows_of_times, table
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS, deep

ALL = (*WORKLOADS, deep.WORKLOAD)


def ready(workload: Workload, sizes: Sequence[int]) -> dict[str, Prepared]:
    """symdiff's three ways and the two written by hand, made ready."""
    arguments = workload.draw(sizes)
    prepared = {each.name: each.prepare(workload, arguments) for each in OWN}
    return {name: each for name, each in prepared.items() if each is not None}


@pytest.mark.parametrize("workload", ALL, ids=lambda each: each.name)
def test_the_systems_agree(workload: Workload) -> None:
    prepared = ready(workload, workload.small)
    assert set(prepared) == {"hand", "arranged", "interpreter", "readable", "tuned"}
    timing.check(workload, prepared)


UNEVEN = {
    "elementwise": (8192 + 3,), "greeks": (4096 + 5,), "logistic": (1024 + 1, 3), "cross_entropy": (37, 5),
    "layer_norm_gelu": (130, 8), "mixture": (131, 3, 2), "rbf": (70, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", UNEVEN)
def test_slices_written_by_hand_need_not_come_out_even(name: str) -> None:
    workload = next(each for each in WORKLOADS if each.name == name)
    arguments = workload.draw(UNEVEN[name])
    programs = {"hand": Prepared(workload.hand, arguments), "arranged": Prepared(workload.arranged, arguments)}
    timing.check(workload, programs)


@pytest.mark.parametrize("workload", ALL, ids=lambda each: each.name)
def test_results_are_fresh(workload: Workload) -> None:
    arguments = workload.draw(workload.small)
    results = [each for each in workload.arranged(*arguments) if isinstance(each, np.ndarray)]
    for i, result in enumerate(results):
        assert not any(np.shares_memory(result, other) for other in (*arguments, *results[:i]))


def _wrong(x: Any) -> list[Any]:
    return [x, 1.001 * x]


def _writes(x: Any) -> list[Any]:
    x[0] = 7.0
    return [x.copy(), x.copy()]


@pytest.mark.parametrize(
    ("program", "words"),
    [(_wrong, "result 1 of other differs"), (lambda x: [x], "1 results"), (_writes, "writes to argument 0"),
     (lambda x: [x, np.full_like(x, np.nan)], "differs by nan"), (lambda x: [x, x[1:]], "has shape")],
)  # fmt: skip
def test_a_disagreement_is_an_error(program: Any, words: str) -> None:
    def twice(x: Any) -> list[Any]:
        return [x, x]

    x = np.array([7.0 if program is _writes else 1.0, 2.0])
    workload = Workload("w", "w", lambda rng: (x,), lambda system, x: [x, x], twice, twice, (), ())
    given = np.array([1.0, 2.0]) if program is _writes else x
    with pytest.raises(timing.Disagreement, match=words):
        timing.check(workload, {"hand": Prepared(twice, (x,)), "other": Prepared(program, (given,))})


def test_a_system_that_is_not_installed_is_left_out() -> None:
    found = find(("hand", "JAX"))
    assert [each.name for each in found.systems][:1] == ["hand"]
    assert set(found.missing) | set(found.versions) == {"JAX"}


def test_tables_line_up_and_leave_gaps() -> None:
    results = {"scalar": {"hand": 2e-6, "arranged": 1e-6, "tuned": 4e-6}}
    names = ["hand", "arranged", "tuned", "JAX"]
    times = list(rows_of_times(names, results))
    assert times[1] == ["scalar f(x, y) and its gradient", "2 us (2.00)", "1 us (1.00)", "4 us (4.00)", "-"]
    ratios = list(rows_of_ratios(names, results))
    assert ratios[-1] == ["geometric mean", "0.50", "0.25", "-"]
    lines = table(times, markdown=True).splitlines()
    assert len({len(line) for line in lines}) == 1


def test_getting_ready_is_told_apart() -> None:
    found = phases(lambda: chain(5))
    assert (found.built, found.total > 0) == (12, True)
    assert phases(lambda: network(2)).nodes > 12
