"""The interpreter backend: one loop over the program, computing with NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.backends.program import lower
from symdiff.core import CONSTANT, INPUT
from symdiff.sizes import Size, evaluate
from symdiff.types import SizeValues


def interpreter(graph: Any) -> Callable[[Sequence[Any], SizeValues], list[Any]]:
    """A function of checked arguments and the sizes' values that computes the outputs of `graph`.

    Values are let go of after their last use. Results are fresh arrays, or NumPy scalars.
    """
    program = lower(graph)
    nodes = graph.arena.nodes
    steps = [
        (each.value, each.op.kernel, each.operands, each.attributes, _has_size(each.attrs), done)
        for each, done in zip(program.instructions, program.last_uses(), strict=True)
    ]

    def run(values: Sequence[Any], sizes: SizeValues) -> list[Any]:
        found = {**program.constants, **dict(zip(program.arguments, values, strict=True))}
        for value, kernel, operands, attributes, sized, done in steps:
            given = {name: _resolved(each, sizes) for name, each in attributes.items()} if sized else attributes
            found[value] = kernel(*[found[operand] for operand in operands], **given)
            for each in done:
                del found[each]
        return [_fresh(found[output], nodes[output], graph.outputs.count(output) > 1) for output in graph.outputs]

    return run


def _has_size(value: Any) -> bool:
    return any(map(_has_size, value)) if isinstance(value, tuple) else isinstance(value, Size)


def _resolved(value: Any, sizes: SizeValues) -> Any:
    if isinstance(value, tuple):
        return tuple(_resolved(each, sizes) for each in value)
    return evaluate(value, sizes) if isinstance(value, Size) else value


def _fresh(value: Any, node: Any, shared: bool) -> Any:
    if not node.type.shape:
        return np.asarray(value)[()]
    return np.array(value) if shared or node.op.is_view or node.op in (INPUT, CONSTANT) else value
