"""STABLE: forms that overflow, cancel or divide 0 by 0, and the ones that don't; applied before differentiating.

Where several stable forms are one function, the shortest name wins: sigmoid, tanh, logaddexp, log_softmax, norm.
"""

from __future__ import annotations

from typing import Final

from symdiff.optimize.cancelling import CANCELLING
from symdiff.optimize.exponentials import EXPONENTIALS
from symdiff.optimize.logarithms import LOGARITHMS
from symdiff.optimize.norms import NORMS
from symdiff.optimize.picking import PICKING
from symdiff.rewriting.rule import Rule

STABLE: Final[tuple[Rule, ...]] = (*LOGARITHMS, *EXPONENTIALS, *NORMS, *CANCELLING, *PICKING)
