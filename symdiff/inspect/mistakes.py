"""Lints for what is valid but was hardly meant: keys used twice, dtypes that change by themselves, zero gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from symdiff.core import CONSTANT, INPUT
from symdiff.inspect.lint import Form, Found, Lint, Survey
from symdiff.inspect.selection import select
from symdiff.ops.arithmetic import add, divide, floor_divide, multiply, pow, remainder, sqrt, subtract
from symdiff.ops.exponential import exp, log
from symdiff.ops.linalg import matmul
from symdiff.ops.logic import equal, not_equal
from symdiff.ops.randomness import FOR_FOLD, random_bits
from symdiff.ops.reduction import sum_op
from symdiff.ops.shape import astype
from symdiff.ops.trigonometric import cos, sin, tan, tanh
from symdiff.rewriting.rule import View

LARGE: Final = 1_000_000
"""A constant of more bytes makes an exported file unreadable."""

ROUNDED: Final = (add, subtract, multiply, divide, pow, sqrt, sum_op, matmul, exp, log, sin, cos, tan, tanh)
"""What gives a number that is seldom the one that the formula means."""


def _keys(survey: Survey) -> Iterator[Found]:
    again_form, other_form = REUSED_KEY.forms
    first: dict[int, str] = {}
    arena = survey.selection.graph.arena
    for view in survey.views(random_bits):
        node, key = survey.written[view.node], view.input(0).id
        own = arena.provenance[node]
        again = [each for each in arena.requested_again.get(node, ()) if each.role == own.role]
        if again and view.attrs[1] != FOR_FOLD:
            yield Found(view.node, again_form, {"key": key, "place": str(again[0].place)})
        if key in first:
            yield Found(view.node, other_form, {"key": key, "place": first[key]})
        first.setdefault(key, str(own.place))


REUSED_KEY: Final = Lint(
    "reused-key",
    "a key decides its numbers: two draws with one key are the same, or share numbers; each key serves once",
    (
        Form(
            "one draw with {key}, asked for again at {place}", "first, second = sd.random.split({key}), a key for each"
        ),
        Form("a draw with {key}, which {place} uses too", "first, second = sd.random.split({key}), a key for each"),
    ),
    _keys,
)


def _equalities(survey: Survey) -> Iterator[Found]:
    nodes = survey.graph.arena.nodes
    for view in survey.views(equal, not_equal):
        a, b = view.inputs
        rounded = [nodes[each.id].op in ROUNDED for each in (a, b)]
        inexact = [each.literal is not None and not float(1024 * each.literal.real).is_integer() for each in (a, b)]
        is_lost = all(rounded) or (any(rounded) and any(inexact))
        if a is not b and a.dtype.kind == "f" and np.isfinite([each.literal or 0 for each in (a, b)]).all() and is_lost:
            form = FLOAT_EQUALITY.forms[view.op is not_equal]
            yield Found(view.node, form, {"a": a.id, "b": b.id})


FLOAT_EQUALITY: Final = Lint(
    "float-equality",
    "what was rounded on two ways is seldom equal to the last bit, even where the formulas are",
    (
        Form("{a} == {b}", "sd.abs({a} - {b}) <= tolerance"),
        Form("{a} != {b}", "sd.abs({a} - {b}) > tolerance"),
    ),
    _equalities,
)


def _casts(survey: Survey) -> Iterator[tuple[View, View]]:
    """Casts that nobody wrote, each with the operation that wanted it: both were asked for in one place."""
    arena = survey.graph.arena
    for cast in survey.views(astype):
        for user in dict.fromkeys(survey.uses(cast.node)):
            origin = arena.provenance[cast.node].origin
            if origin is not None and arena.provenance[user].origin == origin:
                yield cast, View(survey.graph, user, None, [])


def _promotions(survey: Survey) -> Iterator[Found]:
    for cast, user in _casts(survey):
        if (cast.input(0).dtype, cast.attrs[0]) == (np.float32, np.float64):
            for constant in user.operands(CONSTANT):
                if constant and constant.expr.dtype == np.float64:
                    operands = {"x": cast.input(0).id, "c": constant.node}
                    yield Found(user.node, SILENT_PROMOTION.forms[0], operands)


SILENT_PROMOTION: Final = Lint(
    "silent-promotion",
    "a float64 array, or a NumPy scalar like np.sqrt(2), makes float64 of float32: twice the memory, half the speed",
    (Form("float32 {x} with float64 {c}", "the constant in float32: np.float32(...), or a Python number"),),
    _promotions,
)


def _lossy(survey: Survey) -> Iterator[Found]:
    mixed, large = INTEGERS_AS_FLOATS.forms
    for cast, user in _casts(survey):
        x = cast.input(0)
        others = [each.input(0) for each in user.operands(astype) if each and each.node != cast.node]
        if x.dtype == np.int64 and any(each.dtype == np.uint64 for each in others):
            yield Found(user.node, mixed, {"a": x.id, "b": others[0].id})
        value = x.attrs[0].value if x.operation.op is CONSTANT else None
        if value is not None and x.dtype.kind in "iu" and cast.attrs[0].kind == "f":
            exact = np.abs(value.astype(object)) <= 2 ** (np.finfo(cast.attrs[0]).nmant + 1)
            if not np.all(exact):
                yield Found(user.node, large, {"a": x.id, "dtype": str(cast.attrs[0])})


INTEGERS_AS_FLOATS: Final = Lint(
    "integers-as-floats",
    "integers beyond 2^53 (2^24 in float32) are rounded when they become floats",
    (
        Form("int64 {a} with uint64 {b}", "one of them cast to the other's dtype: .astype(...)"),
        Form("the integers {a} as {dtype}", "integers throughout, or the rounding written: .astype(...)"),
    ),
    _lossy,
)


def _zero_gradients(survey: Survey) -> Iterator[Found]:
    graph = survey.selection.graph
    stopped, apart = ZERO_GRADIENT.forms
    for node, sources in graph.unreached.items():
        if node in survey.outputs or (node in survey.images and graph.arena.nodes[node].inputs):
            for source in sources:
                ends = _where_derivatives_end(graph, source)
                operands = {"x": select(graph.expr(source)).label(source), "ops": ", ".join(ends)}
                yield Found(survey.images[node], stopped if ends else apart, operands)


def _where_derivatives_end(graph: Any, source: int) -> list[str]:
    """The user's operations without a derivative that a node gets to, by name and place."""
    arena = graph.arena
    stack, seen, found = [source], {source}, set[int]()
    while stack:
        for node in arena.consumers(stack.pop()):
            if node not in seen and arena.provenance[node].role == "forward":
                seen.add(node)
                if arena.nodes[node].op.vjp is None:
                    found.add(node)
                else:
                    stack.append(node)
    return [f"{arena.nodes[node].op.name} at {arena.provenance[node].place}" for node in sorted(found)]


