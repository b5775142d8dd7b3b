"""Signs, absolute values, bounds, roundings and casts: what is odd, even, idempotent or already so.

The normal forms: a minus before an odd function, none within an even one; no sign or absolute value that does nothing.
"""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from symdiff.op import Op
from symdiff.ops.arithmetic import hypot, multiply, negative
from symdiff.ops.exponential import exp, exp2, sigmoid
from symdiff.ops.kinks import abs, ceil, floor, maximum, minimum, relu, round, sign_op, trunc
from symdiff.ops.linalg import norm_op
from symdiff.ops.normalising import softmax
from symdiff.ops.shape import astype
from symdiff.ops.special import cbrt, erf
from symdiff.ops.trigonometric import asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh
from symdiff.optimize.forms import is_real
from symdiff.rewriting.rule import Rule, View, equation, rule
from symdiff.types import DType

_NEVER_NEGATIVE: Final = (exp, exp2, sigmoid, cosh, hypot, norm_op, softmax, abs)


def _odd(op: Op) -> Rule:
    @equation("exact", (-0.9, 0.9))
    def odd_function(x):
        "f(-x) = -f(x), for an odd function f"
        return op(-x), -op(x)

    return odd_function


def _even(op: Op, *inner: Op) -> list[Rule]:
    def of(sign: Op) -> Rule:
        @rule(op, "exact", lambda x: (op(sign(x)), op(x)), (-2.0, 2.0), over=sign)
        def even_function(view: View) -> Any:
            "f(-x) = f(|x|) = f(x), for an even function f of floating-point numbers"
            found = view.operand(0, sign)
            if found is None or found.input(0).dtype.kind not in ("fc" if sign is negative else "f"):
                return None
            return op(found.input(0))

        return even_function

    return [of(each) for each in inner]


@rule(abs, "exact", lambda x: (abs(exp(x)), exp(x)), (-2.0, 2.0))
def never_negative(view: View) -> Any:
    "|x| = x, where x is an exponential, a norm or the like"
    inner = view.operand(0)
    return inner.expr if inner and inner.op in _NEVER_NEGATIVE and inner.expr.dtype.kind == "f" else None


@rule(abs, "exact", lambda x: (abs(x * x), x * x), (-2.0, 2.0), over=multiply)
def size_of_square(view: View) -> Any:
    "|x x| = x x, for real x"
    inner = view.operand(0, multiply)
    return inner.expr if inner and is_real(inner.expr) and inner.input(0) is inner.input(1) else None


@rule(multiply, "exact", lambda x: (abs(x) * abs(x), x * x), (-2.0, 2.0), over=abs)
def square_of_size(view: View) -> Any:
    "|x| |x| = x x, for real x"
    inner = view.operand(0, abs)
    if inner is None or view.input(0) is not view.input(1) or not is_real(inner.input(0)):
        return None
    return inner.input(0) * inner.input(0)


@equation("rounding", (-2.0, 2.0))
def times_sign(x):
    "x sign(x) = |x|"
    return x * sign_op(x), abs(x)


@equation("domain", (-2.0, -0.5))
def over_size(x):
    "x / |x| = sign(x)"
    return x / abs(x), sign_op(x)


@equation("domain", (-2.0, -0.5))
def size_over(x):
    "|x| / x = sign(x)"
    return abs(x) / x, sign_op(x)


@equation("domain", (-2.0, -0.5))
def sign_over_size(x):
    "sign(x) / |x| = 1 / x"
    return sign_op(x) / abs(x), 1 / x


@equation("domain", (-2.0, 2.0), (-2.0, -0.5))
def over_size_times_sign(y, x):
    "(y / |x|) sign(x) = y / x"
    return (y / abs(x)) * sign_op(x), y / x


@equation("exact", (-2.0, 2.0))
def sign_of_sign(x):
    "sign(sign(x)) = sign(x)"
    return sign_op(sign_op(x)), sign_op(x)


@equation("exact", (-2.0, 2.0))
def relu_twice(x):
    "relu(relu(x)) = relu(x)"
    return relu(relu(x)), relu(x)


def _with_itself(op: Op) -> Rule:
    @equation("exact", (-2.0, 2.0))
    def bounded_by_itself(x):
        "max(x, x) = min(x, x) = x"
        return op(x, x), x

    return bounded_by_itself


def _bounds(op: Op, better: Callable[[Any, Any], Any]) -> Rule:
    @rule(op, "exact", lambda x: (op(op(x, -0.5), 0.5), op(x, better(-0.5, 0.5))), (-2.0, 2.0), over=op)
    def bounds_together(view: View) -> Any:
        "max(max(x, a), b) = max(x, max(a, b)), for numbers a and b that differ; so for min"
        inner, outer = view.operand(0, op), view.input(1).literal
        bound = inner.input(1).literal if inner and outer is not None else None
        return op(inner.input(0), better(bound, outer)) if inner and bound is not None and bound != outer else None

    return bounds_together


def _rounded_twice(op: Op) -> Rule:
    @rule(op, "exact", lambda x: (op(floor(x)), floor(x)), (-2.0, 2.0))
    def rounded_twice(view: View) -> Any:
        "f(g(x)) = g(x), where f and g give integers: floor, ceil, trunc, round"
        inner = view.operand(0)
        return inner.expr if inner and inner.op in (floor, ceil, trunc, round) else None

    return rounded_twice


@rule(astype, "exact", lambda x: (astype(astype(x > 0, "int64"), x.dtype), astype(x > 0, x.dtype)), over=astype)
def cast_by_way_of(view: View) -> Any:
    "cast(cast(x, wider), dtype) = cast(x, dtype), where the wider one holds all that x can be"
    inner = view.operand(0, astype)
    if inner is None or not _holds_all(inner.expr.dtype, inner.input(0).dtype):
        return None
    return inner.input(0).astype(view.attrs[0])


def _holds_all(wide: DType, narrow: DType) -> bool:
    if narrow.kind == "b" or (narrow.kind in "iu" and wide.kind == "f"):
        return narrow.itemsize < wide.itemsize or narrow.kind == "b"
    return np.can_cast(narrow, wide, "safe")


SIGNS: Final[tuple[Rule, ...]] = (
    *map(_odd, (sin, tan, asin, atan, sinh, tanh, asinh, atanh, erf, cbrt)),
    *_even(cos, negative, abs), *_even(cosh, negative, abs), *_even(abs, negative),
    never_negative, size_of_square, square_of_size, times_sign, over_size, size_over, sign_over_size,
    over_size_times_sign, sign_of_sign, relu_twice, _with_itself(maximum), _with_itself(minimum),
    _bounds(maximum, max), _bounds(minimum, min),
    *map(_rounded_twice, (floor, ceil, trunc, round)), cast_by_way_of,
)  # fmt: skip
