"""Replays programs with memory spoilt as soon as it isn't needed any more: what still reads it is found out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends import loops, statements, tiling
from symdiff.backends.interpreter import interpreted
from symdiff.backends.lowering import lower
from symdiff.cost import last_needed


def poison(value: Any) -> None:
    """Fill an array with NaN, or with the largest number where it holds integers."""
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, np.ndarray) and each.flags.writeable:
            each.fill(
                np.nan if each.dtype.kind in "fc" else np.iinfo(each.dtype).max if each.dtype.kind in "iu" else True
            )


def replayed(graph: sd.Graph, values: Sequence[Any]) -> list[Any]:
    """The interpreter's results where memory is spoilt as soon as the cost model says that it is free."""
    program = lower(graph)
    last = last_needed(program.instructions, program.outputs)
    made: list[Any] = []

    def watch(_: Any, kernel: Callable[..., Any], operands: Sequence[Any], given: Mapping[str, Any]) -> Any:
        made.append(kernel(*operands, **given))
        for i, value in enumerate(made):
            if last[i] == len(made) - 1:
                poison(value)
        return made[-1]

    return interpreted(graph, watch)(*values)


def poisoned(monkeypatch: pytest.MonkeyPatch, compile: Callable[[], sd.Function]) -> Callable[..., Any]:
    """The tuned function that `compile` makes, in small slices, with all memory reused, and spoilt when it is free."""
    release, member = statements.Body.release, loops.LoopBody._member

    def spoil(body: Any, done: Sequence[int]) -> None:
        for each in done if body.reuses else ():
            if each in body.owned and body.scope.is_large(each):
                body.line(f"poison({body.texts[each].code})")
        release(body, done)

    def spoil_buffers(body: Any, instruction: Any, ends: Any) -> None:
        before = [each for some in body.idle.values() for each in some]
        member(body, instruction, ends)
        for each in (each for some in body.idle.values() for each in some):
            if each not in before:
                body.line(f"poison({each.name})")

    with monkeypatch.context() as patch:
        patch.setattr(statements.Body, "release", spoil)
        patch.setattr(loops.LoopBody, "_member", spoil_buffers)
        text = in_small_slices(patch, compile).tuned_source
    namespace: dict[str, Any] = {"poison": poison}
    exec(text, namespace)
    return namespace["f"]


def in_small_slices(patch: pytest.MonkeyPatch, compile: Callable[[], sd.Function]) -> sd.Function:
    """The function where every array is worth a loop and its memory worth reusing, and slices are short."""
    patch.setattr(statements, "WORTH_REUSING", 1)
    patch.setattr(tiling, "WORTH_TILING", 1)
    patch.setattr(loops, "LARGEST_TILE", 7)
    return compile()
