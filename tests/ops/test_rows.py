"""Functions of a row against 50 digits: values to 4 units in the last place, slopes to 8 eps; rows with infinities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import symdiff as sd
from tests.ops.accuracy import error_in
from tests.ops.rows import INF, NAN, REFERENCES, ROWS
from tests.ops.test_accuracy import ulp
from tests.values import run

DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])


def evaluated(name: str, row: Any) -> tuple[Any, Any]:
    """The function's value and its gradient at a row, as the interpreter computes them."""
    x = sd.Graph().input("x", row.shape, row.dtype)
    y = REFERENCES[name].function(x)
    return tuple(run([x], [y, sd.grad(y, x)], [row]))


def rows(dtype: str) -> list[tuple[str, Any]]:
    """The rows that are finite in a dtype."""
    with np.errstate(over="ignore", under="ignore"):
        cast = [(name, np.array(row, dtype)) for name, row in ROWS.items()]
    return [(name, row) for name, row in cast if np.isfinite(row).all()]


@pytest.mark.parametrize("name", REFERENCES)
@DTYPES
def test_values_to_4_units_and_slopes_to_8_eps(name: str, dtype: str) -> None:
    reference, wrong = REFERENCES[name], []
    for label, row in rows(dtype):
        value, gradient = evaluated(name, row)
        exact = [mp.mpf(float(each)) for each in row]
        true, slopes = reference.value(exact), reference.slopes(exact)
        error = error_in(value, true, max(ulp(true), reference.scale(exact)), dtype)
        if error > 4:
            wrong.append((label, "value", value, float(true), error))
        if 0 < abs(true) < np.finfo(dtype).tiny or np.isinf(value):
            continue  # a slope made from a value that is subnormal has as few digits, from one that overflows none
        scale = max(*map(abs, slopes), reference.slope_scale(exact), 0)
        errors = [error_in(found, slope, scale, dtype) for found, slope in zip(gradient, slopes, strict=True)]
        if max(errors) > 8:
            wrong.append((label, "slopes", gradient, [float(each) for each in slopes], max(errors)))
    assert not wrong, wrong


AT_INFINITY = [
    ("sum", [INF, 1], INF, [1, 1]), ("sum", [INF, -INF], NAN, [1, 1]), ("sum", [], 0, []),
    ("mean", [-INF, 1], -INF, [0.5, 0.5]), ("prod", [INF, 2], INF, [2, INF]), ("prod", [INF, 0], NAN, [0, INF]),
    ("prod", [], 1, []), ("cumulative_prod", [INF, 2], INF, [2, INF]), ("std", [INF, 1], NAN, [NAN, NAN]),
    ("max", [INF, 1, INF], INF, [0.5, 0, 0.5]), ("max", [NAN, 1], NAN, [NAN, NAN]), ("min", [-INF, 0], -INF, [1, 0]),
    ("median", [-INF, 1, INF], 1, [0, 1, 0]), ("median", [NAN, 1], NAN, [NAN, NAN]), ("median", [INF], INF, [1]),
    ("logsumexp", [INF, 1], INF, [1, 0]), ("logsumexp", [INF, INF], INF, [0.5, 0.5]),
    ("logsumexp", [INF, -INF], INF, [1, 0]), ("logsumexp", [-INF, 1], 1, [0, 1]),
    ("logsumexp", [-INF, -INF], -INF, [NAN, NAN]), ("logsumexp", [NAN, 1], NAN, [NAN, NAN]),
    ("logsumexp", [], -INF, []), ("logsumexp", [0, -40], np.exp(-40), [1, np.exp(-40)]),
    ("softmax", [INF, 1], 1, [0, 0]), ("softmax", [1, INF], 0, [0, 0]), ("softmax", [INF, INF], 0.5, [0.25, -0.25]),
    ("softmax", [-INF, 1], 0, [0, 0]), ("softmax", [-INF, -INF], NAN, [NAN, NAN]), ("softmax", [-INF], NAN, [NAN]),
    ("log_softmax", [INF, 1], 0, [0, 0]), ("log_softmax", [1, INF], -INF, [1, -1]),
    ("log_softmax", [-INF, 1], -INF, [1, -1]), ("log_softmax", [-INF, -INF], NAN, [NAN, NAN]),
    ("vector_norm of order 2", [INF, 1], INF, [1, 0]), ("vector_norm of order 2", [-INF, INF], INF, [-1, 1]),
    ("vector_norm of order 2", [NAN, INF], NAN, [NAN, 1]), ("vector_norm of order 2", [], 0, []),
    ("vector_norm of order 1", [-INF, 1], INF, [-1, 1]), ("vector_norm of order inf", [-INF, INF], INF, [-0.5, 0.5]),
    ("vector_norm of order -inf", [INF, 1], 1, [0, 1]), ("vector_norm of order -1", [INF, 1], 1, [0, 1]),
    ("vector_norm of order 0", [INF, 0], 1, [0, 0]), ("vector_norm of order 3", [-INF, 1], INF, [-1, 0]),
    ("vector_norm of order 3", [], 0, []), ("vector_norm of order 0.5", [], 0, []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "row", "value", "slopes"), AT_INFINITY)
@DTYPES
def test_values_and_slopes_at_infinity_and_of_nothing(
    name: str, row: Sequence[float], value: float, slopes: Sequence[float], dtype: str
) -> None:
    found, gradient = evaluated(name, np.array(row, dtype))
    tolerance = 4 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(found, value, rtol=tolerance)
    np.testing.assert_allclose(gradient, slopes, rtol=tolerance)


@pytest.mark.parametrize("axis", [None, 0, (0, 2), -1])
@DTYPES
def test_several_axes_and_axes_of_size_1(axis: Any, dtype: str) -> None:
    """Over any axes a log-sum-exp, the softmax that is its slope, and its logarithm belong together."""
    values = np.random.default_rng(0).uniform(-30, 30, (3, 1, 4)).astype(dtype)
    x = sd.Graph().input("x", values.shape, dtype)
    total = sd.logsumexp(x, axis=axis, keepdims=True)
    parts = [sd.grad(sd.sum(total), x), sd.softmax(x, axis=axis), sd.exp(sd.log_softmax(x, axis=axis))]
    whole, slopes, weights, powers = run([x], [total, *parts], [values])
    tolerance = 40 * float(np.finfo(dtype).eps)
    np.testing.assert_array_equal(slopes, weights)
    np.testing.assert_allclose(powers, weights, rtol=0, atol=tolerance)
    np.testing.assert_allclose(np.exp(values.astype("float64") - whole), weights, rtol=0, atol=tolerance * 8)


@pytest.mark.parametrize("order", [0.5, 1.5, 3, -1])
def test_slopes_of_a_subnormal_norm_are_finite(order: float) -> None:
    _, gradient = evaluated(f"vector_norm of order {order}", np.array([3e-310, 3e-310]))
    np.testing.assert_allclose(gradient, [2 ** (1 / order - 1)] * 2, rtol=1e-12)
