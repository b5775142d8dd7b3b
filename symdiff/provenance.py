"""Where nodes come from: the user's line, the scope, and the rule that made a derivative."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from types import CodeType
from typing import Final, Literal, NamedTuple, TypeAlias

PACKAGE: Final = os.path.dirname(__file__) + os.sep
Role: TypeAlias = Literal["forward", "adjoint", "tangent"]


class Origin(NamedTuple):
    """A place in running code, kept cheaply and read when someone asks: a code object and an instruction of it."""

    code: CodeType
    instruction: int


class Place(NamedTuple):
    """A place in a source file: lines and columns as Python counts them (lines from 1, columns from 0)."""

    file: str
    line: int
    end_line: int
    column: int
    end_column: int
    text: str

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.line}"


class Via(NamedTuple):
    """The rule that made a node: which (`tanh.vjp[0]`), of which forward node, and who had asked for that.

    `node` is None once the forward node is gone, as it may be in an optimised graph.
    """

    rule: str
    node: int | None
    origin: Origin | Place | None


class Provenance(NamedTuple):
    """What is remembered of a node: who asked for it, and what for.

    `order` counts how often differentiation led here: 0 for the user's own nodes, 1 for a gradient's.
    `of` is the node whose adjoint or tangent this is, or adds to; `via` the rule that made it.
    """

    origin: Origin | Place | None = None
    scope: str = ""
    role: Role = "forward"
    order: int = 0
    of: int | None = None
    via: Via | None = None

    @property
    def place(self) -> Place | None:
        """The user's place in the source, read from its file now."""
        return place_of(self.origin)

    def moved(self, ids: Mapping[int | None, int]) -> Provenance:
        """The same, where the nodes it speaks of have new ids (or None)."""
        if self.of is None and self.via is None:
            return self
        via = self.via
        if via is not None:
            via = Via(via[0], ids.get(via[1]), via[2])
        origin, scope, role, order, of, _ = self
        return Provenance(origin, scope, role, order, ids.get(of), via)

    def fixed(self) -> Provenance:
        """The same as text only, for a file."""
        via = self.via and self.via._replace(origin=place_of(self.via.origin))
        return self._replace(origin=self.place, via=via)


class Derivative(NamedTuple):
    """What a request for a derivative gave: a node, and of what, by what, along what it is one (all node ids).

    A `pull` is the cotangent of one source for cotangents (`along`) of the targets; a `push` the tangent of one
    target for tangents of the sources. Without `along` the cotangent is 1.
    """

    kind: Literal["pull", "push"]
    result: int
    targets: tuple[int, ...]
    sources: tuple[int, ...]
    along: tuple[int, ...] = ()

    def moved(self, ids: Mapping[int, int]) -> Derivative | None:
        """The same, where the nodes have new ids; None where one of them is gone."""
        kind, result, *groups = self
        if any(node not in ids for node in (result, *groups[0], *groups[1], *groups[2])):
            return None
        return Derivative(kind, ids[result], *(tuple([ids[node] for node in group]) for group in groups))


def place_of(origin: Origin | Place | None) -> Place | None:
    """The place of an origin, read from the source file if it hasn't been."""
    return resolve(origin) if isinstance(origin, Origin) else origin


def here() -> tuple[CodeType, int] | None:
    """The innermost place on the call stack that isn't symdiff's own, as a code object and an instruction."""
    frame = sys._getframe(1)
    code = frame.f_code
    while code.co_filename.startswith(PACKAGE):
        if frame.f_back is None:
            return None
        frame = frame.f_back
        code = frame.f_code
    return code, frame.f_lasti


def caller() -> Origin | None:
    """The innermost place on the call stack that isn't symdiff's own."""
    found = here()
    return None if found is None else Origin(*found)


@lru_cache(maxsize=65536)
def _positions(code: CodeType, instruction: int) -> tuple[int, int, int, int]:
    found = next(islice(code.co_positions(), instruction // 2, None), (None, None, None, None))
    line = found[0] or code.co_firstlineno
    return line, found[1] or line, found[2] or 0, found[3] or 0


def resolve(origin: Origin) -> Place:
    """Read the place of an origin; its text is the source line, stripped, or empty where there is no source."""
    code = origin.code
    line, end_line, column, end_column = _positions(code, origin.instruction)
    text = linecache.getline(code.co_filename, line).strip()
    return Place(code.co_filename, line, end_line, column, end_column, text)


def describe(place: Place | None) -> str:
    """`model.py:5  h = W @ x`: the place and its text, for messages and listings."""
    return "" if place is None else f"{place}  {place.text}".rstrip()
