"""Expanding: ops written in the simpler ones that tuned code is made of, so that they share what can be shared."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.core import CONSTANT
from symdiff.op import Attrs, Op, Slicing
from symdiff.ops.arithmetic import add, divide, multiply, negative, subtract
from symdiff.ops.exponential import exp
from symdiff.ops.lines import add_along, put_along, take_along
from symdiff.ops.logic import bitwise_invert, where
from symdiff.ops.reduction import any_op, sum_op
from symdiff.ops.shape import expand_dims
from symdiff.ops.slicing import aligned
from symdiff.transplant import rebuilt
from symdiff.types import ArrayType, Inferred, Type, broadcast


def _vecdot_slicing(y: ArrayType, a: ArrayType, b: ArrayType) -> Slicing:
    return Slicing(tuple(range(len(y.shape))), aligned(a, a, b).operands, "add")


FEW: Final = 1 << 10
"""Elements up to which the cost of a call counts more than what it does."""


DOT: Final = Op(
    name="vdot", kernel=np.vdot, arity=2, infer=lambda a, b: Inferred(ArrayType(a.dtype, ())),
    slicing=lambda y, a, b: Slicing((), aligned(a, a, b).operands, "add"),
    attributes=MappingProxyType({}), doc="sum(a b), of real arrays of one shape.",
)  # fmt: skip
ROW_DOTS: Final = Op(
    name="vecdot", kernel=np.vecdot, arity=2, infer=lambda a, b: Inferred(ArrayType(a.dtype, a.shape[:-1])),
    slicing=_vecdot_slicing, attributes=MappingProxyType({}), doc="sum(a b) along the last axis, of real arrays.",
)  # fmt: skip


def chosen_kernel(x: Any, condition: Any, out: Any = None) -> Any:
    """x where the condition holds, else 0: of many by bits, since np.where is slow where truths can't be foreseen."""
    if condition.size < 1024:
        found = np.where(condition, x, 0)
        return found if out is None else np.positive(found, out)
    word = f"i{x.itemsize}"
    mask = np.negative(condition.view("i1")).astype(word)
    out = np.empty(x.shape, x.dtype) if out is None else out
    np.bitwise_and(x.view(word), mask, out=out.view(word))
    return out


def selected_kernel(condition: Any, a: Any, b: Any, out: Any = None) -> Any:
    """a where the condition holds, else b: of many by bits."""
    if condition.size < 1024:
        found = np.where(condition, a, b)
        return found if out is None else np.positive(found, out)
    word = f"i{a.itemsize}"
    bits = np.negative(condition.view("i1")).astype(word)
    bits = np.bitwise_and(np.bitwise_xor(a.view(word), b.view(word)), bits)
    out = np.empty(bits.shape, a.dtype) if out is None else out
    np.bitwise_xor(bits, b.view(word), out=out.view(word))
    return out


def kept_lines_kernel(x: Any, condition: Any, out: Any = None) -> Any:
    """The lines of x where the condition holds, else 0; where it holds of all, nothing is left to do."""
    if out is None:
        out = x.copy()
    elif out is not x:
        out[...] = x
    if not condition.all():
        out[~condition[..., 0]] = 0
    return out


KEPT_LINES: Final = Op(
    name="kept_lines", kernel=kept_lines_kernel, arity=2, infer=lambda x, condition: Inferred(x), slicing=aligned,
    fills=True, attributes=MappingProxyType({}), doc="x where the condition on its lines holds, else 0.",
)  # fmt: skip
CHOSEN: Final = Op(
    name="chosen", kernel=chosen_kernel, arity=2, infer=lambda x, condition: Inferred(x), slicing=aligned, fills=True,
    attributes=MappingProxyType({}), doc="x where the condition holds, else 0.",
)  # fmt: skip
SELECTED: Final = Op(
    name="selected", kernel=selected_kernel, arity=3, slicing=aligned, fills=True,
    infer=lambda condition, a, b: Inferred(ArrayType(a.dtype, broadcast(condition.shape, a.shape, b.shape))),
    attributes=MappingProxyType({}), doc="a where the condition holds, else b.",
)  # fmt: skip


