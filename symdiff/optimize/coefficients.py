"""Numbers of products and sums that meet wherever they stand: behind views, in quotients, in matrix products.

What is looked through must be needed nowhere else, so that no array is computed twice for a number's sake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, subtract
from symdiff.ops.linalg import matmul
from symdiff.ops.shape import expand_dims, matrix_transpose, permute_dims, reshape, squeeze
from symdiff.optimize.chains import is_inner
from symdiff.optimize.forms import is_moderate, is_real
from symdiff.rewriting.rule import Rule, View, rule

VIEWS: Final = (expand_dims, matrix_transpose, permute_dims, reshape, squeeze)
PRODUCTS: Final = (multiply, divide, matmul, negative, *VIEWS)

DEEPEST: Final = 5
"""So many ops deep numbers are looked for."""


class Multiple(NamedTuple):
    """A number times an expression, which is made when it is asked for."""

    number: Any
    rest: Callable[[], Any]


def multiple(view: View, position: int, room: int = DEEPEST) -> Multiple:
    """An operand as a number, 1 where none is found, times an expression."""
    found = view.operand(position) if room else None
    if found is None or found.op not in PRODUCTS or not is_inner(found):
        x = view.input(position)
        return Multiple(1, lambda: x)
    return _taken_out(found, room - 1)


def _taken_out(view: View, room: int) -> Multiple:
    operation = view.expr.operation
    if len(view.inputs) == 1:
        number, rest = multiple(view, 0, room)
        return Multiple(-number, rest) if view.op is negative else Multiple(number, lambda: operation(rest()))
    a, b = (_number(x) for x in view.inputs)
    if view.op is divide:
        above, below = multiple(view, 0, room), multiple(view, 1, room)
        if b is not None:
            return Multiple(above.number / b, above.rest)
        if a is not None:
            return Multiple(a / below.number, lambda: 1 / below.rest())
        return Multiple(above.number / below.number, lambda: above.rest() / below.rest())
    if a is not None or b is not None:
        number, rest = multiple(view, 0 if a is None else 1, room)
        return Multiple(number * (b if a is None else a), rest)
    left, right = multiple(view, 0, room), multiple(view, 1, room)
    return Multiple(left.number * right.number, lambda: operation(left.rest(), right.rest()))


def _number(x: Any) -> Any:
    """A moderate number that an operand is, or None."""
    number = x.literal
    return number if isinstance(number, (int, float)) and is_moderate(number) else None


@rule(
    multiply,
    "domain",
    lambda x, y: (y * (0.5 / x) * 3.0, y * (1 / x) * 1.5),
    over=PRODUCTS,
)
def numbers_meet(view: View) -> Any:
    "(a x) (b y) = (x y) (a b), for numbers a and b, wherever in the factors they stand"
    if not is_real(view.expr):
        return None
    for side in (0, 1):
        known = _number(view.input(side))
        if known is not None:
            number, rest = multiple(view, 1 - side)
            return rest() * (known * number) if number != 1 and is_moderate(known * number) else None
    (a, x), (b, y) = multiple(view, 0), multiple(view, 1)
    return x() * y() * (a * b) if a != 1 and b != 1 and is_moderate(a * b) else None


@rule(
    negative,
    "exact",
    lambda x: (-expand_dims(x * 3.0, 0), expand_dims(x, 0) * -3.0),
    (-2.0, 2.0),
    over=PRODUCTS,
)
def minus_meets_number(view: View) -> Any:
    "-(a x) = (-a) x, for a number a, wherever in x it stands"
    number, rest = multiple(view, 0)
    return rest() * -number if number != 1 and is_moderate(number) and is_real(view.expr) else None


@rule(
    divide,
    "domain",
    lambda x, y: ((y * 0.5) / (1 + x * x * 3.0), y / (1 + x * x * 3.0) * 0.5),
    over=PRODUCTS,
)
def numbers_leave_quotient(view: View) -> Any:
    "(a x) / (b y) = (x / y) (a / b), for numbers a and b"
    (a, x), (b, y) = multiple(view, 0), multiple(view, 1)
    return x() / y() * (a / b) if a != 1 and b != 1 and is_moderate(a / b) and is_real(view.expr) else None
