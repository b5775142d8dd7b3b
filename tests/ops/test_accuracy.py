"""Every elementwise op against 50 digits: values to 4 units in the last place, derivatives to 8 eps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import symdiff as sd
from symdiff.op import Op
from symdiff.ops import OPS
from tests.ops.accuracy import REFERENCES, UNARY, error_in, exactly, points
from tests.ops.special import THEIRS
from tests.values import run

TABLE = {op.name: op for op in OPS}
NAMED = pytest.mark.parametrize("name", REFERENCES)
DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])
ONLY_CHOOSE = {
    "abs", "maximum", "minimum", "relu", "positive", "stop_gradient", "where", "astype", "conj", "real", "imag",
    "copysign", "nextafter", "heaviside",
}  # fmt: skip
"""Differentiable ops whose values and slopes are operands, signs and simple fractions: nothing is rounded."""


def evaluated(name: str, dtype: str, operands: Sequence[Any]) -> tuple[Any, list[Any]]:
    """The op's values and its slopes by each operand, both as the interpreter computes them."""
    inputs, y = applied(TABLE[name], dtype, dict(REFERENCES[name].attributes), len(operands[0]))
    return tuple(run(inputs, [y, sd.vjp(y, inputs, np.ones(len(operands[0]), dtype))], operands))


def applied(op: Op, dtype: str, attributes: dict[str, Any], count: int) -> tuple[list[Any], Any]:
    """The op on inputs of a fresh graph."""
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", (count,), dtype) for i in range(op.arity or 0)]
    return inputs, graph.apply(op, tuple(inputs), attributes)


def ulp(true: Any) -> Any:
    """The size of a unit in the last place over eps: the power of 2 below."""
    return mp.mpf(2) ** mp.floor(mp.log(abs(true), 2)) if true else mp.mpf(0)


def nearby(slope: Callable[..., Any], place: Sequence[Any]) -> Any:
    """The largest size of a slope at the place and a sixteenth to either side."""
    around = [[float(each) * (1 + step) for each in place] for step in (-0.0625, 0, 0.0625)]
    return max(abs(exactly(slope, each) or 0) for each in around)


def test_every_smooth_op_is_in_the_table() -> None:
    smooth = {op.name for op in OPS if op.elementwise and op.vjp is not None}
    assert smooth - ONLY_CHOOSE - THEIRS == set(REFERENCES)


@NAMED
@DTYPES
def test_values_to_4_units_in_the_last_place(name: str, dtype: str) -> None:
    reference, operands = REFERENCES[name], points(name, dtype)
    values, _ = evaluated(name, dtype, operands)
    wrong, asked = [], 0
    for place, found in zip(zip(*operands, strict=True), values, strict=True):
        true = exactly(reference.value, place)
        if true is None:
            continue
        asked += 1
        scale = ulp(true)
        if reference.scale is not None:
            scale = max(scale, exactly(reference.scale, place) or 0)
        if error_in(found, true, scale, dtype) > 4:
            wrong.append((*place, found, float(true), error_in(found, true, scale, dtype)))
    assert asked > 60
    assert not wrong, wrong[:8]


@NAMED
@DTYPES
def test_derivatives_to_8_eps(name: str, dtype: str) -> None:
    reference, operands = REFERENCES[name], points(name, dtype)
    _, gradients = evaluated(name, dtype, operands)
    wrong, asked = [], 0
    for i, slope in enumerate(reference.slopes):
        for place, found in zip(zip(*operands, strict=True), gradients[i], strict=True):
            true, value = exactly(slope, place), exactly(reference.value, place)
            if true is None or value is None or 0 < abs(value) < np.finfo(dtype).tiny:
                continue  # a slope made from a value that is subnormal has as few digits
            asked += 1
            scale = max(nearby(slope, place), 1 if reference.bounded else 0)
            if error_in(found, true, scale, dtype) > 8:
                wrong.append((i, *place, found, float(true), error_in(found, true, scale, dtype)))
    assert asked > 60
    assert not wrong, wrong[:8]


@pytest.mark.parametrize("name", UNARY)
@DTYPES
def test_values_and_derivatives_at_infinity_and_nan(name: str, dtype: str) -> None:
    values, (slopes,) = evaluated(name, dtype, [np.array([-np.inf, np.inf, np.nan], dtype)])
    expected = np.array(UNARY[name].ends, dtype)
    np.testing.assert_array_equal(values, [*expected[:2], np.nan])
    np.testing.assert_array_equal(slopes[:2], expected[2:])
    assert np.isnan(slopes[2]) or name == "negative"


