"""CANONICAL: identities that leave one way to write a thing, and what a derivative leaves behind tidied up.

Each of the tables says in its file which form is the normal one; no rule here leads away from another's.
"""

from __future__ import annotations

from typing import Final

from symdiff.optimize.algebra import ALGEBRA
from symdiff.optimize.conditions import CONDITIONS
from symdiff.optimize.contracting import CONTRACTING
from symdiff.optimize.leftovers import LEFTOVERS
from symdiff.optimize.moving import MOVING
from symdiff.optimize.numbers import NUMBERS
from symdiff.optimize.powers import POWERS
from symdiff.optimize.products import PRODUCTS
from symdiff.optimize.reducing import REDUCING
from symdiff.optimize.selecting import SELECTING
from symdiff.optimize.signs import SIGNS
from symdiff.rewriting.rule import Rule

CANONICAL: Final[tuple[Rule, ...]] = (
    *ALGEBRA, *NUMBERS, *POWERS, *SIGNS, *LEFTOVERS, *MOVING, *REDUCING, *PRODUCTS, *CONTRACTING, *CONDITIONS,
    *SELECTING,
)  # fmt: skip
