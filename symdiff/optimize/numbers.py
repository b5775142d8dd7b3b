"""Numbers and sizes in sums and products: one for each sum, one for each product, and outside of large arrays.

The normal form of a product is (x y) c: the scalar factor c, made of numbers and sizes, comes last, where it is
multiplied to no more elements than the largest factor has, and scalars meet before they meet an array.
"""

from __future__ import annotations

import math
from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, subtract
from symdiff.ops.shape import size_op
from symdiff.optimize.forms import exact_sum, is_factor, is_moderate, is_real
from symdiff.rewriting.rule import Rule, View, rule


@rule(multiply, "domain", lambda x: (2 * (x * 3), x * 6), (-2.0, 2.0), over=multiply, number=True)
def constants_together(view: View) -> Any:
    "a (b x) = (a b) x, for numbers a and b"
    for outer, inner in ((0, 1), (1, 0)):
        number, product = view.input(outer).literal, view.operand(inner, multiply)
        for position in (0, 1) if number is not None and product is not None else ():
            factor = product.input(position).literal if product else None
            if product and factor is not None and is_moderate(number * factor):
                return product.input(1 - position) * (number * factor)
    return None


@rule(multiply, "domain", lambda x: (x / 3 * 2, x * (2 / 3)), (-2.0, 2.0), over=divide, number=True)
def divisor_into_factor(view: View) -> Any:
    "(x / a) b = x (b / a), for numbers a and b"
    for outer, inner in ((0, 1), (1, 0)):
        number, quotient = view.input(outer).literal, view.operand(inner, divide)
        divisor = quotient.input(1).literal if quotient and is_moderate(number) else None
        if quotient and is_moderate(divisor) and is_moderate(number / divisor):
            return quotient.input(0) * (number / divisor)
    return None


@rule(multiply, "domain", lambda x: (3 / x * 2, 6 / x), over=divide, number=True)
def factor_into_numerator(view: View) -> Any:
    "(a / x) b = (a b) / x, for numbers a and b"
    for outer, inner in ((0, 1), (1, 0)):
        number, quotient = view.input(outer).literal, view.operand(inner, divide)
        top = quotient.input(0).literal if quotient and is_moderate(number) else None
        if quotient and is_moderate(top) and is_moderate(number * top):
            return (number * top) / quotient.input(1)
    return None


@rule(divide, "domain", lambda x: (x * 3 / 5, x * (3 / 5)), (-2.0, 2.0), over=multiply, number=True)
def factor_into_divisor(view: View) -> Any:
    "(a x) / b = x (a / b), for numbers a and b"
    product, number = view.operand(0, multiply), view.input(1).literal
    for position in (0, 1) if product is not None and is_moderate(number) else ():
        factor = product.input(position).literal if product else None
        if product and is_moderate(factor) and is_moderate(factor / number):
            return product.input(1 - position) * (factor / number)
    return None


@rule(divide, "domain", lambda x: (x / 3 / 5, x / 15), (-2.0, 2.0), over=divide, number=True)
def divisors_together(view: View) -> Any:
    "(x / a) / b = x / (a b), for numbers a and b"
    quotient, number = view.operand(0, divide), view.input(1).literal
    divisor = quotient.input(1).literal if quotient and is_moderate(number) else None
    if quotient is None or not is_moderate(divisor) or not is_moderate(divisor * number):
        return None
    return quotient.input(0) / (divisor * number)


@rule(divide, "exact", lambda x: (x / 4, x * 0.25), (-2.0, 2.0), over=CONSTANT)
def power_of_two_divisor(view: View) -> Any:
    "x / 2^k = x 2^-k"
    number = view.input(1).literal
    if not isinstance(number, float) or not is_moderate(number) or abs(math.frexp(number)[0]) != 0.5:
        return None
    return view.input(0) * (1 / number)


@rule(negative, "exact", lambda x: (-(x * 3), x * -3), (-2.0, 2.0), over=multiply, number=True)
def minus_into_number(view: View) -> Any:
    "-(c x) = (-c) x, for numbers c"
    product = view.operand(0, multiply)
    for position in (1, 0) if product is not None else ():
        number = product.input(position).literal if product else None
        if product and isinstance(number, (int, float)) and not isinstance(number, bool):
            return product.input(1 - position) * -number
    return None


