"""Rematerialisation: which forward values to keep for the backward part, and which to compute again, to save memory."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final, NamedTuple

from symdiff.backends.lowering import recomputing
from symdiff.backends.program import Instruction, Program, as_written, forward_part, memory_of
from symdiff.cost import NOMINAL, at_sizes, bytes_of, flops_of, held, is_free, last_needed, most_held
from symdiff.errors import ArgumentError, SymdiffError
from symdiff.op import Op
from symdiff.sizes import Dim, Size, names_in
from symdiff.types import Type, as_dim

SQRT: Final = "sqrt"
GROWTH: Final = 1.5
"""By how much the numbers of segments that are tried differ."""
LARGEST_CUT: Final = 2000
"""Forward values above which only segments are tried: a minimum cut takes too long."""
CUTS_TRIED: Final = 8
LARGEST_WEIGHT: Final = 10
"""The power of two up to which a flop is weighed against a byte, and a byte against a flop."""


class Plan(NamedTuple):
    """Forward values to keep (none: all that are needed), and what the program then takes: flops, bytes at once."""

    kept: frozenset[int]
    flops: int
    peak: int


def choose(graph: Any, memory: Any) -> frozenset[int]:
    """The checkpoints with which a graph's program keeps to a budget, at the fewest flops; none where it does anyway.

    `memory` is a number of bytes, or a polynomial in the named sizes; or "sqrt", which stands for the least
    that segments between checkpoints give: O(sqrt(n)) of n equal layers (Chen et al., Training deep nets with
    sublinear memory cost, 2016). Polynomials are compared at sizes of 1000. Tried are all numbers of segments,
    and minimum cuts between what the forward part makes and the backward part takes, which weigh the bytes of
    a value against the flops of computing it again.

    Raises `ArgumentError` where no plan keeps to the budget, with what the least is.
    """
    budget = None if memory == SQRT else _budget(memory, graph)
    planner = _Planner(as_written(graph))
    everything = planner.plan(frozenset())
    if budget is not None and everything.peak <= at_sizes(budget):
        return everything.kept
    plans = [everything, *map(planner.plan, planner.segmentations())]
    if budget is None:
        return min(plans, key=lambda plan: (plan.peak, plan.flops)).kept
    plans += planner.cuts(at_sizes(budget))
    fitting = [plan for plan in plans if plan.peak <= at_sizes(budget)]
    if not fitting:
        raise _impossible(memory, planner.program, min(plans, key=lambda plan: plan.peak))
    return min(fitting, key=lambda plan: (plan.flops, plan.peak)).kept


def _budget(memory: Any, graph: Any) -> Dim:
    known = {name for each in graph.arguments for dim in each.shape for name in names_in(dim)}
    try:
        budget = as_dim(int(memory) if isinstance(memory, float) and memory.is_integer() else memory)
    except SymdiffError:
        budget = None
    if budget is None or not known.issuperset(names_in(budget)):
        raise ArgumentError(
            f"compile: memory={memory!r} is no budget",
            advice='give a number of bytes, or "sqrt", or a polynomial in the named sizes, which are '
            + (", ".join(sorted(known)) or "none here"),
        )
    return budget


def _impossible(memory: Any, program: Program, least: Plan) -> ArgumentError:
    best = recomputing(program, least.kept)
    needs = most_held(best.instructions, best.outputs, bytes_of)
    named = isinstance(needs, Size) or isinstance(memory, (str, Size))
    return ArgumentError(
        f"compile: no plan keeps to memory={memory!r}{f' where named sizes are {NOMINAL}' if named else ''}",
        advice=f"give at least {needs}, the least of the plans tried; arguments and constants aren't counted",
    )


def _ends(stored: Sequence[int], passing: Sequence[int], count: int) -> list[int]:
    """Where so many parts end: near equal shares of what is stored, where least passes on."""
    found: list[int] = []
    for number in range(1, count):
        share = stored[-1] * number / count
        half = stored[-1] / count / 2
        first = bisect_left(stored, share - half)
        near = range(first, max(bisect_right(stored, share + half), first + 1))
        found.append(min(near, key=lambda i: (passing[i], abs(stored[i] - share))))
    return found


class _Planner:
    """The forward part of a program, and what is tried on it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.forward = forward_part(program)
        late = (each for each in program.instructions if each.value not in self.forward)
        taken = {memory_of(operand, self.forward) for each in late for operand in each.operands}
        self.wanted = {value for value in taken if value in self.forward}
        self.results = {memory_of(value, self.forward) for value in program.outputs}
        self._bytes: dict[Type, int] = {}
        self.flops = {each.value: self._work(each) for each in program.instructions}

    def plan(self, kept: Iterable[int]) -> Plan:
        """What the program takes where these values are kept."""
        kept = frozenset(kept)
        program = recomputing(self.program, kept) if kept else self.program
        last = last_needed(program.instructions, program.outputs)
        peak = max(held(program.instructions, last, self._size), default=0)
        work = sum(self.flops[program.copies.get(each.value, each.value)] for each in program.instructions)
        return Plan(kept, work, peak)

    def segmentations(self) -> Iterator[frozenset[int]]:
        """What is kept where the forward part is cut into 2, 3, 4, ... parts: all that passes from one to later ones.

        The parts hold about the same bytes that the backward part needs; each ends where least passes on.
        """
        order = list(self.forward.values())
        last = last_needed(order, ())
        change = [0] * (len(order) + 1)
        for i, end in enumerate(last):
            if end > i:
                change[i] += self._size(order[i].type)
                change[end] -= self._size(order[i].type)
        passing = list(accumulate(change))
        stored = list(accumulate(self._size(each.type) if each.value in self.wanted else 0 for each in order))
        count = 2
        while count <= len(self.wanted):
            ends = _ends(stored, passing, count)
            kept = (i for i, end in enumerate(last) if end > i and bisect_left(ends, i) < bisect_left(ends, end))
            yield frozenset(order[i].value for i in kept)
            count = math.ceil(count * GROWTH)

    def cuts(self, budget: int) -> Iterator[Plan]:
        """Plans of minimum cuts, for weights of flops found by halving: the more a flop weighs, the more is kept."""
        low, high = -float(LARGEST_WEIGHT), float(LARGEST_WEIGHT)
        for _ in range(CUTS_TRIED if len(self.forward) <= LARGEST_CUT else 0):
            middle = (low + high) / 2
            plan = self.plan(self._cut(2.0**middle))
            yield plan
            low, high = (middle, high) if plan.peak <= budget else (low, middle)

    def _cut(self, weight: float) -> frozenset[int]:
        """The values to keep so that their bytes, and the weighted flops of what is computed again, are least.

        A value has two nodes: on the sink's side is the first if it is computed again, and the second if it is
        there when the backward part runs (He and Yu, Transcending runtime-memory tradeoffs, 2023).
        """
        import networkx

        network = networkx.DiGraph()
        network.add_nodes_from(("source", "sink"))
        for value, instruction in self.forward.items():
            if value in self.results:
                continue
            made, there = (value, "made"), (value, "there")
            network.add_edge("source", made, capacity=round(16 * weight * self.flops[value]))
            if is_free(instruction.op):
                network.add_edge(made, there)
            else:
                network.add_edge(made, there, capacity=16 * self._size(instruction.type))
            if value in self.wanted:
                network.add_edge(there, "sink")
            for operand in instruction.operands:
                if operand in self.forward and operand not in self.results:
                    network.add_edge((operand, "there"), made)
        _, (_, after) = networkx.minimum_cut(network, "source", "sink")
        return frozenset(value for value in self.forward if (value, "there") in after and (value, "made") not in after)

    def _size(self, type_: Type) -> int:
        if type_ not in self._bytes:
            self._bytes[type_] = at_sizes(bytes_of(type_))
        return self._bytes[type_]

    def _work(self, instruction: Instruction) -> int:
        nodes = self.program.graph.arena.nodes
        operands = tuple([nodes[each].type for each in instruction.operands])
        return _nominal_flops(instruction.op, instruction.type, operands)


@lru_cache(maxsize=4096)
def _nominal_flops(op: Op, type_: Type, operands: tuple[Type, ...]) -> int:
    return at_sizes(flops_of(op, type_, operands))
