"""Proofs of rules: both sides on SymPy symbols, or to hundreds of digits, or else in floating point as the laws do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import sympy

import symdiff as sd
from symdiff.core import CONSTANT
from symdiff.errors import SymdiffError
from symdiff.ops.shape import size_op
from symdiff.rewriting.rule import Rule
from tests.ops.test_sympy import TWINS
from tests.optimize.exact import exactly
from tests.optimize.laws import SHAPE, draw
from tests.values import EDGES

Proof: TypeAlias = Literal["identity", "digits", "samples"]
PROOFS: Final[tuple[Proof, ...]] = get_args(Proof)
LARGEST: Final = 60
"""Differences of more operations than this aren't given to SymPy to simplify, which would take minutes."""


@cache
def proof(rule: Rule) -> Proof:
    """The strongest proof that a rule has.

    identity: with symbols for all elements (positive ones where its samples are), the sides are the same
    expressions, or SymPy simplifies their difference to 0. digits: with 800 digits, both sides round to the
    same floats, for samples and at edge values. samples: neither says anything, as of decompositions and of named
    sizes, so that there is what the laws say. A rule whose sides differ to 800 digits is an `AssertionError`.
    """
    if _is_identity(rule):
        return "identity"
    exact = [_agree_exactly(rule, edges) for edges in (False, True)]
    assert exact[0] is not False, f"{rule.name} is refuted: {rule.law}"
    return "digits" if all(exact) else "samples"


def _sides(rule: Rule, shape: Any) -> tuple[list[Any], list[Any]]:
    graph = sd.Graph(language=replace(sd.Graph.standard, stable_rules=()))
    inputs = [graph.input(f"x{i}", shape) for i in range(rule.arity)]
    return inputs, list(rule.example(*inputs))


def _is_identity(rule: Rule) -> bool:
    for shape in ((), SHAPE):
        try:
            inputs, sides = _sides(rule, shape)
            left, right = _on_symbols(inputs, sides, [low > 0 for low, _ in rule.samples])
        except (SymdiffError, KeyError, TypeError, ValueError, IndexError, AttributeError, NotImplementedError):
            continue
        pairs = zip(np.ravel(left), np.ravel(right), strict=True)
        return np.shape(left) == np.shape(right) and all(_are_equal(a, b) for a, b in pairs)
    return False


def _are_equal(a: Any, b: Any) -> bool:
    if a is b or a == b:
        return True
    apart = sympy.nsimplify(sympy.sympify(a) - sympy.sympify(b), rational=True)
    if sympy.count_ops(apart) > LARGEST:
        return False
    return any(form(apart) == 0 for form in (sympy.expand, sympy.simplify, _simplified_exponentials))


def _simplified_exponentials(expression: Any) -> Any:
    return sympy.simplify(expression.rewrite(sympy.exp))


def _on_symbols(inputs: list[Any], outputs: list[Any], positive: list[bool]) -> list[Any]:
    """The outputs where each element of an input is a symbol; ops that only move elements move symbols too."""
    arena = outputs[0].graph.arena
    known: dict[int, Any] = {}
    for x, is_positive in zip(inputs, positive, strict=True):
        names = [f"{x.attrs[0]}_{i}" for i in range(max(1, x.size))]
        symbols = [sympy.Symbol(name, real=True, positive=is_positive or None) for name in names]
        known[x.id] = np.array(symbols, object).reshape(x.shape)
    for node in arena.ancestors([each.id for each in outputs]):
        op, parents, attrs, _ = arena.nodes[node]
        attributes = dict(zip(op.attributes, attrs, strict=True))
        operands = [known[each] for each in parents]
        if node in known:
            continue
        if op in (CONSTANT, size_op):
            value = np.asarray(op.kernel(**attributes))
            numbers = [sympy.nsimplify(each) for each in value.ravel().tolist()]
            known[node] = np.array(numbers, object).reshape(value.shape)
        elif op.name in TWINS:
            known[node] = np.asarray(TWINS[op.name](*operands, **attributes), object)
        elif op.elementwise:
            raise KeyError(op.name)
        else:
            known[node] = np.asarray(op.kernel(*operands, **attributes), object)
    return [known[each.id] for each in outputs]


def _agree_exactly(rule: Rule, edges: bool) -> bool | None:
    """Whether the sides round to the same floats, on samples or at edge values where both are finite; None: unknown."""
    inputs, sides = _sides(rule, SHAPE)
    rng = np.random.default_rng(23)
    grids = [[rng.choice(EDGES, SHAPE) for _ in inputs] for _ in range(4)] if edges else [draw(rule, "float64")]
    for values in grids:
        try:
            with np.errstate(all="ignore"):
                found = exactly(sides, inputs, values)
                left, right = (np.asarray(each, float) for each in found or ())
        except (TypeError, ValueError, AttributeError):
            return None
        good = np.isfinite(left) & np.isfinite(right) if edges else np.isfinite(left)
        if left.shape != right.shape or not np.allclose(left[good], right[good], rtol=1e-15, atol=0):
            return False
    return True
