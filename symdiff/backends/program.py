"""The program: a graph as a flat list of instructions over values, which every backend carries out or writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from symdiff.core import CAPTURE, CONSTANT, INPUT
from symdiff.cost import is_free
from symdiff.op import Attrs, Op
from symdiff.types import Type


class Instruction(NamedTuple):
    """One application: the value it makes, an op, the values it takes, its attributes, its type.

    Values are numbered as the graph's nodes are; one that is computed a second time has a number of its own.
    """

    value: int
    op: Op
    operands: tuple[int, ...]
    attrs: Attrs
    type: Type

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes by name."""
        return dict(zip(self.op.attributes, self.attrs, strict=True))


class Program(NamedTuple):
    """Instructions in an order that can be carried out; the arguments' and constants' values; the results' values.

    `copies` tells of values that are computed a second time which values they are; `stages` are the positions of
    instructions that must not be carried out ahead of those before them, since memory would be held for longer.
    """

    graph: Any
    instructions: tuple[Instruction, ...]
    arguments: tuple[int, ...]
    constants: dict[int, Any]
    outputs: tuple[int, ...]
    copies: Mapping[int, int] = MappingProxyType({})
    stages: tuple[int, ...] = ()

    def in_stages(self) -> list[Sequence[Instruction]]:
        """The instructions, stage by stage."""
        ends = [*self.stages, len(self.instructions)]
        return [self.instructions[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]

    def stage_of(self) -> dict[int, int]:
        """The number of the stage in which each value is made."""
        return {each.value: number for number, stage in enumerate(self.in_stages()) for each in stage}

    def last_uses(self) -> list[list[int]]:
        """For each instruction, the values that nothing needs after it."""
        needed = set(self.outputs)
        found: list[list[int]] = []
        for instruction in reversed(self.instructions):
            done = [value for value in dict.fromkeys(instruction.operands) if value not in needed]
            needed.update(done)
            found.append(done)
        return found[::-1]


def as_written(graph: Any, outputs: Sequence[int] | None = None) -> Program:
    """The program that carries out the nodes of `graph` in their order, each once."""
    ends = tuple(graph.outputs if outputs is None else outputs)
    live = [(value, graph.arena.nodes[value]) for value in graph.arena.ancestors(ends)]
    given = (INPUT, CONSTANT, CAPTURE)
    return Program(
        graph,
        tuple([Instruction(value, *node) for value, node in live if node.op not in given]),
        tuple(each.id for each in graph.arguments),
        {value: node.attrs[0].value for value, node in live if node.op is CONSTANT},
        ends,
    )


def forward_part(program: Program) -> dict[int, Instruction]:
    """The instructions that no derivative is needed for, by their values; the others are the backward part."""
    provenance = program.graph.arena.provenance
    late: set[int] = set()
    found: dict[int, Instruction] = {}
    for each in program.instructions:
        if provenance[each.value].role != "forward" or not late.isdisjoint(each.operands):
            late.add(each.value)
        else:
            found[each.value] = each
    return found


def memory_of(value: int, made: Mapping[int, Instruction]) -> int:
    """The value whose memory a view shares, through views of views."""
    while value in made and is_free(made[value].op):
        value = made[value].operands[0]
    return value


def shared_outputs(nodes: Sequence[Any], outputs: Sequence[int]) -> set[int]:
    """The outputs whose memory may be an argument's, a constant's, another value's or another output's."""
    times = Counter(outputs)
    return {each for each in times if times[each] > 1 or nodes[each].op.is_view or nodes[each].op in (INPUT, CONSTANT)}


def use_counts(program: Program) -> dict[int, int]:
    """How often each value is taken, by instructions and as a result."""
    uses = Counter(operand for each in program.instructions for operand in each.operands)
    uses.update(program.outputs)
    return uses
