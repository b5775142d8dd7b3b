"""What STABLE makes is never less accurate than what was written, value and derivative, against mpmath's digits."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.core import CONSTANT, INPUT
from symdiff.ops.arithmetic import sqrt
from symdiff.ops.exponential import exp, expm1, sigmoid
from symdiff.ops.trigonometric import cos, sin, sinh, tan, tanh
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.rule import Rule, equation
from symdiff.rewriting.stabilise import stabilise
from tests.optimize.exact import exactly
from tests.optimize.laws import SHAPE, rewritten

SIZES: Final = (1e-200, 1e-20, 1e-9, 1e-5, 0.01, 0.3, 0.5, 0.7, 1.0, 1.7, 3, 20, 30, 600, 700, 1e5, 1e9, 1e17, 1e160)
GRID: Final = np.array([*(-x for x in SIZES), *SIZES])
LIMIT: Final = 64
"""Errors up to so many eps are rounding, whatever the other side does."""

EXPONENTS: Final = 1024
"""What an exponential makes of the last bit of its operand, where that is up to 700."""

SCALED: Final = {"log_of_two_exponentials": EXPONENTS, "log_of_difference_of_exponentials": EXPONENTS}
OF_MATRICES: Final = ("log_of_determinant", "log_of_size_of_determinant", "shift_taken_back", "shift_dropped")
CASES: Final = [each for each in STABLE if each.name not in OF_MATRICES]


def _errors(found: Any, true: Any, scale: Any) -> Any:
    """Errors relative to the true number, or to a larger scale, in eps; infinite where a number should be and isn't."""
    with np.errstate(all="ignore"):
        error = np.abs(found - true) / np.maximum(np.maximum(np.abs(true), scale), 1e-290)
        return np.where(np.isfinite(found), error * 2.0**52, np.inf)


def _points(arity: int) -> list[Any]:
    """The grid, or its pairs and triples, in arrays of the laws' shape."""
    some = GRID[:: (1, 2, 5)[arity - 1]]
    drawn = np.array(list(itertools.product(some, repeat=arity))).T
    return [np.resize(each, (-(-len(each) // 6), *SHAPE)) for each in drawn]


def _scale(result: Any, values: list[Any], slope: bool) -> Any:
    """What errors are relative to, beside the true number: 0 but for what is made of sums over rows, and slopes of
    sigmoids and tanh, y (1 - y), which are right against 1 and what it is multiplied by."""
    arena = result.graph.arena
    ops = {arena.nodes[node].op for node in arena.ancestors([result.id])} - {INPUT, CONSTANT}
    if all(op.elementwise for op in ops):
        return (
            0 if not slope or not ops & {sigmoid, tanh} else np.maximum.reduce([np.ones(SHAPE), *map(np.abs, values)])
        )
    return 1


def _sides(rule: Rule, rules: tuple[Rule, ...]) -> tuple[list[Any], list[Any], list[Any]]:
    """Inputs twice, and value and slopes as written and as the rules together make them."""
    inputs, left, *_ = rewritten(rule)
    again = sd.Graph(language=replace(sd.Graph.standard, stable_rules=rules))
    twins = [again.input(f"x{i}", SHAPE) for i in range(rule.arity)]
    right = again.expr(stabilise(again, rule.example(*twins)[0].id))
    sides = ((inputs, left), (twins, right))
    return inputs, twins, [[side, *sd.vjp(side, xs, np.ones(side.shape))] for xs, side in sides]


def complaint(rule: Rule, rules: tuple[Rule, ...] = STABLE) -> str:
    """Where a rule's right side is less accurate than its left, if anywhere."""
    inputs, twins, outputs = _sides(rule, rules)
    before, after = (
        sd.compile(xs, found, name="side", optimize="none") for xs, found in zip((inputs, twins), outputs, strict=True)
    )
    for values in zip(*_points(rule.arity), strict=True):
        with np.errstate(all="ignore"):
            true = exactly(outputs[0], inputs, values)
            sides = zip(before(*values), after(*values), strict=True)
        assert true is not None, f"{rule.name} has an op that isn't known exactly"
        for i, ((one, other), exact) in enumerate(zip(sides, true, strict=True)):
            scale = _scale(outputs[1][0], list(values), slope=i > 0)
            defined = np.isfinite(true[0]).all() if one.shape != true[0].shape else np.isfinite(true[0])
            usual = defined & (np.abs(exact) < 1e300) & ((np.abs(exact) > 1e-290) | (exact == 0))
            old, new = (np.where(usual, _errors(each, exact, scale), 0) for each in (one, other))
            worse = (new > SCALED.get(rule.name, LIMIT)) & (new > 4 * old)
            if worse.any():
                points = [x[worse] if x.shape == worse.shape else x for x in values]
                return f"{i} at {points}: {other[worse]}, true {exact[worse]}, as written {one[worse]}"
    return ""


@pytest.mark.parametrize("rule", [pytest.param(each, id=f"{i}-{each.name}") for i, each in enumerate(CASES)])
def test_rewriting_costs_no_digits(rule: Rule) -> None:
    """Value and slopes are as accurate as those of what was written, over many magnitudes, and all but exact."""
    assert not complaint(rule)


@equation("domain")
def _cancels(x):
    "expm1(x) = (e^x + 1) - 2"
    return expm1(x), (exp(x) + 1) - 2


@equation("domain")
def _overflows(x):
    "tanh(x) = sinh(x) / sqrt(1 + sinh(x)^2)"
    return tanh(x), sinh(x) / sqrt(1 + sinh(x) * sinh(x))


@equation("domain")
def _is_nan(x):
    "tan(x) = sin(x) / cos(x) + 0 e^x, which is NaN where e^x is infinite"
    return tan(x), sin(x) / cos(x) + 0 * exp(x)


@pytest.mark.parametrize("wrong", [_cancels, _overflows, _is_nan], ids=lambda rule: rule.name)
def test_what_costs_digits_is_caught(wrong: Rule) -> None:
    """Rules of forms that aren't stable are complained of."""
    assert complaint(wrong, rules=(wrong,))
