"""Expanding: ops written in the simpler ones that tuned code is made of, so that they share what they have in common."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.op import Attrs, Op, Slicing
from symdiff.ops.arithmetic import multiply
from symdiff.ops.reduction import sum_op
from symdiff.ops.slicing import aligned
from symdiff.transplant import rebuilt
from symdiff.types import ArrayType, Inferred, Type


def _vecdot_slicing(y: ArrayType, a: ArrayType, b: ArrayType) -> Slicing:
    return Slicing(tuple(range(len(y.shape))), aligned(a, a, b).operands, "add")


DOT: Final = Op(
    name="vdot", kernel=np.vdot, arity=2, infer=lambda a, b: Inferred(ArrayType(a.dtype, ())),
    slicing=lambda y, a, b: Slicing((), aligned(a, a, b).operands, "add"),
    attributes=MappingProxyType({}), doc="sum(a b), of real arrays of one shape.",
)  # fmt: skip
ROW_DOTS: Final = Op(
    name="vecdot", kernel=np.vecdot, arity=2, infer=lambda a, b: Inferred(ArrayType(a.dtype, a.shape[:-1])),
    slicing=_vecdot_slicing, attributes=MappingProxyType({}), doc="sum(a b) along the last axis, of real arrays.",
)  # fmt: skip


def expanded(graph: Any) -> Any:
    """The same graph in simpler ops; the tuned backend's first step."""
    ops = {node.op for node in graph.arena.nodes}
    return rebuilt(graph, _expand) if sum_op in ops or any(op.expand is not None for op in ops) else graph


def _expand(graph: Any, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
    """Put a node there: as its expansion, as a product's sum in one step, or as it is."""
    if op.expand is not None:
        operands = [graph.expr(each) for each in inputs]
        return op.expand(*operands, **dict(zip(op.attributes, attrs, strict=True))).id
    if op is sum_op and graph.arena.nodes[inputs[0]].op is multiply:
        found = _sum_of_product(graph, inputs[0], *attrs)
        if found is not None:
            return found
    return graph.arena.add(op, inputs, attrs, type_)


def _sum_of_product(graph: Any, product: int, axis: Any, keepdims: bool) -> int | None:
    """sum(a b) over the last axis or all, where nothing is stretched, without the product in between."""
    _, factors, _, type_ = graph.arena.nodes[product]
    nodes = graph.arena.nodes
    ndim = len(type_.shape)
    if keepdims or type_.dtype.kind != "f" or not ndim or any(nodes[each].type != type_ for each in factors):
        return None
    if axis is None or len(axis) == ndim:
        return graph.arena.add(DOT, factors, (), ArrayType(type_.dtype, ()))
    if axis == (ndim - 1,):
        return graph.arena.add(ROW_DOTS, factors, (), ArrayType(type_.dtype, type_.shape[:-1]))
    return None
