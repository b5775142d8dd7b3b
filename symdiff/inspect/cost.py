"""What a graph or a function costs, by node, by the user's line, by scope and by role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from symdiff.backends.program import Instruction, Program, lower
from symdiff.cost import Kind, at_sizes, bytes_of, bytes_read, bytes_written, flops_of, most_held, total
from symdiff.errors import ArgumentError
from symdiff.expr import Expr
from symdiff.function import Function
from symdiff.graph import Graph
from symdiff.inspect.selection import Selection, select
from symdiff.inspect.show import role_text
from symdiff.inspect.tables import bar, number, table
from symdiff.naming import names
from symdiff.provenance import Provenance, describe, place_of
from symdiff.sizes import Dim, evaluate, names_in
from symdiff.tree import flatten

MOST_LINES: Final = 30


class Part(NamedTuple):
    """What some of the instructions cost: flops, bytes read and written; how many they are."""

    what: str
    flops: Dim
    read: Dim
    written: Dim
    times: int

    @property
    def moved(self) -> Dim:
        """The bytes read and written."""
        return self.read + self.written


@dataclass(frozen=True, eq=False)
class Cost:
    """What a call costs: numbers, or polynomials in the named sizes; `at` puts numbers in their place.

    `flops` counts floating-point operations, transcendental functions as several; `read` and `written` are bytes,
    each operation for itself; `peak` is the most bytes that values, but for arguments and constants, take at once
    (with names: at the moment that is fullest for sizes of 1000). What is computed twice counts twice. In generated
    code arranged for speed less is moved, and at times held, than that: slices stay in cache, and memory is reused.
    """

    program: Program
    sizes: Mapping[str, int] | None = None

    def at(self, **sizes: int) -> Cost:
        """The same as numbers, where the named sizes are these.

        >>> import symdiff as sd
        >>> x = sd.Graph().input("x", ("n",))
        >>> found = sd.cost(sd.exp(x))
        >>> found.peak, found.at(n=10).peak
        (8*n, 80)
        """
        known = {name for each in self._dims() for name in names_in(each)}
        if known - sizes.keys() or sizes.keys() - known:
            raise ArgumentError(
                f"cost.at({', '.join(sizes)}): the named sizes are {', '.join(sorted(known)) or 'none'}",
                advice="give a number for each of them",
            )
        return replace(self, sizes=sizes)

    @property
    def flops(self) -> Dim:
        """The floating-point operations."""
        return self._whole.flops

    @property
    def read(self) -> Dim:
        """The bytes read."""
        return self._whole.read

    @property
    def written(self) -> Dim:
        """The bytes written."""
        return self._whole.written

    @property
    def moved(self) -> Dim:
        """The bytes read and written."""
        return self._whole.moved

    @cached_property
    def peak(self) -> Dim:
        """The most bytes that values take at once, beside arguments and constants."""
        return most_held(self.program.instructions, self.program.outputs, bytes_of, self.sizes)

    @cached_property
    def nodes(self) -> tuple[Part, ...]:
        """Each node for itself, the costliest first."""
        known = names(self.program.graph)
        return self._parts(lambda each, _: f"%{each} {known.get(each, '')}".rstrip())

    @cached_property
    def lines(self) -> tuple[Part, ...]:
        """The user's lines; what a rule adds for a derivative counts for the line that it is a derivative of."""
        return self._parts(lambda _, provenance: describe(place_of(line_of(provenance))))

    @cached_property
    def scopes(self) -> tuple[Part, ...]:
        """The scopes, by their paths."""
        return self._parts(lambda _, provenance: provenance.scope)

    @cached_property
    def roles(self) -> tuple[Part, ...]:
        """The forward part, adjoints and tangents by their order, and what is computed again."""
        return self._parts(lambda _, provenance: role_text(provenance), "computed again")

    @cached_property
    def _whole(self) -> Part:
        whole = self._parts(lambda *_: "all")
        return whole[0] if whole else Part("all", 0, 0, 0, 0)

    def __str__(self) -> str:
        what = ["operations", "bytes moved", "bytes at most"]
        head = table([(number(n), of) for n, of in zip((self.flops, self.moved, self.peak), what, strict=True)], (0,))
        named = self.sizes is None and any(not isinstance(each, int) for each in (self.flops, self.moved))
        note = ["shares are those at sizes of 1000"] if named else []
        sections = [("line", self.lines), ("role", self.roles)]
        sections += [("scope", self.scopes)] if len(self.scopes) > 1 else []
        return "\n".join([head, *note, *("\n" + self._section(*each) for each in sections)])

    def _section(self, title: str, parts: tuple[Part, ...]) -> str:
        whole = self._number(self.flops) or 1
        rows = [("flops", "share", "", "bytes moved", "times", title)]
        for each in parts[:MOST_LINES]:
            share = self._number(each.flops) / whole
            counts = number(each.flops), f"{share:.0%}", bar(share), number(each.moved), str(each.times)
            rows.append((*counts, each.what or "-"))
        more = [f"and {len(parts) - MOST_LINES} more"] if len(parts) > MOST_LINES else []
        return "\n".join([table(rows, (0, 1, 3, 4)), *more])

    def _number(self, dim: Dim) -> int:
        return at_sizes(dim, self.sizes)

    def _dims(self) -> set[Dim]:
        types = {each.type for each in self.program.instructions} | {each.type for each in self._given()}
        return {bytes_of(each) for each in types}

    def _given(self) -> list[Any]:
        return [self.program.graph.arena.nodes[each] for each in (*self.program.arguments, *self.program.constants)]

    def _parts(self, what: Callable[[int, Provenance], str], again: str | None = None) -> tuple[Part, ...]:
        """The instructions put together by a text, the costliest first."""
        arena = self.program.graph.arena
        types = {each.value: each.type for each in self.program.instructions}
        groups: dict[str, Counter[Kind]] = {}
        texts: dict[Any, str] = {}
        for each in self.program.instructions:
            node = self.program.copies.get(each.value, each.value)
            text = what(node, arena.provenance[node]) if again is None or node == each.value else again
            groups.setdefault(text, Counter())[_kind(each, types, arena.nodes)] += 1
        del texts
        parts = [self._part(text, kinds) for text, kinds in groups.items()]
        return tuple(sorted(parts, key=lambda each: (-self._number(each.flops), -self._number(each.moved))))

    def _part(self, what: str, kinds: Counter[Kind]) -> Part:
        sums = [total(each, kinds) for each in (flops_of, bytes_read, bytes_written)]
        if self.sizes is not None:
            sums = [evaluate(each, self.sizes) for each in sums]
        return Part(what, *sums, kinds.total())
