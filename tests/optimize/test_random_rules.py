"""Any rules, on any program: the same types and values; an end; nothing left to do; the same every time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.optimize.passes import LEVELS, optimise
from tests.test_random_programs import Program, arguments, build, steps
from tests.values import assert_close

NAMES = sorted({rule.name for phase in LEVELS["fast"] for rule in phase.rules})
programs = st.lists(steps, min_size=1, max_size=6)


def compiled(program: Program, level: str = "default", **choice: Any) -> Any:
    """The program's target and gradient, in the interpreter."""
    inputs, target = build(program, "float64")
    outputs = [target, *sd.grad(target, inputs)]
    return sd.compile(inputs, outputs, name="f", optimize=level, backend="interpreter", **choice)


def results(function: Any) -> list[Any]:
    """What a function gives for the program's values."""
    with np.errstate(all="ignore"):
        return function(*arguments("float64"))


@given(programs, st.sets(st.sampled_from(NAMES)), st.sampled_from(["default", "fast"]))
@settings(max_examples=80)
def test_any_subset_of_the_rules_is_right(program: Program, without: set[str], level: str) -> None:
    """Leaving out rules leaves types, values and derivatives; no rules chase each other in what is left."""
    names = {rule.name for phase in LEVELS[level] for rule in phase.rules}
    plain = results(compiled(program, "none"))
    function = compiled(program, level, without=sorted(without & names))
    assert not function.report.troubles, function.report
    assert not without & {firing.rule.name for firing in function.report.firings}
    scale = max(float(np.max(np.abs(each))) for each in plain)
    for before, after in zip(plain, results(function), strict=True):
        assert (after.dtype, after.shape) == (before.dtype, before.shape)
        if scale < 1e4:
            assert_close(after, before, rtol=0, atol=1e-9 * (1 + scale))


@given(programs, st.sampled_from(["default", "fast"]))
@settings(max_examples=60)
def test_a_second_run_fires_nothing(program: Program, level: str) -> None:
    """What the phases leave is in the normal form of each of them."""
    graph = compiled(program, level).graph
    again = optimise(graph, level)
    assert [(firing.rule.name, firing.rule.law) for firing in again.firings] == []
    assert [node[:3] for node in again.graph.arena.nodes] == [node[:3] for node in graph.arena.nodes]


@given(programs, st.data())
@settings(max_examples=40)
def test_replay_stops_where_it_is_told(program: Program, data: st.DataObject) -> None:
    """After k firings the graph has the types and values that it has after none and after all."""
    function = compiled(program)
    k = data.draw(st.integers(0, len(function.report.firings)))
    graph = function.report.replay(k)
    wanted = results(function)
    given = dict(zip((each.attrs[0] for each in graph.arguments), arguments("float64"), strict=True))
    scale = max(float(np.max(np.abs(each))) for each in wanted)
    for node, value in zip(graph.outputs, wanted, strict=True):
        with np.errstate(all="ignore"):
            found = graph.expr(node).eval(given)
        assert found.shape == value.shape
        if scale < 1e4:
            assert_close(found, value, rtol=0, atol=1e-9 * (1 + scale))


SCRIPT = """
import symdiff as sd
g = sd.Graph()
x, w = g.input("x", ("n", 3)), g.input("w", (3,))
z = x @ w
loss = sd.mean(sd.log(1 + sd.exp(-z)) * 1) + sd.sum((w / 3) ** 2 + sd.hypot(w, w * 2))
step = sd.compile([x, w], [loss, sd.grad(loss, w)], name="step")
print(step.source, step.report, step.tuned_source)
"""


def test_nothing_depends_on_hashes() -> None:
    """Source and report are the same to the byte in processes whose strings have other hashes."""
    found = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1


@pytest.mark.parametrize("level", LEVELS)
def test_phases_have_names_of_their_own(level: str) -> None:
    """A level is a tuple of phases, in each of which a rule stands once."""
    phases = LEVELS[level]
    assert len({phase.name for phase in phases}) == len(phases)
    rules = [rule for phase in phases for rule in phase.rules]
    assert len(set(rules)) == len(rules)
    assert all((rule.kind == "fast") <= (level == "fast") for rule in rules)
