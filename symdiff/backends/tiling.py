"""Tiling: which instructions run together over slices of one axis, so that what passes between them stays in cache."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from symdiff.backends.drafts import MOST_MEMBERS, Draft, Fit, Mover
from symdiff.backends.program import Instruction, Program
from symdiff.cost import bytes_of
from symdiff.op import Attrs, Op, Slicing
from symdiff.sizes import Dim, Size, product
from symdiff.types import ArrayType, TupleType, Type

WORTH_TILING: Final = 1 << 20
"""Bytes of a loop's largest value up to which everything is in cache anyway."""
LARGEST_WHOLE: Final = 1 << 14
"""Elements that a tile's operand which isn't sliced, or a result that tiles are combined to, may have."""
LARGEST_ROW: Final = 1 << 15
"""Elements of one slice above which another axis is sliced."""

NARROW: Final = 32
"""How many times as wide the widest value of a loop is beside one that is narrow."""
LOOPS_TRIED: Final = 8
"""How many of the last loops an instruction may join that takes none of their values."""


class Loop(NamedTuple):
    """Instructions that run together over slices of an axis of size `rows`.

    `axis` tells which axis of a value that is made slice by slice that is; `sliced` which axis of an operand from
    outside, by (value made, position); `combine` the ufunc that makes one of the slices' results.
    """

    rows: Dim
    members: tuple[Instruction, ...]
    axis: dict[int, int]
    sliced: dict[tuple[int, int], int]
    combine: dict[int, str]

    @property
    def values(self) -> set[int]:
        """The values that its instructions make."""
        return {each.value for each in self.members}


Unit: TypeAlias = Instruction | Loop


def units(program: Program) -> list[Unit]:
    """The program's instructions, those that gain by it put together into loops, in an order that can be run."""
    types: dict[int, Type] = {value: node.type for value, node in enumerate(program.graph.arena.nodes)}
    types |= {each.value: each.type for each in program.instructions}
    if all(_fits(each) for each in dict.fromkeys(types.values())):
        return list(program.instructions)
    kept = set(program.outputs)
    stages: list[_Planner] = []
    for stage in program.in_stages():
        planner = _Planner(types)
        for instruction in stage:
            planner.place(instruction)
        kept.update(operand for each in stage for operand in each.operands if operand not in planner.home)
        stages.append(planner)
    return [unit for planner in stages for unit in planner.ordered(kept)]


class _Planner:
    """Places instructions into loops, one after the other, without making two loops wait for each other."""

    def __init__(self, types: dict[int, Type]) -> None:
        self.types = types
        self.home: dict[int, Draft] = {}
        self.position: dict[int, int] = {}
        self.drafts: list[Draft] = []
        self.open: list[Draft] = []
        self.loops = 0

    def place(self, instruction: Instruction) -> None:
        """Put an instruction into the loop of an operand, else into any loop it fits, else into a new one."""
        self.position[instruction.value] = len(self.position)
        slicing = slicing_of(instruction, self.types)
        homes = dict.fromkeys(self.home[each] for each in reversed(instruction.operands) if each in self.home)
        for draft in self._candidates(instruction, homes) if slicing is not None else ():
            fit = slicing and self._fit(draft, instruction, slicing)
            if fit and not any(each is not draft and each.before & draft.bit for each in homes):
                self._join(draft, instruction, fit, homes)
                return
        draft, fit = Draft(None), Fit(None, None, {})
        rows = slicing and _axis_to_slice(instruction, slicing, self.types)
        if slicing is not None and rows is not None:
            loop = Draft(rows, 1 << self.loops)
            found = self._fit(loop, instruction, slicing)
            if found is not None:
                draft, fit = loop, found
                self.loops += 1
                self.open = [*self.open[1 - LOOPS_TRIED :], loop]
        self.drafts.append(draft)
        self._join(draft, instruction, fit, homes)

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
        return None if slicing is None else self._fit(draft, instruction, slicing)

    def _fit(self, draft: Draft, instruction: Instruction, slicing: Slicing) -> Fit | None:
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
        """Whether a value that every slice needs whole is too large to stay in cache; two named sizes may be."""
        shape = self._shape(value)
        size = product(shape)
        return size > LARGEST_WHOLE if isinstance(size, int) else sum(isinstance(dim, Size) for dim in shape) > 1


def _finished(draft: Draft) -> Unit:
    if draft.rows is None:
        return draft.members[0]
    return Loop(draft.rows, tuple(draft.members), draft.axis, draft.sliced, draft.combine)


