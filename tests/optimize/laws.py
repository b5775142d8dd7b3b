"""The laws that every rewrite rule obeys, as plain functions of a rule, so that wrong rules can break them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.rewriting.engine import Rewriter
from symdiff.rewriting.index import index
from symdiff.rewriting.rule import Rule
from tests.optimize.exact import is_accurate
from tests.values import EDGES, assert_close, assert_same

SHAPE: Final = (2, 3)
TOLERANCE: Final = MappingProxyType({"float64": 1e-13, "float32": 2e-6})
ULPS: Final = 4
MODERATE: Final = EDGES[np.abs(EDGES) <= 800]
"""Where sums over elements lose nothing: an infinity in a row says nothing of its other elements."""


class Rewritten(NamedTuple):
    """A rule's left side over inputs, and what the engine makes of it."""

    inputs: list[Any]
    left: Any
    right: Any
    found: Any
    rewriter: Rewriter


def rewritten(rule: Rule, dtype: str = "float64", shape: Any = SHAPE) -> Rewritten:
    """Build the left side in a graph that stabilises nothing by itself, and apply the rule to it."""
    graph = sd.Graph(language=replace(sd.Graph.standard, stable_rules=()))
    inputs = [graph.input(f"x{i}", shape, dtype) for i in range(rule.arity)]
    left, right = rule.example(*inputs)
    rewriter = Rewriter(graph, index((rule,), graph.language), tidy=True)
    tidied = Rewriter(graph, index((), graph.language), tidy=True).simplify(right.id)
    return Rewritten(inputs, left, graph.expr(tidied), graph.expr(rewriter.simplify(left.id)), rewriter)


def draw(rule: Rule, dtype: str, seed: int = 0) -> list[Any]:
    """Values for the rule's variables from the ranges it gives."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(low, high, SHAPE).astype(dtype) for low, high in rule.samples]


def fires_once_and_gives_its_right_side(rule: Rule) -> None:
    """On its left side the rule fires, gives the right side, and then has no more to do."""
    _, _, right, found, rewriter = rewritten(rule)
    assert {firing.rule for firing in rewriter.log} == {rule}
    assert not rewriter.troubles
    assert found is right, f"{found} is not {right}"
    again = Rewriter(found.graph, rewriter.rules)
    assert again.simplify(found.id) == found.id
    assert not again.log


def keeps_the_type(rule: Rule) -> None:
    """Dtype and shape stay, in single precision and with named sizes too."""
    for dtype in ("float64", "float32"):
        for shape in (SHAPE, ("n", "m"), ("n", 3)):
            try:
                _, left, right, found, rewriter = rewritten(rule, dtype, shape)
            except SymdiffError:
                assert shape != SHAPE, "the left side can't be built"
                continue
            assert found.type == left.type
            if right.type == left.type:
                assert rewriter.log, f"{rule.name} doesn't fire for {dtype} {shape}"
            else:
                assert dtype == "float32", f"{rule.name} would make {right.type} of {left.type}"


def sides_agree(rule: Rule) -> None:
    """Value and derivative are the same to the degree that the rule's class says, on its samples."""
    for dtype in ("float64", "float32"):
        inputs, left, _, found, _ = rewritten(rule, dtype)
        function = sd.compile(inputs, _values_and_slopes(inputs, left, found), name="sides", optimize="none")
        for seed in range(5):
            for before, after in zip(*function(*draw(rule, dtype, seed)), strict=True):
                _agree(rule, before, after)


def _values_and_slopes(inputs: list[Any], *sides: Any) -> list[Any]:
    if sides[0].dtype.kind != "f":
        return [[side] for side in sides]
    u = np.random.default_rng(7).uniform(0.5, 1.5, sides[0].shape)
    return [
        [side, *sd.vjp(side, inputs, u), sd.jvp(side, inputs, [np.ones(x.shape) for x in inputs])] for side in sides
    ]


def _agree(rule: Rule, before: Any, after: Any) -> None:
    if rule.kind == "exact":
        assert_same(after, before, rule.name)
    elif rule.kind == "rounding":
        assert_close(after, before, rule.name, rtol=ULPS * np.finfo(before.dtype).eps, atol=0)
    else:
        rtol = TOLERANCE[str(before.dtype)]
        assert_close(after, before, rule.name, rtol=rtol, atol=rtol)


def edges_agree(rule: Rule) -> None:
    """At zeros, infinities, NaN and huge values: exact rules give the same bits, others where the left is finite."""
    inputs, left, _, found, _ = rewritten(rule)
    function = sd.compile(inputs, [left, found], name="sides", optimize="none")
    rng = np.random.default_rng(11)
    edges = EDGES if rule.kind == "exact" or _is_elementwise(left) else MODERATE
    for _ in range(100):
        values = [rng.choice(edges, SHAPE) for _ in inputs]
        before, after = function(*values)
        if rule.kind == "exact":
            assert_same(after, before, rule.name)
        else:
            finite = np.isfinite(before)
            if rule.kind == "domain":
                finite &= is_accurate([left], inputs, values, [before], [after])
            assert_close(after[finite], before[finite], rule.name, rtol=1e-13, atol=1e-12)
            if rule.kind == "rounding":
                assert_close(after, before, rule.name, rtol=1e-15, atol=0)


def slopes_agree_at_edges(rule: Rule) -> None:
    """Where value and derivative of the left side are finite at an edge value, the right side's are the same."""
    inputs, left, _, found, _ = rewritten(rule)
    if not _is_elementwise(left):
        return
    function = sd.compile(inputs, _values_and_slopes(inputs, left, found), name="sides", optimize="none")
    rng = np.random.default_rng(13)
    for _ in range(100):
        values = [rng.choice(EDGES, SHAPE) for _ in inputs]
        before, after = function(*values)
        good = np.isfinite(before).all(axis=0)
        if rule.kind == "domain":
            good &= is_accurate(_values_and_slopes(inputs, left)[0], inputs, values, before, after)
        for left_one, right_one in zip(before, after, strict=True):
            assert_close(right_one[good], left_one[good], rule.name, rtol=1e-13, atol=1e-12)


def _is_elementwise(expr: Any) -> bool:
    arena = expr.graph.arena
    below = [arena.nodes[node] for node in arena.ancestors([expr.id])]
    return all(node.op.elementwise or not node.inputs for node in below)


LAWS: Final = MappingProxyType(
    {
        law.__name__: law
        for law in (
            fires_once_and_gives_its_right_side,
            keeps_the_type,
            sides_agree,
            edges_agree,
            slopes_agree_at_edges,
        )
    }
)
