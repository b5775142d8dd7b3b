"""Expanding: ops written in the simpler ones that tuned code is made of, so that they share what they have in common."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.op import Attrs, Op, Slicing
from symdiff.ops.arithmetic import add, multiply, subtract
from symdiff.ops.lines import take_along
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
    if op is sum_op:
        found = _sum_of_products(graph, inputs[0], *attrs)
        if found is not None:
            return found
    if op is take_along and graph.arena.nodes[inputs[0]].op is subtract:
        return _difference_taken(graph, inputs, attrs, type_)
    return graph.arena.add(op, inputs, attrs, type_)


def _difference_taken(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
    """(a - b)[i] as a[i] - b, where b is the same along the axis: as much of the difference as is taken."""
    nodes = graph.arena.nodes
    a, b = nodes[inputs[0]].inputs
    shapes = nodes[a].type.shape, nodes[b].type.shape, nodes[inputs[0]].type.shape
    if len(shapes[1]) != len(shapes[2]) or shapes[0] != shapes[2] or shapes[1][attrs[0]] != 1:
        return graph.arena.add(take_along, inputs, attrs, type_)
    taken = graph.arena.add(take_along, (a, inputs[1]), attrs, type_)
    return graph.arena.add(subtract, (taken, b), (), type_)


def _sum_of_products(graph: Any, node: int, axis: Any, keepdims: bool) -> int | None:
    """sum(a b) over the last axis or all, without the product in between; None where that can't be."""
    type_ = graph.arena.nodes[node].type
    ndim = len(type_.shape)
    if keepdims or type_.dtype.kind != "f" or not ndim:
        return None
    if axis is None or len(axis) == ndim:
        found = _squares(graph, node, type_)
        return found.id if found is not None else _dot(graph, node, type_, DOT, ())
    return _dot(graph, node, type_, ROW_DOTS, type_.shape[:-1]) if axis == (ndim - 1,) else None


def _dot(graph: Any, node: int, type_: ArrayType, op: Op, shape: Any) -> int | None:
    """The sum of a product in which nothing is stretched."""
    kind, factors, _, _ = graph.arena.nodes[node]
    if kind is not multiply or any(graph.arena.nodes[each].type != type_ for each in factors):
        return None
    return graph.arena.add(op, factors, (), ArrayType(type_.dtype, shape))


def _squares(graph: Any, node: int, type_: ArrayType) -> Any:
    """sum(p a a + q b b), of positive numbers p and q, as p (a . a) + q (b . b): no digits cancel; or None."""
    op, inputs, _, _ = graph.arena.nodes[node]
    if op is multiply and inputs[0] == inputs[1]:
        found = _dot(graph, node, type_, DOT, ())
        return None if found is None else graph.expr(found)
    parts = [graph.expr(each) for each in inputs]
    if op is multiply:
        for factor, rest in (parts, parts[::-1]):
            literal = factor.literal
            if literal is not None and literal > 0 and not factor.shape and rest.type == type_:
                inner = _squares(graph, rest.id, type_)
                return None if inner is None else factor * inner
    if op is add and all(each.type == type_ for each in parts):
        sums = [_squares(graph, each, type_) for each in inputs]
        return None if any(each is None for each in sums) else sums[0] + sums[1]
    return None