def _dissolved(draft: Draft, types: dict[int, Type]) -> list[Draft]:
    """The draft, or its instructions each for itself where a loop over them gains nothing."""
    if draft.rows is None:
        return [draft]
    if _is_worth_it(draft, types):
        return _narrowed(draft, types)
    return [_alone(member) for member in draft.members]


def _alone(member: Instruction) -> Draft:
    part = Draft(None)
    part.members.append(member)
    return part


def _narrowed(draft: Draft, types: dict[int, Type]) -> list[Draft]:
    """A loop without those of its instructions that are quicker for all rows at once.

    Of those that take and make what is narrow beside the loop's widest value, it keeps those between wide ones;
    what comes before and after is done once, instead of for every slice.
    """
    width = {each.value: _width(each, draft, types) for each in draft.members}
    widest = max([each for each in width.values() if isinstance(each, int)], default=0)
    wide = {value for value, each in width.items() if not isinstance(each, int) or each * NARROW > widest}
    before: list[Instruction] = []
    hoisted: set[int] = set()
    for each in draft.members:
        inside = [operand for operand in each.operands if operand in width]
        if each.value not in wide and all(operand in hoisted for operand in inside):
            before.append(each)
            hoisted.add(each.value)
    needed: set[int] = set()
    after: list[Instruction] = []
    for each in reversed(draft.members):
        if each.value in hoisted:
            continue
        if each.value in wide or each.value in needed:
            needed.update(each.operands)
        else:
            after.append(each)
    gone = {each.value for each in (*before, *after)}
    if not gone or len(gone) == len(draft.members):
        return [draft]
    return [*map(_alone, before), _without(draft, gone, hoisted), *map(_alone, reversed(after))]


def _width(instruction: Instruction, draft: Draft, types: dict[int, Type]) -> Dim:
    """The elements that a slice of one row has, of the instruction's result and what it takes by rows."""
    taken = [(types[instruction.value], draft.axis.get(instruction.value))]
    taken += [
        (types[operand], draft.axis.get(operand, draft.sliced.get((instruction.value, i))))
        for i, operand in enumerate(instruction.operands)
    ]
    rows = [
        product((*each.shape[:axis], *each.shape[axis + 1 :]))
        for each, axis in taken
        if isinstance(each, ArrayType) and axis is not None
    ]
    unknown = [each for each in rows if not isinstance(each, int)]
    return unknown[0] if unknown else max([1, *(each for each in rows if isinstance(each, int))])


def _without(draft: Draft, gone: set[int], hoisted: set[int]) -> Draft:
    """The loop without some members; what those before it made is sliced as what comes from outside is."""
    rest = Draft(draft.rows, draft.bit)
    rest.members = [each for each in draft.members if each.value not in gone]
    rest.axis = {value: axis for value, axis in draft.axis.items() if value not in gone}
    rest.combine = {value: name for value, name in draft.combine.items() if value not in gone}
    rest.sliced = {key: axis for key, axis in draft.sliced.items() if key[0] not in gone}
    for each in rest.members:
        for position, operand in enumerate(each.operands):
            if operand in hoisted:
                rest.sliced[each.value, position] = draft.axis[operand]
    return rest


def _is_worth_it(draft: Draft, types: dict[int, Type]) -> bool:
    """Whether what the loop's instructions take or pass on is larger than the cache, or of unknown size."""
    moving = [each for each in draft.members if not each.op.is_view]
    taken = [operand for each in moving for i, operand in enumerate(each.operands) if (each.value, i) in draft.sliced]
    passed = [*(each.type for each in moving), *(types[each] for each in dict.fromkeys(taken))]
    return len(moving) > 1 and not all(map(_fits, passed))


def _fits(type_: Type) -> bool:
    """Whether an array is known to be small enough to be in cache anyway."""
    size = bytes_of(type_)
    return isinstance(size, int) and size <= WORTH_TILING


def _axis_to_slice(instruction: Instruction, slicing: Slicing, types: dict[int, Type]) -> Dim | None:
    """The size of the axis that a loop begun by this instruction would slice: the first whose slices are small."""
    if instruction.op.is_view:
        return None
    shapes = [types[instruction.value], *(types[each] for each in instruction.operands)]
    for labels, type_ in zip((slicing.result, *slicing.operands), shapes, strict=True):
        shape = type_.shape if isinstance(type_, ArrayType) else ()
        if _fits(type_):
            continue
        for axis, label in enumerate(labels):
            row = product(shape[axis + 1 :])
            if label is not None and shape[axis] != 1 and (not isinstance(row, int) or row <= LARGEST_ROW):
                return shape[axis]
    return None


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