AT_INFINITY = [
    ("hypot", np.inf, np.nan, np.inf), ("hypot", -np.inf, 1.0, np.inf), ("hypot", 3e200, 4e200, 5e200),
    ("logaddexp", np.inf, -np.inf, np.inf), ("logaddexp", -np.inf, -np.inf, -np.inf),
    ("logaddexp", np.inf, 3.0, np.inf),
    ("logaddexp", -np.inf, 3.0, 3.0), ("xlogy", 0.0, 0.0, 0.0), ("xlogy", 0.0, np.inf, 0.0),
    ("xlogy", 0.0, np.nan, np.nan), ("xlogy", 2.0, 0.0, -np.inf), ("xlogy", np.inf, 2.0, np.inf),
    ("atan2", np.inf, np.inf, np.pi / 4), ("atan2", 1.0, -np.inf, np.pi), ("atan2", 0.0, -0.0, np.pi),
    ("pow", 0.0, 0.0, 1.0), ("pow", np.inf, 0.0, 1.0), ("pow", np.nan, 0.0, 1.0), ("pow", 1.0, np.nan, 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "a", "b", "value"), AT_INFINITY)
def test_values_of_two_operands_at_infinity(name: str, a: float, b: float, value: float) -> None:
    np.testing.assert_allclose(TABLE[name](a, b), value, rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "place", "slopes"),
    [
        ("logaddexp", (np.inf, np.inf), (0.5, 0.5)),
        ("logaddexp", (-np.inf, -np.inf), (0.5, 0.5)),
        ("logaddexp", (np.inf, -np.inf), (1, 0)),
        ("logaddexp", (-np.inf, 2.0), (0, 1)),
        ("atan2", (3e200, 4e200), (1.6e-201, -1.2e-201)),
        ("atan2", (3e-200, 4e-200), (1.6e199, -1.2e199)),
        ("hypot", (3e-320, 0.0), (1, 0)),
        ("hypot", (0.0, 0.0), (0, 0)),
        ("hypot", (np.inf, 1.0), (1, 0)),
        ("hypot", (3.0, -np.inf), (0, -1)),
        ("hypot", (-np.inf, np.inf), (-1, 1)),
        ("pow", (np.inf, -1.0), (0, 0)),
        ("pow", (np.inf, 0.5), (0, np.inf)),
        ("pow", (0.0, -1.0), (-np.inf, -np.inf)),
        ("pow", (0.0, 0.5), (np.inf, 0)),
        ("pow", (2.0, np.inf), (np.inf, np.inf)),
        ("pow", (1e200, 2.0), (2e200, np.inf)),
        ("pow", (1e-200, 2.0), (2e-200, 0)),
        ("pow", (-2.0, -3.0), (-0.1875, np.nan)),
    ],
)
def test_slopes_where_formulas_overflow(name: str, place: tuple[float, float], slopes: Sequence[float]) -> None:
    _, found = evaluated(name, "float64", [np.array([each]) for each in place])
    np.testing.assert_allclose(np.ravel(found), slopes, rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "attributes", "x", "value"),
    [
        ("lgamma", {}, [0.0, -0.0, -1.0, -7.0], [np.inf] * 4),
        ("digamma", {}, [0.0, -0.0, -1.0, -7.0], [-np.inf, np.inf, np.nan, np.nan]),
        ("polygamma", {"order": 1}, [0.0, -0.0, -1.0], [np.inf] * 3),
        ("polygamma", {"order": 2}, [0.0, -3.0], [-np.inf] * 2),
        ("log", {}, [0.0, -0.0, -1.0], [-np.inf, -np.inf, np.nan]),
        ("atanh", {}, [1.0, -1.0, 2.0], [np.inf, -np.inf, np.nan]),
    ],
)
def test_poles(name: str, attributes: dict[str, Any], x: Sequence[float], value: Sequence[float]) -> None:
    np.testing.assert_array_equal(TABLE[name](np.array(x), **attributes), value)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_derivatives_of_sinc_and_polygamma_of_higher_order(order: int) -> None:
    x = np.linspace(-6, 6, 49)
    true = np.array([float(mp.diff(mp.sincpi, mp.mpf(each), order)) for each in x])
    np.testing.assert_allclose(TABLE["sinc"](x, order=order), true, rtol=0, atol=1e-15 * np.pi**order)
    if order:
        x = np.concatenate([np.linspace(0.1, 30, 40), np.linspace(-3.9, -0.1, 12)])
        true = np.array([float(mp.polygamma(order, mp.mpf(each))) for each in x])
        np.testing.assert_allclose(TABLE["polygamma"](x, order=order), true, rtol=1e-13)
