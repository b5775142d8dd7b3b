"""The interpreter backend: one loop over the graph's list, computing with NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.core import CONSTANT, INPUT
from symdiff.sizes import Size, evaluate
from symdiff.types import SizeValues


def interpreter(graph: Any) -> Callable[[Sequence[Any], SizeValues], list[Any]]:
    """A function of checked arguments and the sizes' values that computes the outputs of `graph`.

    Values are let go of after their last use. Results are fresh arrays, or NumPy scalars.
    """
    nodes = graph.arena.nodes
    arguments = [each.id for each in graph.arguments]
    sized = {node for node, each in enumerate(nodes) if _has_size(each.attrs) and each.op is not INPUT}
    last_use: dict[int, list[int]] = {}
    seen = set(graph.outputs)
    for node in range(len(nodes) - 1, -1, -1):
        for parent in nodes[node].inputs:
            if parent not in seen:
                seen.add(parent)
                last_use.setdefault(node, []).append(parent)

    def run(values: Sequence[Any], sizes: SizeValues) -> list[Any]:
        found: dict[int, Any] = dict(zip(arguments, values, strict=True))
        for node, (op, inputs, attrs, _) in enumerate(nodes):
            if op is INPUT:
                continue
            if node in sized:
                attrs = _resolved(attrs, sizes)
            found[node] = op.kernel(
                *[found[parent] for parent in inputs], **dict(zip(op.attributes, attrs, strict=True))
            )
            for parent in last_use.get(node, ()):
                del found[parent]
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
