"""What things cost: sums agree however they are put together, names or numbers; peaks are what arrays take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import symdiff as sd
from symdiff.errors import ArgumentError
from symdiff.sizes import evaluate, names_in, size
from tests.backends.models import MODELS

SIZES = {"batch": 5, "n": 7, "d": 3, "m": 4, "k": 2, "t": 6, "heads": 2}


def small() -> tuple[Any, Any, Any]:
    g = sd.Graph()
    x, W = g.input("x", ("n", 3)), g.input("W", (3, 4))
    with g.scope("layer"):
        h = sd.tanh(x @ W)
    loss = sd.sum(h * h)
    return [x, W], h, loss


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_parts_add_up_and_numbers_are_the_polynomials_values(model: Callable[[], sd.Function]) -> None:
    found = sd.cost(model())
    numbers = found.at(**{name: SIZES[name] for name in found._names()})
    for parts in (found.nodes, found.lines, found.scopes, found.roles):
        assert sum((each.flops for each in parts), start=0) == found.flops
        assert sum((each.moved for each in parts), start=0) == found.moved == found.read + found.written
        assert sum(each.times for each in parts) == len(found.program.instructions)
    for name in ("flops", "read", "written", "moved"):
        dim = getattr(found, name)
        assert getattr(numbers, name) == evaluate(dim, {each: SIZES[each] for each in names_in(dim)})
    flops = [each.flops for each in numbers.lines]
    assert flops == sorted(flops, reverse=True)  # type: ignore[type-var]
    assert str(numbers.flops) == str(numbers).split()[0].replace(",", "")


def test_the_peak_is_what_is_alive_at_the_fullest_moment() -> None:
    """x @ W is gone when h has been made of it; arguments, and views, take nothing."""
    (x, W), h, loss = small()
    n = size("n")
    assert sd.cost(h).peak == n * 4 * 8 * 2
    assert sd.cost(h.T).peak == n * 4 * 8 * 2
    assert sd.cost(x.T).peak == 0
    assert sd.cost([h, loss]).at(n=10).peak == 2 * 10 * 4 * 8 + 8
    slope = sd.cost(sd.grad(loss, W))
    assert slope.at(n=1000).peak == evaluate(slope.peak, {"n": 1000})


def test_the_fullest_moment_may_depend_on_the_sizes() -> None:
    """With names the polynomial is that of one moment; `at` looks for the fullest one again."""
    g = sd.Graph()
    x, w = g.input("x", ("n",)), g.input("w", (100,))
    found = sd.cost([sd.sum(sd.exp(x)), sd.sum(sd.exp(w))])
    assert found.peak == size("n") * 8 + 8
    assert found.at(n=10**6).peak == 8 * 10**6 + 8
    assert found.at(n=1).peak == 8 + 100 * 8 + 8


def test_derivatives_count_for_the_lines_that_they_are_of() -> None:
    inputs, _, loss = small()
    found = sd.cost(sd.compile(inputs, [loss, *sd.grad(loss, inputs)], name="f"))
    assert any("sd.tanh(x @ W)" in each.what and each.times > 3 for each in found.lines)
    assert not any("sd.grad" in each.what for each in found.lines)
    assert {each.what for each in found.roles} == {"forward", "adjoint"}
    assert {each.what for each in found.scopes} == {"layer", ""}


def test_what_is_computed_again_is_counted_again() -> None:
    g = sd.Graph()
    x = h = g.input("x", (50,))
    for _ in range(9):
        h = sd.tanh(h)
    outputs = [sd.sum(h), sd.grad(sd.sum(h), x)]
    plain, little = (sd.cost(sd.compile([x], outputs, name="f", memory=memory)) for memory in (None, "sqrt"))
    again = next(each for each in little.roles if each.what == "computed again")
    assert little.flops == plain.flops + again.flops  # type: ignore[operator]
    assert again.times == len(little.program.copies) > 0


def test_a_graph_and_its_expressions_cost_the_same() -> None:
    _, _, loss = small()
    assert sd.cost(loss.graph).flops == sd.cost(loss).flops == sd.cost({"loss": [loss]}).flops


def test_what_has_no_cost() -> None:
    _, h, _ = small()
    with pytest.raises(ArgumentError, match="named sizes are n"):
        sd.cost(h).at(m=3)
    with pytest.raises(ArgumentError, match="can't be shown"):
        sd.cost(3)  # type: ignore[arg-type]
