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

    With u = (x - y) / y it is y u^2 times a smooth function, for -0.5 < u < 1 a Chebyshev series (of 50 digits).
    """
    wide, over = np.asarray(x, np.float64), np.asarray(y, np.float64)
    series = [0.4806019663449767, -0.10976939530641938, 0.018514704066469, -0.0037244453783328844,
              0.0008301009165368761, -0.00019794183938652438, 4.952164320802774e-05, -1.284267723293469e-05,
              3.4248351266353187e-06, -9.339390967668204e-07, 2.5937517039718236e-07, -7.313870650296276e-08,
              2.0890971651326014e-08, -6.033424086874602e-09, 1.7592355211419575e-09, -5.172730620816849e-10,
              1.5322297087093556e-10, -4.5685633743613843e-11, 1.3702097135714165e-11, -4.131339562755822e-12,
              1.2516199631658364e-12, -3.8084029980358595e-13, 1.1634235747490028e-13, -3.5670862462243685e-14,
              1.0973461349379215e-14, -3.3862266835731384e-15, 1.0479276358382482e-15, -3.2516261666810665e-16,
              1.0114498111762622e-16, -3.153485241464011e-17, 9.853153923841082e-18, -3.0848855980878726e-18,
              9.67673518153698e-19]  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        u = (wide - over) / over
        near = (u > -0.5) & (u < 1)
        small = np.where(near, u, 0.0)
        curve = (wide - over) * small * np.polynomial.chebyshev.chebval((4 * small - 1) / 3, series)
        inside = np.where(near, curve, wide * relative_log(wide, over) - wide + over)
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