@rule(negative, "exact", lambda x: (-(3 / x), -3 / x), over=divide, number=True)
def minus_into_numerator(view: View) -> Any:
    "-(c / x) = (-c) / x, for numbers c"
    quotient = view.operand(0, divide)
    number = quotient and quotient.input(0).literal
    return -number / quotient.input(1) if quotient and isinstance(number, float) else None


def _minus_number_times(op: Op, opposite: Op) -> Rule:
    @rule(
        op,
        "exact",
        lambda x, y: (op(x, y * -3), opposite(x, y * 3)),
        (-2.0, 2.0),
        (-2.0, 2.0),
        over=multiply,
        number=True,
    )
    def negative_factor(view: View) -> Any:
        "x + (-c) y = x - c y and x - (-c) y = x + c y, for numbers c > 0"
        for side in (1, 0) if op is add else (1,):
            product = view.operand(side, multiply)
            for position in (1, 0) if product is not None and is_real(view.expr) else ():
                number = product.input(position).literal if product else None
                if product and number is not None and number < 0:
                    return opposite(view.input(1 - side), product.input(1 - position) * -number)
        return None

    return negative_factor


@rule(add, "rounding", lambda x: (x * 3 + x * 2, x * 5), (-2.0, 2.0), over=multiply, number=True)
def like_terms(view: View) -> Any:
    "a x + b x = (a + b) x, for numbers a and b of the same sign"
    terms = [_term(view, position) for position in (0, 1)]
    (first, a), (second, b) = terms
    if first is not second or a is None or b is None or isinstance(a, complex) or isinstance(b, complex) or a * b < 0:
        return None
    return first * (a + b)


def _term(view: View, position: int) -> tuple[Any, Any]:
    """An operand as x and c with c x: c is 1 where there is no number."""
    product = view.operand(position, multiply)
    for side in (1, 0) if product is not None else ():
        number = product.input(side).literal if product else None
        if product and number is not None:
            return product.input(1 - side), number
    return view.input(position), 1


def _shifted(view: View, position: int) -> tuple[Any, int, Any] | None:
    """An operand as x, sign and c with (sign x) + c for a number c; None where it isn't such a sum."""
    total = view.operand(position, add)
    for side in (1, 0) if total is not None else ():
        number = total.input(side).literal if total else None
        if total and number is not None:
            return total.input(1 - side), 1, number
    difference = view.operand(position, subtract)
    if difference is None:
        return None
    if difference.input(1).literal is not None:
        return difference.input(0), 1, -difference.input(1).literal
    return (difference.input(1), -1, difference.input(0).literal) if difference.input(0).literal is not None else None


def _combined(op: Op, example: Any) -> Rule:
    @rule(op, "domain", example, (-2.0, 2.0), over=(add, subtract), number=True)
    def numbers_in_sums(view: View) -> Any:
        "(x + a) + b = x + (a + b), with any signs, for numbers a and b whose sum isn't rounded"
        for side in (1, 0):
            number, inner = view.input(side).literal, None
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                inner = _shifted(view, 1 - side)
            if inner is None or isinstance(inner[2], (bool, complex)):
                continue
            x, sign, shift = inner
            outer = -1 if op is subtract and side == 0 else 1  # of the inner sum
            total = exact_sum(outer * shift, -number if op is subtract and side else number, view.expr.dtype)
            return None if total is None else _sum(x, sign * outer, total)
        return None

    return numbers_in_sums


def _sum(x: Any, sign: int, number: Any) -> Any:
    """(sign x) + number, written without what isn't needed."""
    if number == 0:
        return x if sign > 0 else -x
    if sign < 0:
        return number - x
    return x + number if number > 0 else x - -number


@rule(multiply, "rounding", lambda x: (x * 3 * _count(x), x * (3 * _count(x))), (-2.0, 2.0), over=multiply, scalar=True)
def scalars_first(view: View) -> Any:
    "(x a) b = x (a b), for an array x and scalars a and b of numbers and sizes"
    for one, other in ((0, 1), (1, 0)):
        outer, product = view.input(one), view.operand(other, multiply)
        if product is not None and product.expr.shape and is_factor(outer):
            for position in (1, 0):
                if is_factor(product.input(position)):
                    return product.input(1 - position) * (product.input(position) * outer)
    return None


