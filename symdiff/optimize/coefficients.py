"""Numbers of products and sums that meet wherever they stand: behind views, in quotients, in matrix products.

What is looked through must be needed nowhere else, so that no array is computed twice for a number's sake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from symdiff.op import Op
from symdiff.ops.arithmetic import divide, multiply, negative
from symdiff.ops.linalg import matmul
from symdiff.ops.shape import expand_dims, matrix_transpose, permute_dims, reshape, squeeze
from symdiff.optimize.chains import is_inner
from symdiff.optimize.forms import is_factor, is_moderate, is_real, scaled
from symdiff.rewriting.rule import Rule, View, rule

VIEWS: Final = (expand_dims, matrix_transpose, permute_dims, reshape, squeeze)
PRODUCTS: Final = (multiply, divide, negative, matmul, *VIEWS)

DEEPEST: Final = 5
"""So many ops deep numbers are looked for."""


class Multiple(NamedTuple):
    """A product of `count` numbers, and what else there is: made when asked for, None for nothing else.

    The number is an expression where sizes known by name are among its factors.
    """

    count: int
    number: Any
    rest: Callable[[], Any]


def multiple(view: View, position: int, room: int = DEEPEST) -> Multiple:
    """An operand as numbers times something else, as far as nothing else needs the products in between."""
    x = view.input(position)
    number = x.literal
    if number is not None and is_moderate(number):
        return Multiple(number != 1, number, lambda: None)
    if view.expr.shape and number is None and is_factor(x):
        return Multiple(1, x, lambda: None)
    found = view.operand(position) if room else None
    if found is None or found.op not in PRODUCTS or not is_inner(found):
        return Multiple(0, 1, lambda: x)
    return _taken_out(found, room - 1)


def _taken_out(view: View, room: int = DEEPEST) -> Multiple:
    """The numbers in a product, a quotient or a view."""
    operation = view.expr.operation
    count, number, rest = multiple(view, 0, room)
    if view.op is negative:
        return Multiple(count + 1, -number, rest)
    if len(view.inputs) == 1:
        return Multiple(count, number, lambda: operation(rest()))
    others, other, last = multiple(view, 1, room)
    if view.op is divide:
        return Multiple(count + others, number / other, lambda: _over(rest(), last()))
    if view.op is multiply:
        return Multiple(count + others, number * other, lambda: _times(rest(), last()))
    return Multiple(count + others, number * other, lambda: operation(rest(), last()))


def _times(x: Any, y: Any) -> Any:
    return y if x is None else x if y is None else x * y


def _over(x: Any, y: Any) -> Any:
    return x if y is None else (1 if x is None else x) / y


def _one_number(op: Op, kind: Any, example: Callable[..., tuple[Any, Any]], *samples: tuple[float, float]) -> Rule:
    @rule(op, kind, example, *samples, over=PRODUCTS)
    def numbers_meet(view: View) -> Any:
        "(a x) (b y) = (a b) (x y), and so in quotients, for numbers a and b, wherever in the factors they stand"
        if not is_real(view.expr):
            return None
        count, number, rest = _taken_out(view)
        if count < 2 or (isinstance(number, (int, float)) and not is_moderate(number)):
            return None
        return scaled(number, rest())

    return numbers_meet


COEFFICIENTS: Final[tuple[Rule, ...]] = (
    _one_number(multiply, "domain", lambda x, y: (expand_dims(x * 3, 0) * y * 2, expand_dims(x, 0) * y * 6)),
    _one_number(divide, "domain", lambda x, y: ((x * 3) / (y * 2), x / y * 1.5)),
    _one_number(negative, "domain", lambda x, y: (-((x * 3) / y), x / y * -3)),
)  # fmt: skip