def expanded(graph: Any) -> Any:
    """The same graph in simpler ops; the tuned backend's first step."""
    ops = {node.op for node in graph.arena.nodes}
    return rebuilt(graph, _expand) if any(op.expand is not None or op in _STARTS for op in ops) else graph


def _expand(graph: Any, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
    """Put a node there: as its expansion, as a product's sum in one step, or as it is."""
    if op.expand is not None:
        operands = [graph.expr(each) for each in inputs]
        return op.expand(*operands, **dict(zip(op.attributes, attrs, strict=True))).id
    rewrite = _REWRITES.get(op)
    found = None if rewrite is None else rewrite(graph, inputs, attrs, type_)
    return graph.arena.add(op, inputs, attrs, type_) if found is None else found


def _difference_taken(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Any) -> int | None:
    """(a - b)[i] as a[i] - b, where b is the same along the axis: as much of the difference as is taken."""
    nodes = graph.arena.nodes
    op, operands, _, whole = nodes[inputs[0]]
    if op is not subtract or nodes[operands[0]].type != whole or not _is_narrow(graph, operands[1], whole, attrs[0]):
        return None
    taken = graph.arena.add(take_along, (operands[0], inputs[1]), attrs, type_)
    return graph.arena.add(subtract, (taken, operands[1]), (), type_)


def _is_narrow(graph: Any, node: int, whole: Any, axis: int) -> bool:
    """Whether a node has all axes of a type, but one element along this one."""
    shape = graph.arena.nodes[node].type.shape
    return len(shape) == len(whole.shape) and shape[axis] == 1 != whole.shape[axis]


def _sum(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Any) -> int | None:
    """sum(put(x)) = sum(x), and the sum of a product in one step."""
    op, operands, given, _ = graph.arena.nodes[inputs[0]]
    axis = attrs[0]
    if op is put_along and axis is not None and given[0] in axis:
        return graph.arena.add(sum_op, operands[:1], attrs, type_)
    return _sum_of_products(graph, inputs[0], *attrs)


def _any(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Any) -> int | None:
    """any(put(x)) = any(x)."""
    op, operands, given, _ = graph.arena.nodes[inputs[0]]
    if op is put_along and attrs[0] is not None and given[0] in attrs[0]:
        return graph.arena.add(any_op, operands[:1], attrs, type_)
    return None


def _added(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Any) -> int | None:
    """x + put(v) by adding to the elements that v has, instead of to all."""
    nodes = graph.arena.nodes
    for put, other in (inputs, inputs[::-1]):
        if nodes[put].op is put_along and nodes[other].type == type_ == nodes[put].type:
            return graph.arena.add(add_along, (other, *nodes[put].inputs), nodes[put].attrs[:1], type_)
    return None


def _subtracted(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Any) -> int | None:
    """put(v) - a b = a (-b) + put(v), where b is one number a line, or one; x - put(v) = x + put(-v)."""
    nodes, add_node = graph.arena.nodes, graph.arena.add
    first, second = inputs
    if any(nodes[each].type != type_ for each in inputs):
        return None
    if nodes[second].op is put_along:
        v, indices = nodes[second].inputs
        minus = add_node(negative, (v,), (), nodes[v].type)
        return add_node(add_along, (first, minus, indices), nodes[second].attrs[:1], type_)
    if nodes[first].op is not put_along or nodes[second].op is not multiply:
        return None
    for wide, narrow in (nodes[second].inputs, nodes[second].inputs[::-1]):
        little = not nodes[narrow].type.shape or _is_narrow(graph, narrow, type_, nodes[first].attrs[0])
        if nodes[wide].type == type_ and little:
            minus = add_node(negative, (narrow,), (), nodes[narrow].type)
            rest = _scaled(graph, (wide, minus), (), type_) or add_node(multiply, (wide, minus), (), type_)
            return add_node(add_along, (rest, *nodes[first].inputs), nodes[first].attrs[:1], type_)
    return None


def _selected(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Any) -> int | None:
    """where(c, a, b) of many floats by their bits; where one is 0 it takes a single step."""
    nodes = graph.arena.nodes
    condition, a, b = inputs
    known = all(isinstance(dim, int) for dim in type_.shape)
    if type_.dtype.kind != "f" or (known and math.prod(type_.shape) < FEW):
        return None
    if _is_zero(nodes[b]) and nodes[a].type == type_:
        by_line = nodes[condition].type.shape == (*type_.shape[:-1], 1) != type_.shape
        return graph.arena.add(KEPT_LINES if by_line else CHOSEN, (a, condition), (), type_)
    if _is_zero(nodes[a]) and nodes[b].type == type_:
        otherwise = graph.arena.add(bitwise_invert, (condition,), (), nodes[condition].type)
        return graph.arena.add(CHOSEN, (b, otherwise), (), type_)
    if all(nodes[each].type == type_ or nodes[each].op is CONSTANT for each in (a, b)):
        return graph.arena.add(SELECTED, inputs, (), type_)
    return None


def _is_zero(node: Any) -> bool:
    """Whether a node is the constant 0.0, all bits of which are 0."""
    return node.op is CONSTANT and not node.attrs[0].value.shape and not any(node.attrs[0].value.tobytes())


def _scaled(graph: Any, inputs: tuple[int, ...], attrs: Attrs, type_: Any) -> int | None:
    """(a / b) c = a (c / b), where b and c are the same along an axis of a; or c is a number, and a exponentials."""
    nodes, add_node = graph.arena.nodes, graph.arena.add
    for quotient, c in (inputs, inputs[::-1]):
        op, operands, _, whole = nodes[quotient]
        if op is not divide or not whole == type_ == nodes[operands[0]].type:
            continue
        lines = nodes[operands[1]].type
        single = not nodes[c].type.shape and nodes[operands[0]].op is exp
        if (single or nodes[c].type == lines) and any(
            _is_narrow(graph, operands[1], type_, axis) for axis in range(len(type_.shape))
        ):
            factor = add_node(divide, (c, operands[1]), (), lines)
            return add_node(multiply, (operands[0], factor), (), type_)
    return None


def _sum_of_products(graph: Any, node: int, axis: Any, keepdims: bool) -> int | None:
    """sum(a b) over the last axis or all, without the product in between; None where that can't be."""
    type_ = graph.arena.nodes[node].type
    ndim = len(type_.shape)
    if type_.dtype.kind != "f" or not ndim:
        return None
    if axis == (ndim - 1,) and keepdims:
        rows = _dot(graph, node, type_, ROW_DOTS, type_.shape[:-1])
        return None if rows is None else expand_dims(graph.expr(rows), (ndim - 1,)).id
    if keepdims:
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


def _squares(graph: Any, root: int, type_: ArrayType) -> Any:
    """sum(p a a + q b b), of positive numbers p and q, as p (a . a) + q (b . b): no digits cancel; or None."""
    nodes = graph.arena.nodes
    found: list[tuple[int, list[int]]] = []
    stack = [root]
    while stack:
        node = stack.pop()
        op, inputs, _, _ = nodes[node]
        if op is add and all(nodes[each].type == type_ for each in inputs):
            stack += inputs[::-1]
            continue
        square = _scaled_square(graph, node, type_)
        if square is None:
            return None
        found.append(square)
    terms: list[Any] = []
    for square, numbers in found:
        term = graph.expr(graph.arena.add(DOT, nodes[square].inputs, (), ArrayType(type_.dtype, ())))
        for number in reversed(numbers):
            term = graph.expr(number) * term
        terms.append(term)
    return sum(terms[1:], terms[0])


def _scaled_square(graph: Any, node: int, type_: ArrayType) -> tuple[int, list[int]] | None:
    """The square in a product of it and positive numbers, and these; None for what isn't one."""
    nodes, numbers = graph.arena.nodes, list[int]()
    while nodes[node].op is multiply:
        first, second = nodes[node].inputs
        if first == second:
            return (node, numbers) if nodes[first].type == type_ else None
        for factor, rest in ((first, second), (second, first)):
            literal = graph.expr(factor).literal
            if literal is not None and literal > 0 and nodes[rest].type == type_:
                numbers.append(factor)
                node = rest
                break
        else:
            return None
    return None


_STARTS: Final = (sum_op, take_along, where)
"""Ops without which no other rewrite applies."""
_REWRITES: Final = {
    take_along: _difference_taken, sum_op: _sum, any_op: _any, where: _selected,
    add: _added, subtract: _subtracted, multiply: _scaled,
}  # fmt: skip
