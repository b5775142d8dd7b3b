"""Tiling: which instructions run together over slices of one axis, so that what passes between them stays in cache."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from symdiff.backends.drafts import MOST_MEMBERS, Draft, Fit, Mover
from symdiff.backends.narrowing import alone, narrowed
from symdiff.backends.plans import Loop, Unit, touched, traffic
from symdiff.backends.program import Instruction, Program
from symdiff.cost import at_sizes, bytes_of
from symdiff.op import Attrs, Op, Slicing
from symdiff.sizes import Dim, names_in, product
from symdiff.types import ArrayType, TupleType, Type

WORTH_TILING: Final = 1 << 20
"""Bytes of a loop's largest value up to which everything is in cache anyway."""
LARGEST_WHOLE: Final = 1 << 14
"""Elements that a tile's operand which isn't sliced, or a result that tiles are combined to, may have."""
LARGEST_ROW: Final = 1 << 16
"""Elements of one slice above which another axis is sliced."""
MOST_PIECES: Final = 512
"""Elements before an axis above which it isn't sliced, since slices would be of that many pieces, each short."""
WORTH_CHANGING: Final = 0.8
"""What a plan that doesn't slice first axes may cost at the most of what moving memory costs in one that does."""
USUAL_WIDTH: Final = 256
"""What a named size is taken for in operands that aren't sliced."""
SIZES_TRIED: Final = 4
"""How many sizes of axes are tried beside the first plan's."""
LOOPS_TRIED: Final = 8
"""How many of the last loops an instruction may join that takes none of their values."""


def units(program: Program) -> list[Unit]:
    """The program's instructions, those that gain by it put together into loops, in an order that can be run."""
    types: dict[int, Type] = {value: node.type for value, node in enumerate(program.graph.arena.nodes)}
    types |= {each.value: each.type for each in program.instructions}
    if all(_fits(each) for each in dict.fromkeys(types.values())):
        return list(program.instructions)
    kept = set(program.outputs)
    stages = program.in_stages()
    for stage in stages:
        made = {each.value for each in stage}
        kept.update(operand for each in stage for operand in each.operands if operand not in made)
    return [unit for stage in stages for unit in _planned(stage, types, kept)]


def _planned(stage: Sequence[Instruction], types: dict[int, Type], kept: set[int]) -> list[Unit]:
    """The stage's units: the plan that slices first axes, or one that slices others and moves less in memory.

    `kept` are the values that are needed outside.
    """
    best = _Planner(types).plan(stage, kept)
    for rows in _other_rows(best, types):
        plan = _Planner(types, rows).plan(stage, kept)
        if traffic(plan, types, kept, _fits) < WORTH_CHANGING * traffic(best, types, kept, _fits):
            best = plan
    return best


