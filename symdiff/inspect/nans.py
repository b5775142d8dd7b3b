"""Where the NaN started: the first value that isn't finite though its operands are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from symdiff.backends.interpreter import interpreted
from symdiff.backends.lowering import lower
from symdiff.backends.program import Instruction, Program
from symdiff.naming import names
from symdiff.provenance import describe


class FirstNaN(NamedTuple):
    """The node at which NaN or infinity came up, what is wrong with its value, its operands, the user's line."""

    node: int
    what: str
    trouble: str
    operands: tuple[str, ...]
    line: str

    def __str__(self) -> str:
        lines = [f"{self.what}: {self.trouble}", self.line, *(f"of {each}" for each in self.operands)]
        return "\n  ".join(each for each in lines if each)


def find_nan(graph: Any, values: Sequence[Any]) -> FirstNaN | None:
    """The first node whose value isn't finite though its operands are, and which a result that isn't comes from.

    So what a `where` doesn't select is no trouble. Where no operation is to blame, an argument is; None where all
    results are finite.
    """
    program = lower(graph)
    made = {each.value: each for each in program.instructions}
    wrong: dict[int, str] = {}
    ranges: dict[int, tuple[str, ...]] = {}

    def watch(
        instruction: Instruction, kernel: Callable[..., Any], operands: Sequence[Any], attributes: Mapping[str, Any]
    ) -> Any:
        for operand, given in zip(instruction.operands, operands, strict=True):
            if operand not in wrong:
                wrong[operand] = _trouble(given)
        value = kernel(*operands, **attributes)
        wrong[instruction.value] = _trouble(value)
        if wrong[instruction.value] and not any(wrong[operand] for operand in instruction.operands):
            ranges[instruction.value] = tuple(map(_range, operands))
        return value

    with np.errstate(all="ignore"):
        results = interpreted(graph, watch)(*values)
    stack = [value for value, result in zip(program.outputs, results, strict=True) if _trouble(result)]
    wrong |= {value: _trouble(result) for value, result in zip(program.outputs, results, strict=True)}
    reached: set[int] = set()
    while stack:
        value = stack.pop()
        reached.add(value)
        operands = made[value].operands if value in made else ()
        stack += [each for each in operands if wrong[each] and each not in reached]
    blamed = [each for each in made if each in reached and each in ranges] or [
        each for each in program.arguments if each in reached
    ]
    return _described(program, blamed[0], wrong[blamed[0]], ranges.get(blamed[0], ())) if blamed else None


def _described(program: Program, value: int, trouble: str, ranges: Sequence[str]) -> FirstNaN:
    graph = program.graph
    called = names(graph)
    node = program.copies.get(value, value)
    op, inputs, _, type_ = graph.arena.nodes[node]
    text = [called.get(each, f"%{each}") for each in inputs]
    what = f"{called.get(node, f'%{node}')} = {op.name}({', '.join(text)})" if inputs else f"argument {called[node]}"
    operands = tuple(f"{name}: {each}" for name, each in zip(text, ranges, strict=True))
    return FirstNaN(node, f"{what}: {type_}", trouble, operands, describe(graph.arena.provenance[node].place))


def _trouble(value: Any) -> str:
    """What isn't finite: `2 of 6 elements are NaN`; the empty string where all is."""
    if isinstance(value, tuple):
        return "; ".join(filter(None, map(_trouble, value)))
    array = np.asarray(value)
    if array.dtype.kind not in "fc":
        return ""
    counts = {"NaN": np.count_nonzero(np.isnan(array)), "infinite": np.count_nonzero(np.isinf(array))}
    parts = [
        f"{count} of {array.size} elements {'is' if count == 1 else 'are'} {what}"
        for what, count in counts.items()
        if count
    ]
    return ", ".join(parts)


def _range(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(_range, value))
    array = np.asarray(value)
    what = f"{array.dtype} {array.shape}"
    if not array.size or array.dtype.kind == "c":
        return what
    return f"{what} from {np.min(array):.6g} to {np.max(array):.6g}"
