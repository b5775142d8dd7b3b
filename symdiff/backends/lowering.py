"""Lowering: a graph becomes a program, in which forward values may be computed a second time to save memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from symdiff.backends.program import Instruction, Program, as_written, forward_part, memory_of


def lower(graph: Any, outputs: Sequence[int] | None = None) -> Program:
    """The program that computes outputs of `graph` from its arguments.

    What the backward part needs of the forward part is computed again, but for the graph's checkpoints, if it has any.
    """
    program = as_written(graph, outputs)
    return recomputing(program, graph.checkpoints) if graph.checkpoints else program


def recomputing(program: Program, kept: Collection[int]) -> Program:
    """The same results, with forward values computed again when the backward part first needs them, but for `kept`.

    A view of what is kept is kept; so are the results, and what comes after the last that is kept, since the backward
    part begins there. Each value is computed twice at the most, by the same instruction, so results are the same bit
    for bit; what is needed no more then is left out.
    """
    forward = forward_part(program)
    there = {memory_of(value, forward) for value in (*kept, *program.outputs)}
    there = {value for value in forward if value in there or value > max(kept)}
    order = _Order(program, forward, there)
    outputs = set(program.outputs)
    for value in order.depth:
        if value in outputs:
            order.demand(value)
    found = _needed(order.found, outputs)
    return program._replace(
        instructions=tuple(found),
        copies={copy: value for value, copy in order.copies.items()},
        stages=tuple(i for i, each in enumerate(found) if each.value in order.starts),
    )


class _Order:
    """The backward part's instructions by demand, each soon after its operands, with copies of forward values between.

    Of an instruction's operands the one comes first that most instructions lead to: it is the cotangent, and the
    others, which are made of forward values, can wait until it is there. What a new value makes possible follows at
    once, so that the value may go.
    """

    def __init__(self, program: Program, forward: Mapping[int, Instruction], there: set[int]) -> None:
        self.forward = forward
        self.there = there
        self.made = {each.value: each for each in program.instructions}
        self.found = list(forward.values())
        self.copies: dict[int, int] = {}
        self.starts: set[int] = set()
        self.recent: set[int] = set()
        self.first = len(program.graph.arena.nodes)
        self.depth: dict[int, int] = {}
        self.waiting: dict[int, int] = {}
        self.users: dict[int, list[int]] = {}
        for each in program.instructions:
            if each.value not in forward:
                self._expect(each)

    def _expect(self, instruction: Instruction) -> None:
        """Note how deep an instruction of the backward part is, and what it waits for, if for another of that part."""
        depths = [self.depth[each] for each in instruction.operands if each in self.depth]
        self.depth[instruction.value] = 1 + max(depths, default=0)
        if depths:
            roots = {memory_of(each, self.made) for each in instruction.operands}
            roots = {each for each in roots if each in self.made and each not in self.there}
            self.waiting[instruction.value] = len(roots)
            for root in roots:
                self.users.setdefault(root, []).append(instruction.value)

    def demand(self, value: int) -> None:
        """Put there what a value takes, and the value."""
        stack = [value]
        while stack:
            missing = [] if self._is_there(stack[-1]) else self._missing(stack[-1])
            if missing:
                stack += sorted(missing, key=lambda each: self.depth.get(each, 0))
            else:
                stack += self._put(stack.pop())

    def _is_there(self, value: int) -> bool:
        return value in self.there or value in self.copies or value not in self.made

    def _missing(self, value: int) -> list[int]:
        return [each for each in self.made[value].operands if not self._is_there(each)]

    def _put(self, value: int) -> list[int]:
        """Put one instruction there, if it isn't; gives those that can follow, the first last."""
        if self._is_there(value):
            return []
        instruction = self.made[value]
        operands = tuple([self.copies.get(each, each) for each in instruction.operands])
        if value in self.forward:
            self.copies[value] = copy = self.first + len(self.copies)
            if self.recent.isdisjoint(operands) and not (self.found and self.found[-1].value in self.recent):
                self.starts.add(copy)
                self.recent = set()
            self.recent.add(copy)
            self.found.append(instruction._replace(value=copy, operands=operands))
        else:
            self.there.add(value)
            self.found.append(instruction._replace(operands=operands))
        able: list[int] = []
        for user in reversed(self.users.get(value, ())):
            self.waiting[user] -= 1
            if not self.waiting[user]:
                able.append(user)
        return able


def _needed(instructions: Sequence[Instruction], outputs: set[int]) -> list[Instruction]:
    """The instructions that the outputs depend on."""
    needed = set(outputs)
    found: list[Instruction] = []
    for each in reversed(instructions):
        if each.value in needed:
            needed.update(each.operands)
            found.append(each)
    return found[::-1]