class _Planner:
    """Places instructions into loops, one after the other, without making two loops wait for each other.

    Loops slice axes of the size `preferred`, where they can.
    """

    def __init__(self, types: dict[int, Type], preferred: Dim | None = None) -> None:
        self.types = types
        self.preferred = preferred
        self.home: dict[int, Draft] = {}
        self.position: dict[int, int] = {}
        self.drafts: list[Draft] = []
        self.open: list[Draft] = []
        self.loops = 0

    def plan(self, stage: Sequence[Instruction], kept: set[int]) -> list[Unit]:
        """The units of a stage, of which some values are needed outside."""
        for instruction in stage:
            self.place(instruction)
        return self.ordered(kept)

    def place(self, instruction: Instruction) -> None:
        """Put an instruction into the loop of an operand, else into any loop it fits, else into a new one."""
        self.position[instruction.value] = len(self.position)
        slicing = slicing_of(instruction, self.types)
        homes = dict.fromkeys(self.home[each] for each in reversed(instruction.operands) if each in self.home)
        for draft in self._candidates(instruction, homes) if slicing is not None else ():
            fit = slicing and self.fit(draft, instruction, slicing)
            if fit and not any(each is not draft and each.before & draft.bit for each in homes):
                self._join(draft, instruction, fit, homes)
                return
        begun = self._begun(instruction)
        draft, fit = begun or (Draft(None), Fit(None, None, {}))
        if begun is not None:
            self.loops += 1
            self.open = [*self.open[1 - LOOPS_TRIED :], draft]
        self.drafts.append(draft)
        self._join(draft, instruction, fit, homes)

    def _begun(self, instruction: Instruction) -> tuple[Draft, Fit] | None:
        """A new loop that begins with an instruction, if it can run in any."""
        slicing = slicing_of(instruction, self.types)
        sizes = [] if slicing is None else list(_sizes_to_slice(instruction, slicing, self.types))
        for rows in sorted(sizes, key=lambda each: each != self.preferred):
            draft = Draft(rows, 1 << self.loops)
            fit = slicing and self.fit(draft, instruction, slicing)
            if fit:
                return draft, fit
        return None

    def _candidates(self, instruction: Instruction, homes: dict[Draft, None]) -> list[Draft]:
        """The loops that an instruction may join: its operands', and the last ones; a view stays with its operand."""
        near = [each for each in homes if each.rows is not None]
        found = near if instruction.op.is_view else [*near, *(each for each in self.open[::-1] if each not in near)]
        return [each for each in found if len(each.members) < MOST_MEMBERS]

    def ordered(self, kept: set[int]) -> list[Unit]:
        """The units in an order in which each comes after those it waits for; else as the program has them.

        `kept` are the values that are needed outside.
        """
        moved = Mover(self.drafts, self.home, kept, self._fit_of).move()
        drafts = [part for each in moved for part in _dissolved(each, self.types)]
        home = {member.value: i for i, each in enumerate(drafts) for member in each.members}
        needs = [
            {home[operand] for member in each.members for operand in member.operands if operand in home} - {i}
            for i, each in enumerate(drafts)
        ]
        waiting = [len(each) for each in needs]
        after: dict[int, list[int]] = {}
        for i, each in enumerate(needs):
            for need in each:
                after.setdefault(need, []).append(i)
        ready = [(self.position[each.members[0].value], i) for i, each in enumerate(drafts) if not waiting[i]]
        heapq.heapify(ready)
        result: list[Unit] = []
        while ready:
            _, i = heapq.heappop(ready)
            result.append(_finished(drafts[i]))
            for later in after.get(i, ()):
                waiting[later] -= 1
                if not waiting[later]:
                    heapq.heappush(ready, (self.position[drafts[later].members[0].value], later))
        return result

    def _join(self, draft: Draft, instruction: Instruction, fit: Fit, homes: dict[Draft, None]) -> None:
        draft.add(instruction, fit)
        self.home[instruction.value] = draft
        new = 0
        for each in homes:
            if each is not draft:
                new |= each.before | each.bit
        if new & ~draft.before:
            draft.before |= new
            for each in self.drafts if draft.bit else ():
                if each.before & draft.bit:
                    each.before |= new

    def _fit_of(self, draft: Draft, instruction: Instruction) -> Fit | None:
        slicing = slicing_of(instruction, self.types)
        return None if slicing is None else self.fit(draft, instruction, slicing)

    def fit(self, draft: Draft, instruction: Instruction, slicing: Slicing) -> Fit | None:
        """How the instruction runs over the loop's slices; None where it doesn't."""
        label = self._label(draft, instruction, slicing)
        if label is None or draft.rows is None:
            return None
        sliced: dict[int, int] = {}
        for position, (operand, labels) in enumerate(zip(instruction.operands, slicing.operands, strict=True)):
            if label in labels:
                axis = labels.index(label)
                if labels.count(label) > 1 or self._shape(operand)[axis] != draft.rows:
                    return None
                if self.home.get(operand) is not draft:
                    sliced[position] = axis
                elif draft.axis.get(operand) != axis:
                    return None
            elif self.home.get(operand) is draft or self._is_large(operand):
                return None
        if label in slicing.result:
            axis = slicing.result.index(label)
            return Fit(axis, None, sliced) if self._shape(instruction.value)[axis] == draft.rows else None
        small = slicing.combine is not None and not self._is_large(instruction.value)
        return Fit(None, slicing.combine, sliced) if small else None

    def _label(self, draft: Draft, instruction: Instruction, slicing: Slicing) -> Any:
        """The label of the axis that the loop slices, by an operand made in it, else by the sizes."""
        inside = [
            labels[draft.axis[operand]]
            for operand, labels in zip(instruction.operands, slicing.operands, strict=True)
            if operand in draft.axis and self.home.get(operand) is draft
        ]
        if inside:
            return inside[0]
        for labels, shape in (
            (slicing.result, self._shape(instruction.value)),
            *zip(slicing.operands, map(self._shape, instruction.operands), strict=True),
        ):
            for label, dim in zip(labels, shape, strict=True):
                if label is not None and dim == draft.rows:
                    return label
        return None

    def _shape(self, value: int) -> Attrs:
        type_ = self.types[value]
        return () if isinstance(type_, TupleType) else type_.shape

    def _is_large(self, value: int) -> bool:
        """Whether a value that every slice needs whole is too large to stay in cache."""
        return _usual_elements(self.types[value]) > LARGEST_WHOLE


def _finished(draft: Draft) -> Unit:
    if draft.rows is None:
        return draft.members[0]
    return Loop(draft.rows, tuple(draft.members), draft.axis, draft.sliced, draft.combine)


