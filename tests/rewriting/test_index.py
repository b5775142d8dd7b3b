"""Finding rules without trying them: what is seen of a node decides, and decides rightly."""

from __future__ import annotations

from typing import Any

import pytest

import symdiff as sd
from symdiff.core import CONSTANT, INPUT
from symdiff.ops.arithmetic import add, multiply, subtract
from symdiff.ops.exponential import exp
from symdiff.ops.trigonometric import sin
from symdiff.rewriting.engine import Rewriter
from symdiff.rewriting.index import Index, index
from symdiff.rewriting.rule import Rule, equation, rule


@equation("exact")
def times_one(x):
    "x 1 = x"
    return x * 1, x


@equation("exact")
def itself(x):
    "x - x = 0 x"
    return x - x, 0 * x


@equation("domain")
def factored(a, x):
    "e^a x + e^a = e^a (x + 1)"
    return exp(a) * x + exp(a), exp(a) * (x + 1)


def looking(tried: list[int], **where: Any) -> Rule:
    """A rule at products that only writes down where it was tried."""

    @rule(multiply, "exact", lambda x: (x, x), **where)
    def looks(view):
        "x = x"
        tried.append(view.node)

    return looks


@pytest.fixture
def x() -> Any:
    return sd.Graph().input("x", (3,))


def candidates(expr: Any, *rules: Rule) -> list[Rule]:
    """The rules that are thought of at an expression."""
    return [each for each, _ in Index(rules, expr.graph.language).candidates(expr.graph.arena.nodes, expr.id)]


def test_numbers_are_told_apart(x: Any) -> None:
    """A rule about 1 isn't thought of at other numbers, nor where there is none."""
    assert candidates(x * 1, times_one) == candidates(1.0 * x, times_one) == [times_one]
    assert candidates(x * 2, times_one) == candidates(x * x, times_one) == candidates(x + 1, times_one) == []


def test_one_operand_twice_is_seen(x: Any) -> None:
    assert candidates(x - x, itself) == [itself]
    assert candidates(x - sd.exp(x), itself) == []


def test_operands_of_operands_are_seen(x: Any) -> None:
    """In either order, as ops commute; what is made of other ops isn't thought of."""
    e = sd.exp(x)
    for left in (e * x + e, e + e * x, e + x * e, x * e + e):
        assert candidates(left, factored) == [factored]
    for other in (sd.sin(x) * x + e, e * x + x, e * x + sd.sin(x), e / x + e):
        assert candidates(other, factored) == []


@pytest.mark.parametrize(
    ("where", "good", "bad"),
    [
        ({"over": add}, [lambda x: (x + 2) * x, lambda x: x * (x + 2)], [lambda x: x * x, lambda x: (x - 2) * x]),
        ({"over": (add, subtract)}, [lambda x: (x + 2) * x, lambda x: x * (x - 2)], [lambda x: x * sd.exp(x)]),
        ({"over": CONSTANT}, [lambda x: 2 * x, lambda x: x * 3], [lambda x: x * x]),
        ({"number": True}, [lambda x: 2 * x, lambda x: (x + 3) * x], [lambda x: x * sd.exp(x)]),
        ({"scalar": True}, [lambda x: x[0] * x, lambda x: (x / x[1]) * x], [lambda x: x * x, lambda x: x[0] * x[1]]),
        ({"same": True}, [lambda x: x * x], [lambda x: x * sd.exp(x)]),
    ],
)
def test_rules_are_tried_where_they_ask_to_be(where: Any, good: list[Any], bad: list[Any], x: Any) -> None:
    """Nowhere else is their function called."""
    for expected, programs in ((1, good), (0, bad)):
        for program in programs:
            tried: list[int] = []
            y = program(x)
            Rewriter(x.graph, index((looking(tried, **where),), x.graph.language)).simplify(y.id)
            assert tried.count(y.id) == expected


def test_what_no_rule_is_for_costs_one_look(x: Any) -> None:
    """Nodes that look alike are told once whether anything may happen at them; of ops without rules none is."""
    table = Index((times_one, factored), x.graph.language)
    y = x
    for _ in range(50):
        y = sd.sin(y) * x
    rewriter = Rewriter(x.graph, table)
    rewriter.run(x.graph.arena.ancestors([y.id]))
    assert all(rewriter.final[node] == node for node in rewriter.final)
    assert set(table.worth.values()) == {False}
    assert table.worth == {(False, multiply, sin, INPUT): False}
