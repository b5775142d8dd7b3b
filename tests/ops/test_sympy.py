"""Where an op has a SymPy twin, values and derivatives are those that SymPy finds symbolically."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pytest
import sympy

import symdiff as sd
from symdiff.op import Case, Op
from symdiff.ops import OPS
from tests.ops.laws import apply
from tests.ops.special import THEIRS
from tests.values import assert_close, run


def _along(function: Callable[[Any], Any], keep: bool = False) -> Callable[..., Any]:
    """A twin that works on the elements along axes: all of them, or as `axis` says."""

    def twin(x: Any, *, axis: Any = -1 if keep else None, keepdims: bool = False) -> Any:
        axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        axes = tuple(each % x.ndim for each in axes)
        others = [i for i in range(x.ndim) if i not in axes]
        moved = x.transpose(*others, *axes)
        rows = moved.reshape([x.shape[i] for i in others] + [-1])
        found = np.empty(rows.shape if keep else rows.shape[:-1], object)
        for place in np.ndindex(rows.shape[:-1]):
            found[place] = function(rows[place])
        if keep:
            return found.reshape(moved.shape).transpose(np.argsort([*others, *axes]))
        return np.expand_dims(found, axes) if keepdims else found

    return twin


def _exponentials(x: Any) -> Any:
    return sum(sympy.exp(each) for each in x)


TWINS: Final[MappingProxyType[str, Callable[..., Any]]] = MappingProxyType(
    {
        **{
            name: np.vectorize(function, otypes=[object])
            for name, function in {
                "add": lambda a, b: a + b,
                "subtract": lambda a, b: a - b,
                "multiply": lambda a, b: a * b,
                "divide": lambda a, b: a / b,
                "negative": lambda x: -x,
                "positive": lambda x: x,
                "pow": sympy.Pow,
                "square": lambda x: x**2,
                "sqrt": sympy.sqrt,
                "reciprocal": lambda x: 1 / x,
                "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
                "exp": sympy.exp,
                "exp2": lambda x: 2**x,
                "expm1": lambda x: sympy.exp(x) - 1,
                "log": sympy.log,
                "log2": lambda x: sympy.log(x, 2),
                "log10": lambda x: sympy.log(x, 10),
                "log1p": lambda x: sympy.log(1 + x),
                "logaddexp": lambda a, b: sympy.log(sympy.exp(a) + sympy.exp(b)),
                "logaddexp2": lambda a, b: sympy.log(2**a + 2**b, 2),
                "erf": sympy.erf,
                "erfc": sympy.erfc,
                "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
                "log_sigmoid": lambda x: -sympy.log(1 + sympy.exp(-x)),
                "xlogy": lambda a, b: a * sympy.log(b),
                "sin": sympy.sin,
                "cos": sympy.cos,
                "tan": sympy.tan,
                "asin": sympy.asin,
                "acos": sympy.acos,
                "atan": sympy.atan,
                "atan2": sympy.atan2,
                "sinh": sympy.sinh,
                "cosh": sympy.cosh,
                "tanh": sympy.tanh,
                "asinh": sympy.asinh,
                "acosh": sympy.acosh,
                "atanh": sympy.atanh,
                "abs": sympy.Abs,
                "maximum": sympy.Max,
                "minimum": sympy.Min,
                "relu": lambda x: sympy.Max(x, 0),
            }.items()
        },
        "matmul": lambda a, b: np.asarray(a @ b),
        "sum": _along(sum),
        "max": _along(lambda x: sympy.Max(*x)),
        "min": _along(lambda x: sympy.Min(*x)),
        "prod": _along(sympy.prod),
        "product_of_others": _along(lambda x: [sympy.prod([*x[:i], *x[i + 1 :]]) for i in range(len(x))], keep=True),
        "vector_norm": _along(lambda x: sympy.sqrt(sum(each**2 for each in x))),
        "logsumexp": _along(lambda x: sympy.log(_exponentials(x))),
        "softmax": _along(lambda x: [sympy.exp(each) / _exponentials(x) for each in x], keep=True),
        "log_softmax": _along(lambda x: [each - sympy.log(_exponentials(x)) for each in x], keep=True),
    }
)
CASES: Final = [
    pytest.param(op, case, id=f"{op.name}-{i}") for op in OPS if op.name in TWINS for i, case in enumerate(op.samples)
]


def test_twins_are_ops() -> None:
    """Every smooth elementwise op has a twin, and every twin an op.

    SymPy doesn't differentiate Mod, has no twin of the others at the top, and those below are compared with mpmath.
    """
    smooth = {op.name for op in OPS if op.elementwise and op.vjp is not None}
    assert smooth - TWINS.keys() == {
        *("where", "astype", "remainder", "copysign", "nextafter", "heaviside", "real", "imag", "conj"),
        *("cbrt", "sinc", "lgamma", "digamma", "polygamma"),
        *THEIRS,
    }
    assert TWINS.keys() <= {op.name for op in OPS}


@pytest.mark.parametrize(("op", "case"), CASES)
def test_agrees_with_sympy(op: Op, case: Case) -> None:
    """The value, and the cotangents for a cotangent of the result, are those of `sympy.diff`."""
    applied = apply(op, case)
    _, inputs, y, values = applied
    symbols = [
        np.array([sympy.Symbol(f"x{i}_{k}", real=True) for k in range(value.size)], object).reshape(value.shape)
        for i, value in enumerate(values)
    ]
    twin = np.asarray(TWINS[op.name](*symbols, **case.attributes), object)
    assert twin.shape == y.shape
    u = np.random.default_rng(2).uniform(0.5, 1.5, y.shape)
    scalar = sum(weight * each for weight, each in zip(u.ravel(), twin.ravel(), strict=True))
    names = [name for each in symbols for name in each.ravel()]
    slopes = [sympy.diff(scalar, name) for name in names]
    evaluate = sympy.lambdify(names, [*twin.ravel(), *slopes], "math")
    numbers = evaluate(*(float(each) for value in values for each in value.ravel()))
    value, gradients = run(inputs, [y, sd.vjp(y, inputs, u)], values)
    assert_close(np.ravel(value), numbers[: twin.size], op.name, rtol=1e-12, atol=1e-14)
    found = np.concatenate([np.ravel(each) for each in gradients])
    assert_close(found, numbers[twin.size :], f"d {op.name}", rtol=1e-11, atol=1e-13)
