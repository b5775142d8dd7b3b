"""SPECIALISE: forms that are cheaper to run, put in last; no other rule takes them apart again."""

from __future__ import annotations

import math
from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.ops.arithmetic import divide
from symdiff.rewriting.rule import Rule, View, rule


@rule(divide, "exact", lambda x: (x / 8, x * 0.125), (-2.0, 2.0), over=CONSTANT)
def over_power_of_two(view: View) -> Any:
    "x / 2^k = x 2^-k: multiplying is faster, and as exact"
    number = view.input(1).literal
    if not isinstance(number, float) or not 2.0**-100 <= abs(number) <= 2.0**100 or abs(math.frexp(number)[0]) != 0.5:
        return None
    return view.input(0) * (1 / number)


SPECIALISE: Final[tuple[Rule, ...]] = (over_power_of_two,)
