"""Where the time of a call goes: by the line of generated code, by node, by the user's line, by scope and by role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.interpreter import interpreted
from symdiff.backends.lowering import lower
from symdiff.backends.program import Instruction, Program
from symdiff.cost import is_free
from symdiff.inspect.grouping import groupings
from symdiff.inspect.lines import Lines, accesses, traced
from symdiff.inspect.tables import bar, table

FEWEST_RUNS: Final = 3
MOST_RUNS: Final = 25
SECONDS_SPENT: Final = 0.3
MOST_ROWS: Final = 15
COPIED: Final = 1 << 25
"""Bytes of the array that is copied to see how fast memory is: more than caches hold."""


class Row(NamedTuple):
    """The time of some of the work, in seconds; the bytes it reads and writes; how often it is done."""

    what: str
    seconds: float
    moved: int
    calls: int


@dataclass(frozen=True, eq=False)
class Profile:
    """A measured call: `seconds` as compiled; the instructions carried out one by one, in all their groupings.

    `source` are the lines of the generated function that ran, with the bytes of the arrays that they take and give by
    name: those of slices in a loop, not of what passes inside an expression. `bandwidth` is what copying a large
    array moves, in bytes a second. Times are medians over `runs`.
    """

    seconds: float
    runs: int
    bandwidth: float
    program: Program
    instructions: tuple[Row, ...]
    source: tuple[Row, ...]

    @property
    def nodes(self) -> tuple[Row, ...]:
        """Each node for itself, the slowest first."""
        return self._grouped["node"]

    @property
    def lines(self) -> tuple[Row, ...]:
        """The user's lines; what a rule adds for a derivative belongs to the line that it is a derivative of."""
        return self._grouped["line"]

    @property
    def scopes(self) -> tuple[Row, ...]:
        """The scopes, by their paths."""
        return self._grouped["scope"]

    @property
    def roles(self) -> tuple[Row, ...]:
        """The forward part, adjoints and tangents by their order, and what is computed again."""
        return self._grouped["role"]

    @cached_property
    def _grouped(self) -> dict[str, tuple[Row, ...]]:
        found: dict[str, tuple[Row, ...]] = {}
        for by, grouping in groupings(self.program).items():
            groups: dict[str, list[Row]] = {}
            for instruction, row in zip(self.program.instructions, self.instructions, strict=True):
                groups.setdefault(grouping(instruction), []).append(row)
            found[by] = _sorted(_together(what, rows) for what, rows in groups.items())
        return found

    def __str__(self) -> str:
        alone = sum(row.seconds for row in self.instructions)
        head = [
            f"{_time(self.seconds)} a call as compiled, {_time(alone)} instruction by instruction",
            f"medians of {self.runs} runs; copying a large array moves {self.bandwidth / 1e9:.1f} GB/s",
        ]
        by = [("line", self.lines), ("role", self.roles), ("scope", self.scopes), ("node", self.nodes)]
        parts = [self._section(title, rows) for title, rows in by if len(rows) > 1]
        return "\n\n".join(
            ["\n".join(head), *parts, *([self._section("generated", self.source)] if self.source else [])]
        )

    def _section(self, title: str, rows: Sequence[Row]) -> str:
        whole = sum(row.seconds for row in rows) or 1.0
        cells = [("time", "share", "", "GB/s", "of copying", "calls", title)]
        for row in rows[:MOST_ROWS]:
            share, rate = row.seconds / whole, row.moved / row.seconds if row.seconds else 0.0
            speed, part = (f"{rate / 1e9:.1f}", f"{rate / self.bandwidth:.0%}") if row.moved else ("", "")
            what = (bar(share), speed, part, str(row.calls), row.what or "-")
            cells.append((_time(row.seconds), f"{share:.0%}", *what))
        more = [f"and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
        return "\n".join([table(cells, (0, 1, 3, 4, 5)), *more])


def profile(graph: Any, values: Sequence[Any], call: Callable[..., Any], code: Mapping[int, str]) -> Profile:
    """Measure a function: as compiled, by calling it; and what its graph computes, instruction by instruction.

    `code` holds the lines of the generated function, by their numbers in the file that it was loaded from.
    """
    program = lower(graph)
    watch = _Watch()
    run = interpreted(graph, watch)
    call(*values)
    run(*values)
    times: list[float] = []
    watched: list[list[float]] = []
    lines: list[Lines] = []
    for _ in _repeats():
        start = perf_counter()
        call(*values)
        times.append(perf_counter() - start)
        watch.rows.clear()
        run(*values)
        watched.append([seconds for seconds, _ in watch.rows])
        with traced(call, code, {}) as found:
            call(*values)
        lines.append(found)
    moved = [bytes_ for _, bytes_ in watch.rows]
    rows = (Row("", _median(each), size, 1) for each, size in zip(zip(*watched, strict=True), moved, strict=True))
    with traced(call, code, accesses(code)) as counted:
        call(*values)
    source = (_line(code[line], line, lines, counted) for line in counted.seconds if line in code)
    return Profile(_median(times), len(times), _bandwidth(), program, tuple(rows), _sorted(source))


class _Watch:
    """Carries out instructions, and notes the time and the bytes of each."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, int]] = []

    def __call__(
        self, instruction: Instruction, kernel: Callable[..., Any], operands: Sequence[Any], given: Mapping[str, Any]
    ) -> Any:
        start = perf_counter()
        value = kernel(*operands, **given)
        seconds = perf_counter() - start
        self.rows.append((seconds, 0 if is_free(instruction.op) else sum(map(_bytes, (value, *operands)))))
        return value


def _line(text: str, line: int, runs: Sequence[Lines], counted: Lines) -> Row:
    return Row(text.strip(), _median(each.seconds[line] for each in runs), counted.moved[line], counted.calls[line])


def _median(values: Iterable[float]) -> float:
    return float(np.median(list(values)))


def _repeats() -> Iterator[int]:
    start = perf_counter()
    for count in range(MOST_RUNS):
        if count >= FEWEST_RUNS and perf_counter() - start > SECONDS_SPENT:
            return
        yield count


def _bandwidth() -> float:
    source = np.ones(COPIED // 8)
    target = np.empty_like(source)
    best = float("inf")
    for _ in range(5):
        start = perf_counter()
        np.copyto(target, source)
        best = min(best, perf_counter() - start)
    return 2 * COPIED / best


def _bytes(value: Any) -> int:
    return sum(map(_bytes, value)) if isinstance(value, tuple) else np.asarray(value).nbytes


def _together(what: str, rows: Sequence[Row]) -> Row:
    return Row(what, sum(row.seconds for row in rows), sum(row.moved for row in rows), sum(row.calls for row in rows))


def _sorted(rows: Iterator[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: -row.seconds))


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.3f} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.1f} us"
