"""SPECIALISE: forms that are cheaper to run, put in last, which no other rule looks through or takes apart again."""

from __future__ import annotations

import math
from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import divide
from symdiff.ops.exponential import log, log2, log10
from symdiff.rewriting.rule import Rule, View, rule


def _to_base(base: float, direct: Op) -> Rule:
    @rule(divide, "rounding", lambda x: (log(x) / math.log(base), direct(x)), over=log, number=True)
    def logarithm_to_base(view: View) -> Any:
        "log(x) / log(2) = log2(x), log(x) / log(10) = log10(x): one operation for two, and a rounding less"
        quotient, number = view.operand(0, log), view.input(1).literal
        if quotient is None or view.expr.dtype.kind != "f":
            return None
        return direct(quotient.input(0)) if number == view.expr.dtype.type(math.log(base)) else None

    return logarithm_to_base


SPECIALISE: Final[tuple[Rule, ...]] = (_to_base(2, log2), _to_base(10, log10))
