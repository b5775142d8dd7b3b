"""The program: a graph as a flat list of instructions over values, which every backend carries out or writes."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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

    def last_uses(self) -> list[list[int]]:
        """For each instruction, the values that nothing needs after it."""
        needed = set(self.outputs)
        found: list[list[int]] = []
        for instruction in reversed(self.instructions):
            done = [value for value in dict.fromkeys(instruction.operands) if value not in needed]
            needed.update(done)
            found.append(done)
        return found[::-1]


def lower(graph: Any, outputs: Sequence[int] | None = None) -> Program:
    """The program that computes outputs of `graph` from its arguments.

    What the backward part needs of the forward part is computed again, but for the graph's checkpoints, if it has any.
    """
    program = as_written(graph, outputs)
    return recomputing(program, graph.checkpoints) if graph.checkpoints else program


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


def recomputing(program: Program, kept: Collection[int]) -> Program:
    """The same results, with forward values computed again when the backward part first needs them, but for `kept`.

    A view of what is kept is kept; so are the results, and what comes after the last that is kept, since the backward
    part begins there. Each value is computed twice at the most, by the same instruction, so results are the same bit
    for bit; what is needed no more then is left out.
    """
    forward = forward_part(program)
    there = {memory_of(value, forward) for value in (*kept, *program.outputs)}
    there.update(value for value in forward if value > max(kept))
    fresh = itertools.count(len(program.graph.arena.nodes))
    copies: dict[int, int] = {}
    found: list[Instruction] = []
    starts: set[int] = set()
    recent: set[int] = set()
    for instruction in program.instructions:
        missing = () if instruction.value in forward else _missing(instruction.operands, forward, there)
        there.update(missing)
        batch = [forward[value] for value in missing]
        copies |= {each.value: next(fresh) for each in batch}
        again = [_over(each, copies)._replace(value=copies[each.value]) for each in batch]
        if again and recent.isdisjoint(operand for each in again for operand in each.operands):
            starts.add(again[0].value)
            recent = set()
        recent.update(each.value for each in again)
        found += [*again, instruction if instruction.value in forward else _over(instruction, copies)]
    needed = _needed(found, program.outputs)
    return program._replace(
        instructions=tuple(needed),
        copies={copy: value for value, copy in copies.items()},
        stages=tuple(i for i, each in enumerate(needed) if each.value in starts),
    )


def memory_of(value: int, made: Mapping[int, Instruction]) -> int:
    """The value whose memory a view shares, through views of views."""
    while value in made and is_free(made[value].op):
        value = made[value].operands[0]
    return value


def _missing(roots: Iterable[int], made: Mapping[int, Instruction], there: Collection[int]) -> list[int]:
    """The values to compute so that these are there, in order."""
    stack = [each for each in roots if each in made and each not in there]
    seen = set(stack)
    while stack:
        for operand in made[stack.pop()].operands:
            if operand in made and operand not in there and operand not in seen:
                seen.add(operand)
                stack.append(operand)
    return sorted(seen)


def _over(instruction: Instruction, copies: Mapping[int, int]) -> Instruction:
    """The instruction over the copies of its operands, where there are any."""
    return instruction._replace(operands=tuple(copies.get(each, each) for each in instruction.operands))


def _needed(instructions: Sequence[Instruction], outputs: Iterable[int]) -> list[Instruction]:
    """The instructions that the outputs depend on."""
    needed = set(outputs)
    found: list[Instruction] = []
    for each in reversed(instructions):
        if each.value in needed:
            needed.update(each.operands)
            found.append(each)
    return found[::-1]


def use_counts(program: Program) -> dict[int, int]:
    """How often each value is taken, by instructions and as a result."""
    uses = Counter(operand for each in program.instructions for operand in each.operands)
    uses.update(program.outputs)
    return uses
