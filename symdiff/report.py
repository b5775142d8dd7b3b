"""What compiling did: the log of rules for people to read, to replay up to a firing, and to search for a culprit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.text import Text, application, scalar_text
from symdiff.core import CAPTURE, CONSTANT, INPUT
from symdiff.errors import ArgumentError
from symdiff.graph import Graph
from symdiff.naming import names
from symdiff.optimize.passes import Saving
from symdiff.provenance import describe
from symdiff.rewriting.log import Firing, Trouble, counted
from symdiff.sizes import Dim

LONGEST_LIST: Final = 50
DEEPEST_TEXT: Final = 4
ROUNDING: Final = 2.0**10
"""How many units in the last place of its largest element rules that round may move a result."""


@dataclass(frozen=True, eq=False)
class Report:
    """What compiling did: nodes in the user's graph, of those needed, and left in the end; what was saved.

    `firings` is the log of rules, in order; `troubles` are rules that never came to an end; `notes` say which
    outputs are zero because the target doesn't depend on the source.
    """

    level: str
    nodes: tuple[int, int, int]
    savings: tuple[Saving, ...]
    firings: tuple[Firing, ...]
    flops: Dim
    notes: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    _rebuild: Callable[[int], Graph] = field(repr=False)

    def __str__(self) -> str:
        built, live, after = self.nodes
        shown = range(1, min(len(self.firings), LONGEST_LIST) + 1)
        hidden = len(self.firings) - len(shown)
        lines = [
            f"optimised at level {self.level!r}: {after} nodes, {self.flops} flops a call",
            f"  {built:>8} nodes in the graph, {built - live} of them dead for these outputs",
            *(f"  {times:>8} {what}" for what, times in self.savings),
            *(f"  {n:>8} times {rule.name} ({rule.kind}): {rule.law}" for rule, n in counted(self.firings).items()),
            *(f"  {self.line(number)}" for number in shown),
            *([f"  and {hidden} more"] if hidden else []),
            *(f"  trouble: {each}" for each in self.troubles),
            *(f"  note: {note}" for note in self.notes),
        ]
        return "\n".join(lines)

    @property
    def beyond(self) -> tuple[str, ...]:
        """The rules that fired and that no level but `fast` applies."""
        return tuple(dict.fromkeys(firing.rule.name for firing in self.firings if firing.rule.kind == "fast"))

    def line(self, number: int) -> str:
        """A firing, counted from 1: the rule, before and after in the user's names, what it saves, the user's line."""
        firing = self.firings[number - 1]
        before, after = (self._expression(node) for node in (firing.before, firing.after))
        nodes, flops = firing.saved
        what = f"{number}: {firing.rule.name} ({firing.rule.kind}): {before} -> {after}"
        return f"{what}  # saves {nodes} nodes, {flops} flops; {describe(firing.place)}".rstrip("; ")

    def replay(self, count: int) -> Graph:
        """The optimised graph as it is when no rule fires after the first `count`.

        >>> import symdiff as sd
        >>> g = sd.Graph()
        >>> x = g.input("x")
        >>> f = sd.compile([x], sd.log(1 + sd.exp(x)) * 1, name="f")
        >>> for count in range(3):
        ...     print([node.op.name for node in f.report.replay(count).arena.nodes if node.inputs])
        ['exp', 'add', 'log', 'multiply']
        ['exp', 'log1p', 'multiply']
        ['logaddexp', 'multiply']
        """
        if not 0 <= count <= len(self.firings):
            raise ArgumentError(
                f"replay({count}): {len(self.firings)} rules fired", advice="count from 0 to as many as fired"
            )
        return self._rebuild(count)

    @cached_property
    def _names(self) -> dict[int, str]:
        """What nodes are called in the graph that was rewritten."""
        return names(self.firings[0].graph)

    def _expression(self, node: int) -> str:
        return _expression(self.firings[0].graph, node, self._names, 0).code


def _expression(graph: Graph, node: int, called: dict[int, str], depth: int) -> Text:
    """A node as source text, down to what the user has a name for."""
    op, inputs, attrs, type_ = graph.arena.nodes[node]
    if op is CONSTANT:
        value = attrs[0].value
        return scalar_text(value, weak=True) if not value.ndim else Text(f"<{type_}>")
    if depth and node in called:
        return Text(called[node])
    if op in (INPUT, CAPTURE):
        return Text(called.get(node, f"<{op.name}>"))
    if depth == DEEPEST_TEXT:
        return Text("...")
    operands = [_expression(graph, parent, called, depth + 1) for parent in inputs]
    return application(op, operands, dict(zip(op.attributes, attrs, strict=True)))


class Culprit(NamedTuple):
    """The first firing that changes a result: its number, its line in the report, and what it changes by how much."""

    number: int
    line: str
    output: int
    difference: float

    def __str__(self) -> str:
        return f"output {self.output} changes by {self.difference:.3g} with firing {self.line}"


def bisect(report: Report, run: Callable[[Graph], Sequence[Any]]) -> Culprit | None:
    """The first firing after which `run(graph)` differs from what it is without any; None where none does.

    Found by halving, so the graph is run about log2(firings) times. While all that fired is exact, a
    difference is one in any bit; else one of more than some units in the last place of the largest element,
    where the result was finite.
    """
    wanted = run(report.replay(0))
    low, high = 0, len(report.firings)

    def changed(count: int) -> tuple[int, float] | None:
        exact = all(firing.rule.kind == "exact" for firing in report.firings[:count])
        return _first_difference(wanted, run(report.replay(count)), exact)

    found = changed(high) if high else None
    while found is not None and high - low > 1:
        middle = (low + high) // 2
        here = changed(middle)
        low, high, found = (middle, high, found) if here is None else (low, middle, here)
    return None if found is None else Culprit(high, report.line(high), *found)


def _first_difference(wanted: Sequence[Any], found: Sequence[Any], exact: bool) -> tuple[int, float] | None:
    """The first result that differs, and by how much."""
    for i, (before, after) in enumerate(zip(map(np.atleast_1d, wanted), map(np.atleast_1d, found), strict=True)):
        good = np.isfinite(before)
        apart = np.abs(np.subtract(after[good], before[good], dtype=np.result_type(before, np.float32)))
        worst, size = (float(np.max(each, initial=0)) for each in (apart, np.abs(before[good])))
        eps = np.finfo(before.dtype).eps if before.dtype.kind in "fc" else 0.0
        if not worst <= (0.0 if exact else ROUNDING * eps * size) or (exact and _bits(before) != _bits(after)):
            return i, worst
    return None


def _bits(value: Any) -> bytes:
    """The bytes of a result; all NaN are one."""
    array = np.asarray(value)
    return np.where(array != array, np.nan, array).tobytes()
