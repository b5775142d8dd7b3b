"""Logarithms with weights and odds: x log(1 + y), -x log(x), x log(x / y) and their like, at their ends too."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symdiff.op import Expression, Sample, to_real_floating
from symdiff.ops.exponential import xlogy
from symdiff.ops.family import elementwise, operands, uniform
from symdiff.ops.logic import where


def xlog1py_kernel(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x is 0 and y is a number."""
    idle, zero = (x == 0) & ~np.isnan(y), np.result_type(x, y).type(0)
    return np.where(idle, 0, x * np.log1p(np.where(idle, zero, y)))


def logit_kernel(x: Any) -> Any:
    """log(x / (1 - x)); near 1/2, where that is near 1, by log1p of what it differs by."""
    with np.errstate(divide="ignore"):
        inside = np.abs(x - 0.5) < 0.25
        near = np.log1p(2 * (np.where(inside, x, 0.5) - 0.5) / (1 - np.where(inside, x, 0.5)))
        return np.where(inside, near, np.log(x / (1 - x))).astype(np.asarray(x).dtype)


def relative_log(x: Any, y: Any) -> Any:
    """log(x / y) for x, y > 0: by log1p where they are within a factor of 2, else without overflow of the quotient."""
    quotient = x / y
    near = np.log1p((np.where(quotient > 0.5, x, y) - y) / y)
    far = np.where((quotient > 1e-300) & (quotient < 1e300), np.log(quotient), np.log(x) - np.log(y))
    return np.where((quotient > 0.5) & (quotient < 2), near, far)


def rel_entr_kernel(x: Any, y: Any) -> Any:
    """x log(x / y) for x, y > 0; 0 where x is 0 and y isn't negative; infinite elsewhere."""
    wide, over = np.asarray(x, np.float64), np.asarray(y, np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        inside = wide * relative_log(wide, over)
    found = np.where((wide > 0) & (over > 0), inside, np.where((wide == 0) & (over >= 0), 0.0, np.inf))
    return np.where(np.isnan(wide) | np.isnan(over), np.nan, found).astype(np.result_type(x, y))


def kl_div_kernel(x: Any, y: Any) -> Any:
    """x log(x / y) - x + y for x, y > 0; y where x is 0 and y isn't negative; infinite elsewhere.

    With s = (x - y) / (x + y) it is (x - y) s times a smooth function, for |s| < 1/2 a Chebyshev series (of 50 digits).
    """
    wide, over = np.asarray(x, np.float64), np.asarray(y, np.float64)
    series = [1.0471975511965979, 0.188790204786391, 0.04919843705578616, 0.008003543436753652,
              0.002102593522455433, 0.00040683065306807776, 0.00010735544497761166, 2.259112684236885e-05,
              5.978267249293031e-06, 1.3219421548032748e-06, 3.505062030889135e-07, 8.00826575523791e-08,
              2.1263743437653402e-08, 4.9723161982345076e-09, 1.3216945357155272e-09, 3.1446194462760106e-10,
              8.36587550117807e-11, 2.0173075419521745e-11, 5.370503749311002e-12, 1.3089395777222642e-12,
              3.4866594701571077e-13, 8.572421034057906e-14, 2.284549509603433e-14, 5.657770043558262e-15,
              1.508407105944793e-15, 3.758583802209107e-16, 1.0024188168041091e-16, 2.5109146500732973e-17,
              6.69867473816507e-18, 1.6855524519273039e-18]  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        slant = (wide - over) / (wide + over)
        near = np.abs(slant) < 0.5
        small = np.where(near, slant, 0.0)
        curve = (wide - over) * small * np.polynomial.chebyshev.chebval(2 * small, series)
        inside = np.where(near, curve, wide * relative_log(wide, over) - (wide - over))
    found = np.where((wide > 0) & (over > 0), inside, np.where((wide == 0) & (over >= 0), over, np.inf))
    return np.where(np.isnan(wide) | np.isnan(over), np.nan, found).astype(np.result_type(x, y))


def _quotient(y: Expression, a: Expression, b: Expression) -> Expression:
    """a / b, 0 where a is 0: minus the slope by b."""
    return a.graph.ops.where(a == 0, 0, a / b)


BOTH: Final = [uniform(0.5, 2, (3,), (3,)), operands(Sample(0.1, 1, (2, 3)), Sample(3, 4, ()))]

xlog1py = elementwise(
    "xlog1py", xlog1py_kernel, flops=14, nodes_per_edge=12,
    partials=[
        lambda y, a, b: b.graph.ops.log1p(b),
        lambda y, a, b: b.graph.ops.where(a == 0, 0, a / (1 + b)),
    ],
    samples=[uniform(-0.5, 2, (3,), (3,)), uniform(0.5, 2, (2, 3), ())],
    law="d(a log(1 + b)) = log(1 + b) da + a / (1 + b) db, the latter 0 at a = 0",
    doc="a log(1 + b), elementwise, and 0 where a is 0; accurate for small b.",
)  # fmt: skip

logit = elementwise(
    "logit", logit_kernel, promote=to_real_floating, flops=16,
    partials=[lambda y, x: 1 / (x * (1 - x))],
    samples=[uniform(0.05, 0.95, (3,)), uniform(0.45, 0.55, (3,))],
    law="d logit(x) = dx / (x (1 - x))", doc="log(x / (1 - x)), elementwise: the inverse of sigmoid.",
)  # fmt: skip

rel_entr = elementwise(
    "rel_entr", rel_entr_kernel, promote=to_real_floating, flops=24, nodes_per_edge=12, source="rel_entr({0}, {1})",
    helpers=(relative_log, rel_entr_kernel),
    partials=[lambda y, a, b: b.graph.ops.log(a / b) + 1, lambda y, a, b: -_quotient(y, a, b)], samples=BOTH,
    law="d(a log(a / b)) = (log(a / b) + 1) da - a / b db",
    doc="a log(a / b), elementwise; 0 where a is 0, infinite where a or b is negative, or b is 0.",
)  # fmt: skip

kl_div = elementwise(
    "kl_div", kl_div_kernel, promote=to_real_floating, flops=40, nodes_per_edge=12, source="kl_div({0}, {1})",
    helpers=(relative_log, kl_div_kernel),
    partials=[lambda y, a, b: b.graph.ops.log(a / b), lambda y, a, b: 1 - _quotient(y, a, b)], samples=BOTH,
    law="d(a log(a / b) - a + b) = log(a / b) da + (1 - a / b) db",
    doc="a log(a / b) - a + b, elementwise, never negative, and accurate where a and b are close.",
)  # fmt: skip

ENTROPIES: Final = (xlog1py, logit, rel_entr, kl_div)


def entr(x: Any, /) -> Any:
    """-x log(x), elementwise: 0 at 0, where its slope is infinite, and -inf below.

    >>> from symdiff.ops.entropies import entr
    >>> print(f"{entr(0.5):.6f}")
    0.346574
    """
    known = where(x < 0, 1, x)
    return where(x < 0, -np.inf, -xlogy(known, known))
