"""Differences of nearly equal numbers, written so that their digits aren't lost.

Most are exercises of Hamming, *Numerical Methods for Scientists and Engineers*, chapter 3, which are also the classics
of the FPBench collection of floating-point expressions.
"""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.ops.arithmetic import add, divide, multiply, negative, sqrt, subtract
from symdiff.ops.logic import where
from symdiff.ops.special import cbrt, erf, erfc
from symdiff.ops.trigonometric import cos, sin, tan
from symdiff.optimize.forms import is_real, squared
from symdiff.rewriting.rule import Rule, View, equation, rule


@equation("domain", (-2.0, 2.0))
def one_minus_cosine(x):
    "1 - cos(x) = 2 sin(x / 2)^2"
    return 1 - cos(x), 2 * (sin(x * 0.5) * sin(x * 0.5))


@equation("domain", (-2.0, 2.0))
def cosine_minus_one(x):
    "cos(x) - 1 = -2 sin(x / 2)^2"
    return cos(x) - 1, -2 * (sin(x * 0.5) * sin(x * 0.5))


@equation("domain", (0.5, 2.0))
def tangent_of_half(x):
    "(1 - cos(x)) / sin(x) = tan(x / 2)"
    return (2 * (sin(x * 0.5) * sin(x * 0.5))) / sin(x), tan(x * 0.5)


@rule(subtract, "domain", lambda x: (1 - cos(x) ** 2, sin(x) * sin(x)), (-2.0, 2.0), over=CONSTANT)
def one_minus_square_of_cosine(view: View) -> Any:
    "1 - cos(x)^2 = sin(x)^2, 1 - sin(x)^2 = cos(x)^2"
    square = view.operand(1) if view.input(0).literal == 1 else None
    base = squared(square)
    inner = None if base is None or square is None else square.operand(0)
    if inner is None or inner.op not in (cos, sin):
        return None
    other = (sin if inner.op is cos else cos)(inner.input(0))
    return other * other


@equation("domain", (-0.5, 2.0))
def root_minus_one(x):
    "sqrt(1 + x) - 1 = x / (sqrt(1 + x) + 1)"
    return sqrt(1 + x) - 1, x / (sqrt(1 + x) + 1)


@equation("domain", (-0.5, 2.0))
def one_minus_root(x):
    "1 - sqrt(1 + x) = -x / (1 + sqrt(1 + x))"
    return 1 - sqrt(1 + x), (-x) / (1 + sqrt(1 + x))


@equation("domain", (-2.0, 0.5))
def one_minus_root_of_difference(x):
    "1 - sqrt(1 - x) = x / (1 + sqrt(1 - x))"
    return 1 - sqrt(1 - x), x / (1 + sqrt(1 - x))


@equation("domain", (-2.0, 0.5))
def root_of_difference_minus_one(x):
    "sqrt(1 - x) - 1 = -x / (sqrt(1 - x) + 1)"
    return sqrt(1 - x) - 1, (-x) / (sqrt(1 - x) + 1)


@rule(subtract, "domain", lambda x: (sqrt(x + 3) - sqrt(x), 3 / (sqrt(x + 3) + sqrt(x))), over=sqrt)
def difference_of_roots(view: View) -> Any:
    "sqrt(x + a) - sqrt(x) = a / (sqrt(x + a) + sqrt(x)), for numbers a > 0; and the same with the sign changed"
    for far, near, sign in ((0, 1, 1), (1, 0, -1)):
        one, other = view.operand(far, sqrt), view.operand(near, sqrt)
        total = one and other and one.operand(0, add)
        for side in (0, 1) if total else ():
            number = total.input(side).literal if total else None
            if one and other and total and total.input(1 - side) is other.input(0) and _positive(number):
                return (number if sign > 0 else -number) / (view.input(0) + view.input(1))  # type: ignore[operator]
    return None


def _positive(number: Any) -> bool:
    return isinstance(number, (int, float)) and not isinstance(number, bool) and number > 0


@equation("domain")
def difference_of_inverse_roots(x):
    "1 / sqrt(x) - 1 / sqrt(x + 1) = 1 / sqrt(x) / sqrt(x + 1) / (sqrt(x + 1) + sqrt(x))"
    return 1 / sqrt(x) - 1 / sqrt(x + 1), 1 / sqrt(x) / sqrt(x + 1) / (sqrt(x + 1) + sqrt(x))


@equation("domain")
def difference_of_cube_roots(x):
    "cbrt(x + 1) - cbrt(x) = 1 / (cbrt(x + 1)^2 + cbrt(x + 1) cbrt(x) + cbrt(x)^2)"
    return (
        cbrt(x + 1) - cbrt(x),
        1 / (cbrt(x + 1) * cbrt(x + 1) + (cbrt(x + 1) * cbrt(x) + cbrt(x) * cbrt(x))),
    )


@equation("domain")
def difference_of_reciprocals(x):
    "1 / x - 1 / (x + 1) = (1 / x) / (x + 1)"
    return 1 / x - 1 / (x + 1), (1 / x) / (x + 1)


