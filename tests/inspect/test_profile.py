"""Profiles account for every instruction, and the search for NaN names the operation at which it started."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends.lowering import lower
from symdiff.errors import ArgumentError


def model() -> tuple[list[Any], list[Any], list[Any]]:
    g = sd.Graph()
    x, W = g.input("x", ("n", 3)), g.input("W", (3, 4))
    with g.scope("layer"):
        h = sd.tanh(x @ W)
    loss = sd.sum(h * h)
    return [x, W], [loss, *sd.grad(loss, [x, W])], [np.ones((5, 3)), np.ones((3, 4))]


@pytest.mark.parametrize("backend", ["python", "interpreter"])
@pytest.mark.parametrize("memory", [None, "sqrt"])
def test_every_instruction_is_accounted_for(backend: Any, memory: str | None) -> None:
    inputs, outputs, values = model()
    f = sd.compile(inputs, outputs, name="f", backend=backend, memory=memory)
    found = f.profile(*values)
    count = len(lower(f.graph).instructions)
    assert len(found.instructions) == count
    for rows in (found.nodes, found.lines, found.scopes, found.roles):
        assert sum(row.calls for row in rows) == count
        assert sum(row.moved for row in rows) == sum(row.moved for row in found.instructions) > 0
        assert all(a.seconds >= b.seconds >= 0 for a, b in pairwise(rows))
    cost = sd.cost(f).at(n=5)
    assert sum(row.moved for row in found.instructions) == cost.moved
    assert found.bandwidth > 0
    assert "sd.tanh(x @ W)" in str(found)


def test_lines_of_the_generated_code_are_timed() -> None:
    inputs, outputs, values = model()
    f = sd.compile(inputs, outputs, name="f")
    found = f.profile(*values)
    lines = {line.strip() for line in f.tuned_source.splitlines()}
    assert found.source
    assert {row.what for row in found.source} <= lines
    assert any(row.what.startswith("return") for row in found.source)
    assert sd.compile(inputs, outputs, backend="interpreter").profile(*values).source == ()
    written = sd.compile(inputs, outputs, name="f", optimize="none")
    assert {row.what for row in written.profile(*values).source} <= {
        line.strip() for line in written.source.splitlines()
    }
    assert all(row.calls == 1 for row in written.profile(*values).source)


def test_lines_of_the_generated_code_say_what_they_move() -> None:
    inputs, outputs, values = model()
    written = sd.compile(inputs, outputs, name="f", optimize="none").profile(*values)
    found = {row.what.split("=")[0].strip(): row.moved for row in written.source}
    assert found["h"] == 8 * (5 * 3 + 3 * 4 + 5 * 4)
    assert found["x"] == 8 * 2 * 5 * 3
    assert found["n"] == 0

    x = sd.Graph().input("x", (1000, 1000))
    f = sd.compile([x], sd.exp(sd.sin(x) * sd.cos(x)), name="f")
    rows = {row.what: row for row in f.profile(np.ones((1000, 1000))).source}
    loop = {what: row for what, row in rows.items() if what.startswith(("sin(", "cos(", "multiply(", "exp("))}
    assert len(loop) == 4
    assert {row.moved // 8_000_000 for row in loop.values()} == {2, 3}
    assert all(row.calls > 1 for row in loop.values())
    assert rows["x_part = x[i:j]"].moved == 0


def test_a_profile_takes_what_a_call_takes() -> None:
    inputs, outputs, values = model()
    f = sd.compile(inputs, outputs, name="f")
    assert f.profile(values[0], W=values[1]).runs >= 3
    with pytest.raises(ArgumentError, match="lacks 'W'"):
        f.profile(values[0])


def hunt(f: Any, *values: Any, **options: Any) -> Any:
    g = sd.Graph()
    inputs = [g.input(f"x{i}", np.shape(value)) for i, value in enumerate(values)]
    return sd.compile(inputs, f(*inputs), name="f", optimize="none", **options).find_nan(*values)


@pytest.mark.parametrize("backend", ["python", "interpreter"])
def test_the_first_nan_is_where_it_started(backend: Any) -> None:
    found = hunt(lambda x: sd.exp(sd.sqrt(sd.sin(x) - 2) * 3) + 1, [1.0, 2.0], backend=backend)
    assert "sqrt(" in found.what
    assert found.trouble == "2 of 2 elements are NaN"
    assert "hunt(lambda x" in found.line
    assert str(found).count("\n") == 2


def test_infinity_is_trouble_too() -> None:
    found = hunt(lambda x: sd.exp(x) - sd.exp(x * 1), [1000.0, 0.0])
    assert "exp(" in found.what
    assert found.trouble == "1 of 2 elements is infinite"


def test_what_is_not_selected_is_no_trouble() -> None:
    assert hunt(lambda x: sd.where(x > 0, sd.log(x), 0), [-1.0, 2.0]) is None
    found = hunt(lambda x, y: sd.where(x > 0, sd.log(x), 0) + sd.sqrt(y), [-1.0, 2.0], [-1.0, 1.0])
    assert "sqrt(" in found.what


def test_an_argument_is_blamed_where_no_operation_is() -> None:
    found = hunt(lambda x, y: sd.sin(x) * y, [1.0, 2.0], [3.0, np.nan])
    assert found.what.startswith("argument x1")
    assert hunt(lambda x: x * 2, [1.0]) is None


def test_a_constant_that_is_infinite_is_meant() -> None:
    found = hunt(lambda x: sd.where(x > 1.5, x, -np.inf) - sd.log(x - 1), [1.0, 2.0])
    assert "log(" in found.what
