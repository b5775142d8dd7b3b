"""What a workload is: one computation, stated once for every system, and written by hand twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np


class Workload(NamedTuple):
    """One row of the table.

    `inputs(rng, *sizes)` draws the arguments; `outputs(system, *arguments)` states the results once for all
    systems, with the functions of `system.np` and the derivatives of `system`; `hand` and `arranged` compute the
    same from arrays, the one as a person writes it, the other with slices and memory arranged by hand; `floor`,
    where there is one, does only what no arrangement can avoid. `tolerance` is the largest difference between two
    systems, to the largest value of a result.
    """

    name: str
    title: str
    inputs: Callable[..., tuple[Any, ...]]
    outputs: Callable[..., Sequence[Any]]
    hand: Callable[..., Sequence[Any]]
    arranged: Callable[..., Sequence[Any]]
    full: tuple[int, ...]
    small: tuple[int, ...]
    tolerance: float = 1e-9
    floor: Callable[..., Any] | None = None

    def names(self, count: int) -> list[str]:
        """The names of so many arguments, as `hand` calls them."""
        found: list[str] = []
        for each in inspect.signature(self.hand).parameters.values():
            several = each.kind is each.VAR_POSITIONAL
            found += [f"{each.name}{i}" for i in range(count - len(found))] if several else [each.name]
        return found

    def draw(self, sizes: Sequence[int]) -> tuple[Any, ...]:
        """The arguments, the same every time."""
        return self.inputs(np.random.default_rng(0), *sizes)
