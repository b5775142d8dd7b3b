"""Narrowing: which instructions of a loop are quicker for all rows at once."""

from __future__ import annotations

from typing import Final

from symdiff.backends.drafts import Draft
from symdiff.backends.program import Instruction
from symdiff.sizes import Dim, product
from symdiff.types import ArrayType, Type

NARROW: Final = 128
"""How many times as wide the widest value of a loop is beside a narrow one: slices have 1,000 elements of that."""


def alone(member: Instruction) -> Draft:
    """An instruction for itself."""
    part = Draft(None)
    part.members.append(member)
    return part


def narrowed(draft: Draft, types: dict[int, Type]) -> list[Draft]:
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
    return [*map(alone, before), _without(draft, gone, hoisted), *map(alone, reversed(after))]


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
