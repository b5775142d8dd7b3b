"""Every error symdiff raises, and the one shape all their messages have."""

from __future__ import annotations

import linecache
import os
import sys
from typing import Final, Self


class SymdiffError(Exception):
    """Base of all errors of symdiff: what went wrong, where, and what to do about it.

    `problem` is one sentence that says what was asked and what was found, `context` holds one line for
    each operand concerned (with its type and the user's line), `advice` is one line. The user's line that
    asked is added by itself.

    >>> print(ShapeError("sizes 4 and 5 differ", advice="transpose one operand", context=["x: float64 (4,)"]))
    sizes 4 and 5 differ
      x: float64 (4,)
      asked at ...
      advice: transpose one operand
    """

    def __init__(self, problem: str, advice: str = "", context: list[str] | tuple[str, ...] = ()) -> None:
        super().__init__(problem, advice, tuple(context))
        self.problem = problem
        self.advice = advice
        self.context = tuple(context)
        self.asked_at = _users_line()

    def __str__(self) -> str:
        lines = [self.problem, *(f"  {line}" for line in self.context)]
        if self.asked_at:
            file, line = self.asked_at
            text = linecache.getline(file, line).strip()
            lines.append(f"  asked at {os.path.basename(file)}:{line}  {text}".rstrip())
        if self.advice:
            lines.append(f"  advice: {self.advice}")
        return "\n".join(lines)

    def located(self, asked: str, context: list[str], advice: str = "") -> Self:
        """The same error, saying also which request (`asked`) and which operands (`context`) it is about.

        `advice` is given where the error has none of its own.
        """
        problem = self.problem if self.problem.startswith(asked) else f"{asked}: {self.problem}"
        return type(self)(problem, self.advice or advice, [*context, *self.context])


_OWN: Final = (os.path.dirname(__file__) + os.sep, "<symdiff ")
"""How the file names of symdiff's own code begin, and those of the code it generates."""


def _users_line() -> tuple[str, int] | None:
    """File and line of the innermost code on the stack that isn't symdiff's own."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_OWN):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


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


class FileError(SymdiffError, OSError):
    """A file that can't be read or written."""


class UnsupportedError(SymdiffError, NotImplementedError):
    """Something that symdiff doesn't do; the advice names what to use instead."""
