"""Drafts of loops: what they hold while instructions are being placed, and which of these had better run later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

from symdiff.backends.program import Instruction
from symdiff.sizes import Dim

MOST_MEMBERS: Final = 128
"""Instructions of a loop above which slices, of which there are more at a time, get too short to gain anything."""
MOST_READ: Final = 2
"""Arrays that a loop may read in place of one that it makes itself then: what it costs to write one and read it."""


class Draft:
    """A loop (with a bit of its own), or a single instruction, while instructions are still being placed."""

    def __init__(self, rows: Dim | None, bit: int = 0) -> None:
        self.rows = rows
        self.bit = bit
        self.members: list[Instruction] = []
        self.axis: dict[int, int] = {}
        self.sliced: dict[tuple[int, int], int] = {}
        self.combine: dict[int, str] = {}
        self.before = 0  # the loops that this draft waits for, as bits

    def add(self, instruction: Instruction, fit: Fit) -> None:
        """Hold one more instruction, which runs so."""
        self.members.append(instruction)
        if fit.axis is not None:
            self.axis[instruction.value] = fit.axis
        if fit.combine is not None:
            self.combine[instruction.value] = fit.combine
        self.sliced |= {(instruction.value, position): axis for position, axis in fit.sliced.items()}


class Fit(NamedTuple):
    """How an instruction would run in a loop: the axis of its result or how to combine it, its operands' axes."""

    axis: int | None
    combine: str | None
    sliced: dict[int, int]


class Mover:
    """Moves instructions from a loop to the later one that alone takes their results.

    A network's backward part needs 1 - h h of each layer. Computed beside h, which is kept for it anyway, it would be
    held all the time in between.
    """

    def __init__(
        self,
        drafts: list[Draft],
        home: dict[int, Draft],
        outputs: Collection[int],
        fit: Callable[[Draft, Instruction], Fit | None],
    ) -> None:
        self.drafts = drafts
        self.home = home
        self.outputs = outputs
        self.fit = fit
        self.users: dict[int, dict[int, Instruction]] = {}
        self.made: dict[int, Instruction] = {}
        for member in (member for draft in drafts for member in draft.members):
            self.made[member.value] = member
            for operand in member.operands:
                self.users.setdefault(operand, {})[member.value] = member

    def move(self) -> list[Draft]:
        """The drafts that hold anything afterwards."""
        for draft in reversed(self.drafts):
            for member in reversed(draft.members) if draft.rows is not None else ():
                later = self._later(draft, member)
                fit = None if later is None else self._fitting(later, member)
                if later is not None and fit is not None and self._gains(draft, later, member):
                    self._put(draft, later, member, fit)
        return [draft for draft in self.drafts if draft.members]

    def _later(self, draft: Draft, member: Instruction) -> Draft | None:
        """The one other loop that takes what a member makes, if there is."""
        homes = {self.home[user] for user in self.users.get(member.value, ())}
        if len(homes) != 1 or member.value in self.outputs or member.value in draft.combine:
            return None
        later = homes.pop()
        fits = later is not draft and later.rows is not None and len(later.members) < MOST_MEMBERS
        return later if fits else None

    def _fitting(self, later: Draft, member: Instruction) -> Fit | None:
        """How a member would run in the later loop, sliced as that slices it now."""
        fit = self.fit(later, member)
        places = self._places(member.value)
        alike = fit is not None and all(later.sliced.get(place) == fit.axis is not None for place in places)
        return fit if alike else None

    def _places(self, value: int) -> Iterator[tuple[int, int]]:
        """Where a value is taken: by whom, at which position."""
        for user, instruction in self.users[value].items():
            yield from ((user, i) for i, operand in enumerate(instruction.operands) if operand == value)

    def _gains(self, draft: Draft, later: Draft, member: Instruction) -> bool:
        """Whether all that the member needs is kept anyway, or moves with it, and isn't much more to read."""
        read: set[int] = set()
        stack = [member]
        while stack:
            instruction = stack.pop()
            for operand in instruction.operands:
                users = self.users[operand]
                if self.home.get(operand) is not draft:
                    read.add(operand)
                elif operand in self.outputs or any(self.home[user] is not draft for user in users):
                    if operand != member.value:
                        read.add(operand)
                elif len(users) == 1 and operand in draft.axis:
                    stack.append(self.made[operand])
                else:
                    return False
        there = {operand for each in later.members for operand in each.operands}
        return len({operand for operand in read if self._is_sliced(draft, operand)} - there) <= MOST_READ

    def _is_sliced(self, draft: Draft, operand: int) -> bool:
        """Whether a loop takes slices of a value, or makes them."""
        return operand in draft.axis or any(place in draft.sliced for place in self._places(operand))

    def _put(self, draft: Draft, later: Draft, member: Instruction, fit: Fit) -> None:
        draft.members.remove(member)
        draft.axis.pop(member.value, None)
        for place in [(member.value, i) for i in range(len(member.operands))]:
            draft.sliced.pop(place, None)
        for place in self._places(member.value):
            later.sliced.pop(place, None)
        rest, later.members = later.members, []
        later.add(member, fit)
        later.members += rest
        self.home[member.value] = later
