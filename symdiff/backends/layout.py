"""Where the parts of a line go: comments in columns, long lines folded at their commas and operators."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from symdiff.backends.text import printable

LONGEST_LINE: Final = 100
WIDEST_CODE: Final = 60
"""Comments stand beside lines up to this length, and above longer ones."""

_BREAKS: Final = {",": 0, "|": 1, "&": 1, "+": 2, "-": 2, "*": 3, "/": 3, "@": 3}
"""What a line may be broken at, the best first."""


class Line(NamedTuple):
    """A line of the body, and the comment beside it in two columns; no code is an empty line."""

    code: str
    shape: str = ""
    reason: str = ""


def laid_out(lines: Sequence[Line]) -> Iterator[str]:
    """The lines with their comments in columns; those of long lines stand above them."""
    short = [line for line in lines if len(line.code) <= WIDEST_CODE]
    code_width = max((len(line.code) for line in short), default=0)
    shape_width = max((len(line.shape) for line in short if len(line.shape) <= 24), default=0)
    for line in lines:
        reason = printable(line.reason, 68)
        if not line.code:
            yield ""
        elif len(line.code) <= WIDEST_CODE:
            yield f"    {line.code:<{code_width}}  # {line.shape:<{shape_width}}  {reason}".rstrip()
        else:
            yield f"    # {line.shape}  {reason}".rstrip()
            yield from (f"    {each}" for each in folded(line.code))


def folded(code: str) -> list[str]:
    """A statement in lines of at most about `LONGEST_LINE` characters, if it has places to break it.

    >>> len(folded("y = f(" + ", ".join(["argument"] * 12) + ")"))
    4
    """
    if len(code) <= LONGEST_LINE:
        return [code]
    span, breaks = _outermost(code)
    if not breaks:
        return [code]
    head, tail = code[: span[0]], code[span[1] :]
    pieces = [code[start:end].strip() for start, end in pairwise([span[0], *breaks, span[1]])]
    lines = [""]
    for piece in pieces:
        if lines[-1] and len(lines[-1]) + len(piece) + 1 > LONGEST_LINE - 4:
            lines.append("")
        lines[-1] = f"{lines[-1]} {piece}".strip()
    return [head.rstrip(), *(f"    {line}" for line in lines), tail.lstrip()]


def _outermost(code: str) -> tuple[tuple[int, int], list[int]]:
    """The longest bracket that isn't inside a shorter place to break at, and where to break in it."""
    best: tuple[tuple[int, int], list[int]] = ((0, 0), [])
    open_ones: list[tuple[int, dict[int, list[int]]]] = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        start, end = token.start[1], token.end[1]
        if token.string in ("(", "[") and token.type == tokenize.OP:
            open_ones.append((end, {}))
        elif token.string in (")", "]") and token.type == tokenize.OP:
            begin, found = open_ones.pop()
            places = found[min(found)] if found else []
            if places and start - begin > best[0][1] - best[0][0]:
                best = ((begin, start), places)
        elif token.type == tokenize.OP and token.string in _BREAKS and open_ones:
            open_ones[-1][1].setdefault(_BREAKS[token.string], []).append(end if token.string == "," else start)
    return best
