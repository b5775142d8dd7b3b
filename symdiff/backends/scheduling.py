"""Scheduling: an order of steps in which little memory is held at once, and values are used soon."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from symdiff.backends.program import Instruction


class Step(NamedTuple):
    """Something to be done at once: the values it makes and those it takes."""

    what: Any
    made: tuple[int, ...]
    taken: tuple[int, ...]


def step_of(instruction: Instruction) -> Step:
    """An instruction as a step."""
    return Step(instruction, (instruction.value,), instruction.operands)


def short_lived(steps: Sequence[Step], kept: Collection[int], weight: Callable[[int], int]) -> list[Any]:
    """What the steps do, so ordered that values live short, in O(n log n).

    Of the steps that are ready, the one comes next that lets go of most memory in the balance, and of these
    the one whose operands are the newest. `weight` is a value's memory; `kept` are values that live on anyway.
    """
    queue = _Queue(steps, kept, weight)
    ordered: list[Any] = []
    while (best := queue.next()) is not None:
        queue.done(best, len(ordered))
        ordered.append(steps[best].what)
    return ordered


class _Queue:
    """The steps that are ready. A step's urgency only ever grows, so it is entered again when that happens."""

    def __init__(self, steps: Sequence[Step], kept: Collection[int], weight: Callable[[int], int]) -> None:
        self.steps = steps
        maker = {value: i for i, each in enumerate(steps) for value in each.made}
        self.takes = [
            list(dict.fromkeys(v for v in each.taken if maker.get(v, i) != i)) for i, each in enumerate(steps)
        ]
        self.users: dict[int, list[int]] = {}
        for i, each in enumerate(self.takes):
            for value in each:
                self.users.setdefault(value, []).append(i)
        self.uses = {value: len(each) for value, each in self.users.items()}
        self.weight = {value: 0 if value in kept else weight(value) for value in self.users}
        self.begun = [sum(self.weight.get(value, 0) for value in each.made) for each in steps]
        self.waiting = [len(each) for each in self.takes]
        self.age: dict[int, int] = {}
        self.heap = [(self.begun[i], 1, i) for i, each in enumerate(self.waiting) if not each]
        heapq.heapify(self.heap)
        self.finished = [False] * len(steps)

    def next(self) -> int | None:
        """The most urgent step, if any is left."""
        while self.heap:
            found = heapq.heappop(self.heap)[-1]
            if not self.finished[found]:
                self.finished[found] = True
                return found
        return None

    def done(self, step: int, time: int) -> None:
        """Enter the steps that can be done, or are more urgent, now that this one is."""
        urgent: dict[int, None] = {}
        for value in self.steps[step].made:
            self.age[value] = time
            for user in self.users.get(value, ()):
                self.waiting[user] -= 1
                urgent[user] = None
        for value in self.takes[step]:
            self.uses[value] -= 1
            if self.uses[value] == 1:
                urgent |= dict.fromkeys(user for user in self.users[value] if not self.finished[user])
        for each in urgent:
            if not self.waiting[each]:
                ended = sum(self.weight[value] for value in self.takes[each] if self.uses[value] == 1)
                newest = max(map(self.age.__getitem__, self.takes[each]))
                heapq.heappush(self.heap, (self.begun[each] - ended, -newest, each))