def _dissolved(draft: Draft, types: dict[int, Type]) -> list[Draft]:
    """The draft, or its instructions each for itself where a loop over them gains nothing."""
    if draft.rows is None:
        return [draft]
    if _is_worth_it(draft, types):
        return narrowed(draft, types)
    return [alone(member) for member in draft.members]


def _is_worth_it(draft: Draft, types: dict[int, Type]) -> bool:
    """Whether what the loop's instructions take or pass on is larger than the cache, or of unknown size."""
    moving = [each for each in draft.members if not each.op.is_view]
    taken = [operand for each in moving for i, operand in enumerate(each.operands) if (each.value, i) in draft.sliced]
    passed = [*(each.type for each in moving), *(types[each] for each in dict.fromkeys(taken))]
    return len(moving) > 1 and not all(map(_fits, passed))


@lru_cache(maxsize=4096)
def _usual_elements(type_: Type) -> int:
    """The elements of a type, where named sizes are of the usual width."""
    shape = type_.shape if isinstance(type_, ArrayType) else ()
    sizes = [at_sizes(dim, dict.fromkeys(names_in(dim), USUAL_WIDTH)) for dim in shape]
    return math.prod(sizes)


def _fits(type_: Type) -> bool:
    """Whether an array is known to be small enough to be in cache anyway."""
    size = bytes_of(type_)
    return isinstance(size, int) and size <= WORTH_TILING


def _sizes_to_slice(instruction: Instruction, slicing: Slicing, types: dict[int, Type]) -> Iterator[Dim]:
    """The sizes of axes that a loop begun by this instruction might slice, the first axes first.

    A slice must not be in too many pieces, nor one row of it too large. Named sizes are taken for large ones.
    """
    if instruction.op.is_view:
        return
    late: dict[Dim, None] = {}
    values = (instruction.value, *instruction.operands)
    for labels, type_ in zip((slicing.result, *slicing.operands), map(types.__getitem__, values), strict=True):
        shape = type_.shape if isinstance(type_, ArrayType) and not _fits(type_) else ()
        for axis, (label, dim) in enumerate(zip(labels, shape, strict=False)):
            pieces, row = product(shape[:axis]), product(shape[axis + 1 :])
            if label is None or dim == 1 or not isinstance(pieces, int) or pieces > MOST_PIECES:
                continue
            if isinstance(dim, int) and not isinstance(row, int):
                late[dim] = None
            elif not isinstance(row, int) or row <= LARGEST_ROW:
                yield dim
    yield from late


def _other_rows(plan: Sequence[Unit], types: dict[int, Type]) -> list[Dim]:
    """The sizes of axes by which all could be sliced that take or make a large value, where several units do.

    Those units may have become one loop then, and the value need never have left the cache. The first would keep most.
    """
    found: Counter[Dim] = Counter()
    known: dict[Any, set[Dim]] = {}
    for value, touching in touched(plan).items():
        there = [plan[i] for i in dict.fromkeys(i for i, _ in touching)]
        rows = {unit.rows for unit in there if isinstance(unit, Loop)}
        if len(there) > 1 and rows and not _fits(types[value]):
            common = set.intersection(*(_rows_alone(each, types, known) for _, each in touching))
            for each in sorted(common - (rows if len(rows) == 1 else set()), key=str):
                found[each] += at_sizes(bytes_of(types[value]))
    return [each for each, _ in found.most_common(SIZES_TRIED)]


def _rows_alone(instruction: Instruction, types: dict[int, Type], known: dict[Any, set[Dim]]) -> set[Dim]:
    """The sizes of axes over whose slices an instruction can run; alike for all of one op, attributes and types."""
    key = (instruction.op, instruction.attrs, instruction.type, *[types[each] for each in instruction.operands])
    if key not in known:
        slicing = slicing_of(instruction, types)
        planner = _Planner(types)
        sizes = () if slicing is None else _sizes_to_slice(instruction, slicing, types)
        known[key] = {rows for rows in sizes if slicing and planner.fit(Draft(rows), instruction, slicing)}
    return known[key]


def slicing_of(instruction: Instruction, types: dict[int, Type]) -> Slicing | None:
    """Which axes of the instruction's result and operands go together, if its op can be sliced."""
    if instruction.op.slicing is None or not instruction.operands:
        return None
    operands = tuple([types[each] for each in instruction.operands])
    return _slicing(instruction.op, instruction.attrs, instruction.type, operands)


@lru_cache(maxsize=4096)
def _slicing(op: Op, attrs: Attrs, y: Type, xs: Sequence[Type]) -> Slicing | None:
    if op.slicing is None or any(isinstance(each, TupleType) for each in (y, *xs)):
        return None
    return op.slicing(y, *xs, **dict(zip(op.attributes, attrs, strict=True)))