@rule(multiply, "rounding", lambda x: (x / _count(x) * 3, x * (3 / _count(x))), (-2.0, 2.0), over=divide, scalar=True)
def divisor_first(view: View) -> Any:
    "(x / a) b = x (b / a), for an array x and scalars a and b of numbers and sizes"
    for one, other in ((0, 1), (1, 0)):
        outer, quotient = view.input(one), view.operand(other, divide)
        if quotient is not None and quotient.expr.shape and is_factor(outer) and is_factor(quotient.input(1)):
            return quotient.input(0) * (outer / quotient.input(1))
    return None


@rule(divide, "rounding", lambda x: (x * 3 / _count(x), x * (3 / _count(x))), (-2.0, 2.0), over=multiply, scalar=True)
def factor_first(view: View) -> Any:
    "(x a) / b = x (a / b), for an array x and scalars a and b of numbers and sizes"
    product, divisor = view.operand(0, multiply), view.input(1)
    if product is None or not product.expr.shape or not is_factor(divisor):
        return None
    for position in (1, 0):
        if is_factor(product.input(position)):
            return product.input(1 - position) * (product.input(position) / divisor)
    return None


def _outward(op: Op, position: int, inner_op: Op) -> Rule:
    """A rule that takes a scalar factor or divisor of one operand out of a product or quotient of arrays."""

    def example(x: Any, y: Any) -> tuple[Any, Any]:
        count = _count(x)
        operands = [y, y]
        operands[position] = inner_op(x, count)
        bare = [y, y]
        bare[position] = x
        return op(*operands), inner_op(op(*bare), count)

    @rule(op, "rounding" if op is multiply else "domain", example, over=inner_op, scalar=True)
    def scalar_outward(view: View) -> Any:
        "(x a) y = (x y) a, for a scalar a of numbers and sizes, where x is as large as the result; so for quotients"
        inner, other = view.operand(position, inner_op), view.input(1 - position)
        if inner is None or inner.expr.shape != view.expr.shape or not other.shape:
            return None
        for side in (1, 0) if inner_op is multiply else (1,):
            scalar, x = inner.input(side), inner.input(1 - side)
            if x.shape and is_factor(scalar):
                return inner_op(op(x, other) if position == 0 else op(other, x), scalar)
        return None

    return scalar_outward


@rule(multiply, "rounding", lambda x, y: (x * y[:1] * _count(x), x * (y[:1] * _count(x))), over=multiply, scalar=True)
def scalar_to_the_small(view: View) -> Any:
    "(x y) a = x (y a), for a scalar a of numbers and sizes, where y is smaller than the result"
    for one, other in ((0, 1), (1, 0)):
        scalar, product = view.input(one), view.operand(other, multiply)
        if product is None or not is_factor(scalar):
            continue
        for position in (1, 0):
            small, large = product.input(position), product.input(1 - position)
            if small.shape and small.shape != view.expr.shape and large.shape == view.expr.shape:
                return large * (small * scalar)
    return None


def _count(x: Any) -> Any:
    """How many elements x has, as a node, for the examples."""
    return x.graph.apply(size_op, (), {"value": x.size, "dtype": x.dtype})


NUMBERS: Final[tuple[Rule, ...]] = (
    constants_together, divisor_into_factor, factor_into_numerator, factor_into_divisor, divisors_together,
    power_of_two_divisor, minus_into_number, minus_into_numerator,
    _minus_number_times(add, subtract), _minus_number_times(subtract, add), like_terms,
    _combined(add, lambda x: ((x + 2) + 3, x + 5)), _combined(subtract, lambda x: (3 - (5 - x), x - 2)),
    scalars_first, divisor_first, factor_first, scalar_to_the_small,
    _outward(multiply, 0, multiply), _outward(multiply, 1, multiply), _outward(multiply, 0, divide),
    _outward(multiply, 1, divide), _outward(divide, 0, multiply), _outward(divide, 0, divide),
)  # fmt: skip
