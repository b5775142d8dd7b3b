"""Powers as what costs least: products for small ones, quotients for negative ones, roots for halves.

The normal forms: x x for the square, products of squares up to the 8th power; one power for a product of powers.
"""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.ops.arithmetic import divide, multiply, pow, sqrt
from symdiff.optimize.forms import exact_sum, filled, is_moderate, is_real
from symdiff.rewriting.rule import Rule, View, equation, rule

LARGEST: Final = 8
"""The largest power that is multiplied out: three squarings cost a third of NumPy's power, and round 3.5 times."""


@rule(pow, "exact", lambda x: (pow(x, 0), filled(x, 1)), (-2.0, 2.0), over=CONSTANT)
def power_of_zero(view: View) -> Any:
    "x^0 = 1"
    return filled(view.expr, 1) if view.input(1).literal == 0 else None


@equation("exact")
def power_of_one(x):
    "x^1 = x"
    return pow(x, 1), x


@equation("rounding", (-2.0, 2.0))
def power_of_two(x):
    "x^2 = x x"
    return pow(x, 2), x * x


@rule(pow, "rounding", lambda x: (pow(x, 6), (x * x * x) * (x * x * x)), (-2.0, 2.0), over=CONSTANT)
def small_power(view: View) -> Any:
    "x^n = x x ... x, for n from 3 to 8"
    exponent = view.input(1).literal
    if exponent is None or isinstance(exponent, complex) or exponent not in range(3, LARGEST + 1):
        return None
    return _product(view.input(0), int(exponent))


def _product(x: Any, n: int) -> Any:
    """x^n by squaring."""
    if n == 1:
        return x
    half = _product(x, n // 2) if n != 3 else x
    return half * half * x if n % 2 else half * half


@equation("rounding")
def power_of_minus_one(x):
    "x^-1 = 1 / x"
    return pow(x, -1.0), 1 / x


@equation("domain")
def power_of_minus_two(x):
    "x^-2 = (1 / x) (1 / x)"
    return pow(x, -2.0), (1 / x) * (1 / x)


@equation("domain")
def power_of_minus_half(x):
    "x^-0.5 = 1 / sqrt(x)"
    return pow(x, -0.5), 1 / sqrt(x)


@equation("domain")
def power_of_minus_one_and_a_half(x):
    "x^-1.5 = (1 / sqrt(x))^3"
    return pow(x, -1.5), (1 / sqrt(x)) * (1 / sqrt(x)) * (1 / sqrt(x))


@equation("domain")
def root_times_itself(x):
    "sqrt(x) sqrt(x) = x"
    return sqrt(x) * sqrt(x), x


@equation("domain")
def over_its_root(x):
    "x / sqrt(x) = sqrt(x)"
    return x / sqrt(x), sqrt(x)


@equation("domain")
def root_over_radicand(x):
    "sqrt(x) / x = 1 / sqrt(x)"
    return sqrt(x) / x, 1 / sqrt(x)


def _power(view: View, position: int) -> tuple[Any, float | int | None]:
    """An operand as base and number in the exponent; None where the exponent is no number."""
    inner = view.operand(position, pow)
    number = inner.input(1).literal if inner else None
    if inner and number is not None and not isinstance(number, complex):
        return inner.input(0), number
    return view.input(position), 1


def _powers_together(op: Op, example: Any) -> Rule:
    sign = 1 if op is multiply else -1

    @rule(op, "domain", example, over=pow)
    def powers_together(view: View) -> Any:
        "x^a x^b = x^(a + b) and x^a / x^b = x^(a - b), for numbers a and b"
        (first, a), (second, b) = _power(view, 0), _power(view, 1)
        if first is not second or a is None or b is None or a == b == 1 or not is_real(view.expr):
            return None
        exponent = exact_sum(a, sign * b, view.expr.dtype)
        return None if exponent is None else first**exponent

    return powers_together


POWERS: Final[tuple[Rule, ...]] = (
    power_of_zero, power_of_one, power_of_two, small_power, power_of_minus_one, power_of_minus_two,
    power_of_minus_half, power_of_minus_one_and_a_half,
    root_times_itself, over_its_root, root_over_radicand,
    _powers_together(multiply, lambda x: (x * x**1.25, x**2.25)),
    _powers_together(divide, lambda x: (x**9.25 / x, x**8.25)),
)  # fmt: skip


def _leaves(nodes: Sequence[Any], node: int, depth: int = 3) -> list[int]:
    """The factors of a product of products, as nodes."""
    op, inputs, _, _ = nodes[node]
    return (
        [each for parent in inputs for each in _leaves(nodes, parent, depth - 1)]
        if op is multiply and depth
        else [node]
    )


def _factors(view: View, depth: int = 3) -> list[Any]:
    """The same, as far as rules may look."""
    found: list[Any] = []
    for position in range(2):
        inner = view.operand(position, multiply) if depth > 1 else None
        found += [view.input(position)] if inner is None else _factors(inner, depth - 1)
    return found


@rule(multiply, "domain", lambda x: (x * 3 * x * x, x**3 * 3), (-2.0, 2.0), over=multiply)
def cube_by_products(view: View) -> Any:
    "a x x x = a x^3, for numbers a: its derivative is one product instead of a sum of three"
    leaves = _leaves(view.graph.arena.nodes, view.node)
    if len(set(leaves)) + 2 > len(leaves) or not is_real(view.expr):
        return None
    factors = _factors(view)
    numbers = [each for each in factors if is_moderate(each.literal)]
    bases = [each for each in factors if each.literal is None]
    if len(bases) != 3 or len(bases) + len(numbers) < len(factors) or any(base is not bases[0] for base in bases):
        return None
    power = bases[0] ** 3
    for number in numbers:
        power = power * number
    return power


RECOGNISED: Final[tuple[Rule, ...]] = (cube_by_products,)
"""What is differentiated in another form than it is computed in: POWERS lead the other way."""