ZERO_GRADIENT: Final = Lint(
    "zero-gradient",
    "the derivative is 0 everywhere, whatever the values: a step along it changes nothing",
    (
        Form("the gradient by {x}", "a smooth function in place of {ops}"),
        Form("the gradient by {x}", "a target that depends on it, or no gradient by it"),
    ),
    _zero_gradients,
)


def _unused(survey: Survey) -> Iterator[Found]:
    arena = survey.selection.graph.arena
    needed = set(arena.ancestors(survey.outputs))
    for node in survey.selection.nodes:
        if arena.nodes[node].op is INPUT and node not in needed:
            yield Found(survey.images[node], UNUSED_INPUT.forms[0], {"x": survey.images[node]})


UNUSED_INPUT: Final = Lint(
    "unused-input",
    "no output depends on it: it was forgotten, or another is used in its place",
    (Form("the input {x}", "its use, or no input"),),
    _unused,
)


def _large_constants(survey: Survey) -> Iterator[Found]:
    for view in survey.views(CONSTANT):
        if view.attrs[0].value.nbytes > LARGE:
            yield Found(view.node, LARGE_CONSTANT.forms[0], {"c": view.node})


LARGE_CONSTANT: Final = Lint(
    "large-constant",
    "the array is kept in the graph, in every function compiled from it and in every file exported",
    (Form("the constant {c}", "an input, given when the function is called: g.input(name, shape)"),),
    _large_constants,
)


def _zero_divisors(survey: Survey) -> Iterator[Found]:
    for view in survey.views(floor_divide, remainder):
        divisor = view.operand(1)
        if divisor is None or view.expr.dtype.kind not in "iu" or survey.guarded(view.node):
            continue
        op, x = divisor.op, divisor.inputs[0] if divisor.inputs else None
        is_flag = op is astype and x is not None and x.dtype.kind == "b"
        if is_flag or op in (sum_op, remainder) or (op is CONSTANT and 0 in divisor.attrs[0].value):
            form = INTEGER_ZERO_DIVISION.forms[view.op is remainder]
            yield Found(view.node, form, {"a": view.input(0).id, "n": divisor.node})


INTEGER_ZERO_DIVISION: Final = Lint(
    "integer-zero-division",
    "a count, a remainder or a flag may be 0, and dividing an integer by 0 gives 0 with a warning, not inf or NaN",
    (
        Form("{a} // {n}", "{a} // sd.maximum({n}, 1), or a sd.where around it"),
        Form("{a} % {n}", "{a} % sd.maximum({n}, 1), or a sd.where around it"),
    ),
    _zero_divisors,
)

MISTAKES: Final[tuple[Lint, ...]] = (
    REUSED_KEY, FLOAT_EQUALITY, SILENT_PROMOTION, INTEGERS_AS_FLOATS, ZERO_GRADIENT, UNUSED_INPUT, LARGE_CONSTANT,
    INTEGER_ZERO_DIVISION,
)  # fmt: skip
