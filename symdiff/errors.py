"""Every error symdiff raises, and the one shape all their messages have."""

from __future__ import annotations

from typing import Self


class SymdiffError(Exception):
    """Base of all errors of symdiff: what went wrong, where, and what to do about it.

    `problem` is one sentence that says what was asked and what was found, `context` holds one line for
    each operand or call concerned (with its type and the user's line), `advice` is one line.

    >>> print(ShapeError("sizes 4 and 5 differ", advice="transpose one operand", context=["x: float64 (4,)"]))
    sizes 4 and 5 differ
      x: float64 (4,)
      advice: transpose one operand
    """

    def __init__(self, problem: str, advice: str = "", context: list[str] | tuple[str, ...] = ()) -> None:
        super().__init__(problem, advice, tuple(context))
        self.problem = problem
        self.advice = advice
        self.context = tuple(context)

    def __str__(self) -> str:
        lines = [self.problem, *(f"  {line}" for line in self.context)]
        if self.advice:
            lines.append(f"  advice: {self.advice}")
        return "\n".join(lines)

    def located(self, asked: str, context: list[str]) -> Self:
        """The same error, saying also which request (`asked`) and which operands (`context`) it is about."""
        return type(self)(f"{asked}: {self.problem}", self.advice, [*context, *self.context])


class DtypeError(SymdiffError, TypeError):
    """A dtype that the request can't work with."""


class ShapeError(SymdiffError, ValueError):
    """Shapes, axes or sizes that don't fit together."""


class IndexingError(SymdiffError, IndexError):
    """An index out of range, or of a kind that a static graph can't have."""


class GraphError(SymdiffError, ValueError):
    """Expressions of different graphs in one request, a name given twice, or a source that isn't there."""


class ConcreteError(SymdiffError, TypeError):
    """A value was asked of an expression, which has none until a function is run."""


class ArgumentError(SymdiffError, TypeError):
    """A call with wrong, missing or extra arguments."""


class DerivativeError(SymdiffError, TypeError):
    """A derivative that doesn't exist: of or by something that isn't a real number."""


class NonScalarError(SymdiffError, ValueError):
    """A gradient was asked of a target that isn't a scalar."""


class UnsupportedError(SymdiffError, NotImplementedError):
    """Something that symdiff doesn't do; the advice names what to use instead."""
