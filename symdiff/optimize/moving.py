"""MOVING: rules about which element stands where; none of them computes anything new.

The normal form, which a second run leaves alone: of two moves that follow one another one is left (`views`); one index
instead of two, and parts put together where that makes the whole (`slicing`); nothing is stretched before it must be,
and what is stretched is computed before (`stretching`).
"""

from __future__ import annotations

from typing import Final

from symdiff.optimize.slicing import SLICING
from symdiff.optimize.stretching import STRETCHING
from symdiff.optimize.views import VIEWS
from symdiff.rewriting.rule import Rule

MOVING: Final[tuple[Rule, ...]] = (*VIEWS, *SLICING, *STRETCHING)
