"""LINTS: all that `lint` looks for, in one table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from symdiff.inspect.forms import FORMS
from symdiff.inspect.lint import Findings, Lint, findings
from symdiff.inspect.mistakes import MISTAKES

LINTS: Final[tuple[Lint, ...]] = FORMS + MISTAKES


def lint(
    *outputs: Any, disable: Iterable[str] = (), only: Iterable[str] | None = None, extra: Iterable[Lint] = ()
) -> Findings:
    """What in a graph is likely to be inaccurate, slow or a mistake: where, why, and what to write instead.

    Give expressions, containers of them, a graph, or a compiled function (of which the optimised graph is looked
    at). Looked for are all of `LINTS` and `extra`, but for the names in `disable`, or those in `only`. What is
    rewritten by itself before a derivative is taken, like log(1 + exp(x)), is no finding; nor is what derivative
    rules made.

    The findings can be gone through, counted and printed; each has `lint`, `node`, `found`, `place`, `why` and
    `instead`. Raises `ArgumentError` where there is no lint of a name.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> A, b = g.input("A", (3, 3)), g.input("b", (3,))
    >>> print(sd.lint(sd.inv(A) @ b))  # doctest: +ELLIPSIS
    inverse-product  %3 ...
      found    sd.inv(A) @ b: float64 (3,), with A: float64 (3, 3), b: float64 (3,)
      why      solving is faster than inverting, and its residual is small where the inverse's isn't
      instead  sd.solve(A, b)
    >>> len(sd.lint(sd.inv(A) @ b, disable=["inverse-product"]))
    0
    """
    return findings((*LINTS, *extra), outputs, disable, only)