@equation("domain")
def difference_of_reciprocals_back(x):
    "1 / (x + 1) - 1 / x = (-1 / x) / (x + 1)"
    return 1 / (x + 1) - 1 / x, (-1 / x) / (x + 1)


@equation("domain", (2.0, 3.0))
def three_reciprocals(x):
    "1 / (x + 1) - 2 / x + 1 / (x - 1) = ((2 / x) / (x - 1)) / (x + 1)"
    return 1 / (x + 1) - 2 / x + 1 / (x - 1), ((2 / x) / (x - 1)) / (x + 1)


@equation("domain", (-2.0, 2.0))
def complement_of_erf(x):
    "1 - erf(x) = erfc(x)"
    return 1 - erf(x), erfc(x)


@equation("domain", (-2.0, 2.0))
def one_plus_erf(x):
    "1 + erf(x) = erfc(-x)"
    return 1 + erf(x), erfc(-x)


@equation("domain", (-2.0, 2.0))
def erf_minus_one(x):
    "erf(x) - 1 = -erfc(x)"
    return erf(x) - 1, -erfc(x)


@equation("domain", (-2.0, 2.0))
def complement_of_erfc(x):
    "1 - erfc(x) = erf(x)"
    return 1 - erfc(x), erf(x)


@equation("domain", (-2.0, 2.0))
def reflected_erfc(x):
    "2 - erfc(x) = erfc(-x)"
    return 2 - erfc(x), erfc(-x)


def _larger_root(a: Any, b: Any, c: Any) -> Any:
    return ((-b) + sqrt(b * b - 4 * a * c)) / (2 * a)


def _smaller_root(a: Any, b: Any, c: Any) -> Any:
    return ((-b) - sqrt(b * b - 4 * a * c)) / (2 * a)


def _stable_root(a: Any, b: Any, c: Any, root: Any, larger: bool) -> Any:
    """c / q where the root would cancel, q / a elsewhere, with q = -(b +- sqrt(b^2 - 4 a c)) / 2, the larger sum."""
    cancels = b > 0 if larger else b < 0
    q = -0.5 * (b + where(cancels, root, -root) if larger else b + where(cancels, -root, root))
    return where(cancels, c / q, q / a)


def _quadratic(op: Any, larger: bool, form: Any) -> Rule:
    def example(a: Any, b: Any, c: Any) -> tuple[Any, Any]:
        return form(a, b, c), _stable_root(a, b, c, sqrt(b * b - 4 * a * c), larger)

    @rule(divide, "domain", example, (0.5, 1.0), (4.0, 5.0), (0.5, 1.0), over=op)
    def quadratic_formula(view: View) -> Any:
        "(-b +- sqrt(b^2 - 4 a c)) / (2 a) = q / a or c / q, with q = -(b + sign(b) sqrt(b^2 - 4 a c)) / 2"
        top, bottom = view.operand(0, op), view.operand(1, multiply)
        for minus, other in ((0, 1), (1, 0)) if op is add else ((0, 1),):
            b, root = (top.operand(minus, negative), top.operand(other, sqrt)) if top else (None, None)
            inside = root and root.operand(0, subtract)
            if b is None or root is None or inside is None or bottom is None or not is_real(view.expr):
                continue
            a = _times(bottom, 2)
            product = inside.operand(1, multiply)
            c = _other_factor(product, a) if product and squared(inside.operand(0)) is b.input(0) else None
            if a is not None and c is not None:
                return _stable_root(a, b.input(0), c, root.expr, larger)
        return None

    return quadratic_formula


def _times(view: View, number: int) -> Any:
    """The x of a number times x."""
    for side in (0, 1):
        if view.input(side).literal == number:
            return view.input(1 - side)
    return None


def _other_factor(view: View, a: Any) -> Any:
    """The c of 4 a c, with the factors in any order; an expression, or None."""
    found = [*_factors(view, 2)]
    fours = [each for each in found if each.literal == 4]
    if len(found) != 3 or not fours or a is None:
        return None
    rest = [each for each in found if each is not fours[0]]
    if len(rest) == 2 and any(each is a for each in rest):
        return rest[1] if rest[0] is a else rest[0]
    return None


def _factors(view: View, depth: int) -> list[Any]:
    found: list[Any] = []
    for side in (0, 1):
        inner = view.operand(side, multiply) if depth > 1 else None
        found += _factors(inner, depth - 1) if inner else [view.input(side)]
    return found


CANCELLING: Final[tuple[Rule, ...]] = (
    one_minus_cosine, cosine_minus_one, tangent_of_half, one_minus_square_of_cosine, root_minus_one, one_minus_root,
    one_minus_root_of_difference, root_of_difference_minus_one, difference_of_roots, difference_of_inverse_roots,
    difference_of_cube_roots, difference_of_reciprocals, difference_of_reciprocals_back, three_reciprocals,
    complement_of_erf,
    one_plus_erf, erf_minus_one, complement_of_erfc, reflected_erfc, _quadratic(add, True, _larger_root),
    _quadratic(subtract, False, _smaller_root),
)  # fmt: skip
