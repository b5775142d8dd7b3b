"""Threads: what generated code calls to work on slices in several at once; its text travels with the code."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from threading import Thread
from typing import Any, Final

IMPORTS: Final = ("from contextvars import copy_context", "from threading import Thread")
"""What a module imports in which `in_threads` stands."""


def in_threads(count: int, work: Callable[[int, int], None], rows: int, step: int) -> None:
    """Work on the rows from one number to another, in slices of `step` rows, shared out among so many threads.

    The caller's thread is one of them. Each has the caller's settings, as of `np.errstate`. If any raise, the error
    of the first rows is raised when all have ended.
    """
    slices = max(1, -(-rows // step))
    share = -(-slices // count) * step
    starts = range(0, max(1, rows), share)
    errors: list[tuple[int, Any]] = []

    def some(start: int) -> None:
        try:
            work(start, min(start + share, max(1, rows)))
        except BaseException as error:
            errors.append((start, error))

    others = [Thread(target=copy_context().run, args=(some, start)) for start in starts[1:]]
    for each in others:
        each.start()
    some(starts[0])
    for each in others:
        each.join()
    if errors:
        raise min(errors)[1]
