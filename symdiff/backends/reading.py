"""Reading: when a loop's slices have read what comes from outside, so that results may be put over it."""

from __future__ import annotations

from collections.abc import Mapping

from symdiff.backends.plans import Loop
from symdiff.backends.spelling import may_overwrite, read_by


class Reading:
    """When the instructions of a loop, which are in the order in which they run, read memory and make values.

    `root` tells of views whose memory they share.
    """

    def __init__(self, loop: Loop, root: Mapping[int, int]) -> None:
        self.loop = loop
        self.root = root
        self.position = {each.value: i for i, each in enumerate(loop.members)}
        self.places: dict[int, list[tuple[int, int]]] = {}
        self.last: dict[int, int] = {}
        for each in loop.members:
            for i, operand in enumerate(each.operands):
                self.places.setdefault(operand, []).append((each.value, i))
                self.last[root.get(operand, operand)] = self.position[each.value]
        self.through_views = {root[each] for each in self.places if each in root and each not in self.position}

    def may_follow(self, value: int, memory: int) -> bool:
        """Whether a result's slices may be put over those of a value from outside.

        All that is read of it must be slices of the same axis, and each must have been read when the result's is made.
        """
        axis, sliced = self.loop.axis[value], self.loop.sliced
        alike = all(sliced.get(place) == axis for place in self.places.get(memory, ()))
        return alike and memory not in self.through_views and self.is_after(value, memory)

    def is_after(self, value: int, memory: int) -> bool:
        """Whether a value is made after a memory is last read, or then, by what may overwrite it."""
        position, last = self.position[value], self.last[memory]
        instruction = self.loop.members[position]
        return position > last or (
            position == last and may_overwrite(instruction, memory, read_by(instruction, self.root))
        )
