"""What a graph or a function costs, by node, by the user's line, by scope and by role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from symdiff.backends.lowering import lower
from symdiff.backends.program import Program
from symdiff.cost import Kind, at_sizes, bytes_of, bytes_read, bytes_written, flops_of, most_held, total
from symdiff.errors import ArgumentError
from symdiff.function import Function
from symdiff.graph import Graph
from symdiff.inspect.grouping import Grouping, groupings
from symdiff.inspect.selection import nodes_of
from symdiff.inspect.tables import bar, number, table
from symdiff.sizes import Dim, evaluate, names_in
from symdiff.tree import flatten
from symdiff.types import TupleType

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
        known = self._names()
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
        return self._parts(self._groupings["node"])

    @cached_property
    def lines(self) -> tuple[Part, ...]:
        """The user's lines; what a rule adds for a derivative counts for the line that it is a derivative of."""
        return self._parts(self._groupings["line"])

    @cached_property
    def scopes(self) -> tuple[Part, ...]:
        """The scopes, by their paths."""
        return self._parts(self._groupings["scope"])

    @cached_property
    def roles(self) -> tuple[Part, ...]:
        """The forward part, adjoints and tangents by their order, and what is computed again."""
        return self._parts(self._groupings["role"])

    @cached_property
    def _groupings(self) -> dict[str, Grouping]:
        return groupings(self.program)

    @cached_property
    def _whole(self) -> Part:
        whole = self._parts(lambda _: "all")
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

    def _names(self) -> set[str]:
        nodes = self.program.graph.arena.nodes
        given = [nodes[each] for each in (*self.program.arguments, *self.program.constants)]
        types = {each.type for each in (*self.program.instructions, *given)}
        arrays = [array for each in types for array in (each.elements if isinstance(each, TupleType) else (each,))]
        return {name for array in arrays for dim in array.shape for name in names_in(dim)}

    def _parts(self, grouping: Grouping) -> tuple[Part, ...]:
        """The instructions put together, the costliest first."""
        types = {value: node.type for value, node in enumerate(self.program.graph.arena.nodes)}
        types |= {each.value: each.type for each in self.program.instructions}
        groups: dict[str, Counter[Kind]] = {}
        for each in self.program.instructions:
            kind = each.op, each.type, tuple([types[operand] for operand in each.operands])
            groups.setdefault(grouping(each), Counter())[kind] += 1
        costs = {key: self._sums(Counter(dict(key))) for key in {tuple(kinds.items()) for kinds in groups.values()}}
        parts = [Part(what, *costs[tuple(kinds.items())], kinds.total()) for what, kinds in groups.items()]
        return tuple(sorted(parts, key=lambda each: (-self._number(each.flops), -self._number(each.moved))))

    def _sums(self, kinds: Counter[Kind]) -> tuple[Dim, Dim, Dim]:
        sums = (total(each, kinds) for each in (flops_of, bytes_read, bytes_written))
        flops, read, written = (each if self.sizes is None else evaluate(each, self.sizes) for each in sums)
        return flops, read, written


def cost(what: Any) -> Cost:
    """What computing an expression costs, or several of a graph, a whole graph, or a call of a compiled function.

    Flops, bytes moved and the most bytes held at once, in all, by node, by line, by scope and by role: numbers, or
    polynomials in the named sizes. Printed, it is a table.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> A, x = g.input("A", ("m", "n")), g.input("x", ("n",))
    >>> found = sd.cost(sd.tanh(A @ x))
    >>> found.flops, found.moved, found.peak
    (2*m*n + 12*m, 8*m*n + 24*m + 8*n, 16*m)
    >>> found.at(m=10, n=20).flops
    520

    Raises `ArgumentError` for anything else.
    """
    if isinstance(what, Function):
        return Cost(lower(what.graph))
    graph, nodes = nodes_of(what)
    if isinstance(what, Graph):
        taken = {parent for node in graph.arena.nodes for parent in node.inputs}
        return Cost(lower(graph, graph.outputs or [node for node in nodes if node not in taken]))
    return Cost(lower(graph, [each.id for each in flatten(what)[0]]))
