"""What an expression is to many digits: the same nodes, evaluated with mpmath numbers in place of floats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import mpmath
import numpy as np

from symdiff.core import CONSTANT
from symdiff.ops.gathering import gather
from symdiff.ops.indexing import scatter_add
from symdiff.ops.lines import put_along, take_along

mp: Final = mpmath.mp.clone()
mp.dps = 800
"""Enough digits to see e^-800 beside 1, and the square of 1e-300."""

COMPARISONS: Final = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")

HUGE: Final = 3000
"""Exponentials of numbers of more bits than this aren't computed: they are infinite or 0 to any float."""


def _safe(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of real numbers that is NaN where it isn't defined."""

    def safely(*numbers: Any) -> Any:
        if any(isinstance(each, mp.mpf) and mp.isnan(each) for each in numbers):
            return mp.nan
        try:
            found = function(*numbers)
        except (ZeroDivisionError, ValueError, OverflowError):
            return mp.nan
        return mp.nan if isinstance(found, mp.mpc) and found.imag != 0 else mp.re(found)

    return np.frompyfunc(safely, function.__code__.co_argcount if hasattr(function, "__code__") else 1, 1)


def _exp(x: Any) -> Any:
    if mp.isfinite(x) and x != 0 and mp.mag(x) > HUGE:
        return mp.inf if x > 0 else mp.mpf(0)
    return mp.exp(x)


def _sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sum(x, axis=axis, keepdims=keepdims)


def _log_sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _table("log")(_sum(_table("exp")(x), axis, keepdims))


def _softmax(x: Any, axis: int = -1) -> Any:
    weights = _table("exp")(x)
    return weights / _sum(weights, axis, True)


def _norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _table("sqrt")(_sum(x * x, axis, keepdims))


_FUNCTIONS: Final = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negative": lambda x: -x,
    "positive": lambda x: x,
    "pow": lambda a, b: mp.nan if a < 0 and not mp.isint(b) else mp.power(a, b),
    "square": lambda x: x * x,
    "sqrt": lambda x: mp.sqrt(x),
    "reciprocal": lambda x: 1 / x,
    "hypot": lambda a, b: mp.sqrt(a * a + b * b),
    "exp": _exp,
    "exp2": lambda x: _exp(x * mp.log(2)),
    "expm1": lambda x: _exp(x) - 1,
    "log": lambda x: -mp.inf if x == 0 else mp.log(x),
    "log1p": lambda x: -mp.inf if x == -1 else mp.log(1 + x),
    "logaddexp": lambda a, b: mp.log(_exp(a) + _exp(b)),
    "sigmoid": lambda x: 1 / (1 + _exp(-x)),
    "log_sigmoid": lambda x: -mp.log(1 + _exp(-x)),
    "xlogy": lambda a, b: mp.mpf(0) if a == 0 else a * mp.log(b),
    "abs": lambda x: abs(x),
    "sign": lambda x: mp.sign(x),
    "maximum": lambda a, b: max(a, b),
    "minimum": lambda a, b: min(a, b),
    "erf": lambda x: mp.erf(x),
    "erfc": lambda x: mp.erfc(x),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "atan2": lambda a, b: mp.atan2(a, b),
}


def _functions() -> Mapping[str, Any]:
    numbers = {name: _safe(function) for name, function in _FUNCTIONS.items()}
    angles = ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")
    numbers.update({name: _safe(_named(name)) for name in angles})
    arrays = {
        "size": lambda value, dtype: _lifted(value),
        "where": np.where,
        "sum": _sum,
        "logsumexp": _log_sum,
        "softmax": _softmax,
        "log_softmax": lambda x, axis=-1: _table("log")(_softmax(x, axis)),
        "vector_norm": _norm,
        "broadcast_to": np.broadcast_to,
        "expand_dims": np.expand_dims,
        "squeeze": np.squeeze,
        "reshape": np.reshape,
        "isinf": lambda x: np.frompyfunc(mp.isinf, 1, 1)(x).astype(bool),
        "argmax": lambda x, axis, keepdims: _lifted(np.argmax(x, axis=axis, keepdims=keepdims)),
        "arange": lambda stop: _lifted(np.arange(stop)),
        **{op.name: _moved(op.kernel) for op in (gather, scatter_add, take_along, put_along)},
        "astype": lambda x, dtype: x if np.dtype(dtype).kind == "b" else _numbers(x),
        **{name: getattr(np, name) for name in (*COMPARISONS, "bitwise_and", "bitwise_or", "bitwise_invert")},
    }
    return MappingProxyType({**numbers, **arrays})


def _moved(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel that only moves elements to places, which are integers, and adds some up."""
    return lambda x, *places, **attributes: kernel(x, *(each.astype(np.int64) for each in places), **attributes)


def _named(name: str) -> Callable[..., Any]:
    return lambda x: getattr(mp, name)(x)


_numbers: Final = np.frompyfunc(lambda x: x if isinstance(x, mp.mpf) else mp.mpf(float(x)), 1, 1)


def _table(name: str) -> Any:
    return EXACT[name]


def _lifted(value: Any) -> Any:
    array = np.asarray(value)
    return array if array.dtype.kind == "b" else np.asarray(_numbers(array), object)


def exactly(outputs: Sequence[Any], inputs: Sequence[Any], values: Sequence[Any]) -> list[Any] | None:
    """The outputs' values to many digits, as floats; None where an op isn't known here."""
    arena = outputs[0].graph.arena
    known = {x.id: _lifted(value) for x, value in zip(inputs, values, strict=True)}
    for node in arena.ancestors([each.id for each in outputs]):
        op, parents, attrs, _ = arena.nodes[node]
        if node in known:
            continue
        if op is CONSTANT:
            known[node] = _lifted(attrs[0].value)
        elif op.name not in EXACT:
            return None
        else:
            attributes = dict(zip(op.attributes, attrs, strict=True))
            known[node] = _plain(op, EXACT[op.name](*(known[each] for each in parents), **attributes))
    return [_rounded(known[each.id]) for each in outputs]


def _plain(op: Any, value: Any) -> Any:
    """A result as an array of numbers, or of booleans where it is of such."""
    array = np.asarray(value)
    return array.astype(bool) if op.name in COMPARISONS or array.dtype == bool else np.asarray(array, object)


def _rounded(value: Any) -> Any:
    return np.asarray(np.frompyfunc(float, 1, 1)(value), float) if np.asarray(value).dtype == object else value


EXACT: Final = _functions()


def is_accurate(exprs: Sequence[Any], inputs: Sequence[Any], values: Sequence[Any], found: Any, other: Any) -> Any:
    """Where `found`, the values of these expressions, are all right to 13 digits; looked at only where `other` differs.

    What isn't defined in real numbers isn't accurate; where an op isn't known here, everything is taken for accurate.
    """
    good = np.isfinite(found).all(axis=0)
    agree = np.isclose(other, found, rtol=1e-13, atol=1e-12).all(axis=0)
    true = None if agree[good].all() else exactly(exprs, inputs, values)
    return good if true is None else good & np.isclose(found, true, rtol=1e-13, atol=0).all(axis=0)
