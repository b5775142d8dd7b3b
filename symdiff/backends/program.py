"""The program: a graph as a flat list of instructions over values, which every backend carries out or writes."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from symdiff.core import CAPTURE, CONSTANT, INPUT
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
    """Instructions in an order that can be carried out; the arguments' and constants' values; the results' values."""

    graph: Any
    instructions: tuple[Instruction, ...]
    arguments: tuple[int, ...]
    constants: dict[int, Any]
    outputs: tuple[int, ...]

    def last_uses(self) -> list[list[int]]:
        """For each instruction, the values that nothing needs after it."""
        needed = set(self.outputs)
        found: list[list[int]] = []
        for instruction in reversed(self.instructions):
            done = [value for value in dict.fromkeys(instruction.operands) if value not in needed]
            needed.update(done)
            found.append(done)
        return found[::-1]


def lower(graph: Any) -> Program:
    """The program that computes the outputs of `graph` from its arguments, in the order of its nodes."""
    live = [(value, graph.arena.nodes[value]) for value in graph.arena.ancestors(graph.outputs)]
    given = (INPUT, CONSTANT, CAPTURE)
    return Program(
        graph,
        tuple([Instruction(value, *node) for value, node in live if node.op not in given]),
        tuple(each.id for each in graph.arguments),
        {value: node.attrs[0].value for value, node in live if node.op is CONSTANT},
        tuple(graph.outputs),
    )


def use_counts(program: Program) -> dict[int, int]:
    """How often each value is taken, by instructions and as a result."""
    uses = Counter(operand for each in program.instructions for operand in each.operands)
    uses.update(program.outputs)
    return uses
