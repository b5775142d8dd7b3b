"""The rule engine: matching, fuel, barriers, refusals and the log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.ops.arithmetic import add, multiply, negative, pow, subtract
from symdiff.ops.exponential import exp, log, log1p
from symdiff.ops.reduction import sum_op
from symdiff.ops.shape import astype
from symdiff.rewriting.engine import FUEL, Rewriter
from symdiff.rewriting.index import index
from symdiff.rewriting.rule import Rule, equation, rule
from symdiff.rewriting.stabilise import stabilise
from tests.values import run


@equation("domain")
def log_of_one_plus(x):
    "log(1 + x) = log1p(x)"
    return log(1 + x), log1p(x)


@equation("exact")
def same_difference(x):
    "x - x = 0 x"
    return x - x, 0 * x


@equation("rounding")
def factored(a, x, y):
    "a x + a y = a (x + y)"
    return a * x + a * y, a * (x + y)


@equation("exact")
def there(x, y):
    "x - y = x + (-y)"
    return x - y, x + (-y)


@equation("exact")
def back(x, y):
    "x + (-y) = x - y"
    return x + (-y), x - y


@equation("rounding")
def grows(x):
    "exp(x) = exp(x + 0)"
    return exp(x), exp(x + 0)


@rule(sum_op, "exact", lambda x: (sum_op(x), sum_op(x)))
def fails(view):
    "sum(x) = nothing that could be built"
    raise ZeroDivisionError("a mistake of the rule's own")


@rule(sum_op, "exact", lambda x: (sum_op(x), sum_op(x)))
def refused(view):
    "sum(x) = what no graph takes"
    raise ShapeError("no such shape")


def rewriter(graph: sd.Graph, *rules: Rule, barrier: int | None = None) -> Rewriter:
    """These rules at work in a graph."""
    return Rewriter(graph, index(rules, graph.language), barrier=barrier)


def applied(expr: Any, *rules: Rule) -> tuple[Any, list[Any]]:
    """What the rules make of an expression, and which fired."""
    engine = rewriter(expr.graph, *rules)
    found = expr.graph.expr(engine.simplify(expr.id))
    return found, [firing.rule for firing in engine.log]


@pytest.fixture
def x() -> Any:
    """An input."""
    return sd.Graph().input("x", (3,))


def test_commutative_ops_match_in_both_orders(x: Any) -> None:
    """1 + x and x + 1 are the same to a pattern, at every depth."""
    for left in (log(1 + x), log(x + 1), log(1.0 + x), log(x + x.graph.constant(1.0))):
        found, fired = applied(left, log_of_one_plus)
        assert found is log1p(x)
        assert fired == [log_of_one_plus]
    y, a = x.graph.input("y", (3,)), x.graph.input("a", (3,))
    for left in (a * x + a * y, x * a + a * y, x * a + y * a, a * x + y * a):
        found, fired = applied(left, factored)
        assert fired == [factored]
        values = [np.array([1.0, 2.0, 3.0])] * 3
        assert run([x, y, a], found, values).tolist() == [2, 8, 18]


def test_a_variable_stands_for_one_node(x: Any) -> None:
    """What is named twice in a pattern must be the same node twice."""
    y = x.graph.input("y", (3,))
    assert applied(subtract(x, x), same_difference)[1] == [same_difference]
    assert applied(subtract(x, y), same_difference) == (subtract(x, y), [])


def test_numbers_match_by_value_whatever_their_dtype() -> None:
    """A pattern's 1 is a float32 graph's 1 too, but an array of ones or another number isn't."""
    x = sd.Graph().input("x", (3,), "float32")
    found, fired = applied(log(x + 1), log_of_one_plus)
    assert fired == [log_of_one_plus]
    assert found.dtype == "float32"
    for other in (x + 2, x + np.ones(3, np.float32), x + 1.5, x + x):
        assert applied(log(other), log_of_one_plus)[1] == []


def test_attributes_must_be_equal(x: Any) -> None:
    """A pattern with an axis matches this axis only."""

    @equation("domain")
    def summed(x):
        "log(sum(e^x)) = logsumexp(x), along the first axis"
        return log(sum_op(exp(x), axis=(0,))), sd.logsumexp(x, axis=(0,))

    y = x.graph.input("y", (2, 3))
    assert applied(log(sum_op(exp(y), axis=(0,))), summed)[1] == [summed]
    assert applied(log(sum_op(exp(y), axis=(1,))), summed)[1] == []


def test_a_looping_pair_is_named(x: Any) -> None:
    """Two rules that undo each other leave what was there, and are told of."""
    y = x.graph.input("y", (3,))
    for left in (x - y, x + (-y)):
        engine = rewriter(x.graph, there, back)
        assert engine.simplify(left.id) == left.id
        (trouble,) = engine.troubles
        assert set(trouble.rules) == {there, back}
        assert "there" in str(trouble)
        assert len(engine.log) == 2


def test_a_growing_rule_runs_out_of_fuel(x: Any) -> None:
    """A rule whose right side it matches again ends, after a bounded number of new nodes, and is told of."""
    size = len(x.graph)
    engine = rewriter(x.graph, grows)
    engine.simplify(exp(x).id)
    assert len(engine.log) == FUEL
    assert len(x.graph) - size <= 2 * FUEL + 4
    assert [each.rules for each in engine.troubles] == [(grows,)]


def test_a_rule_that_makes_a_node_of_itself_is_named(x: Any) -> None:
    """A right side that holds the left side is taken back."""

    @equation("exact")
    def holds_itself(x):
        "sin(x) = 1 sin(x)"
        return sd.sin(x), sd.sin(x) * 1

    engine = rewriter(x.graph, holds_itself)
    left = sd.sin(x)
    assert engine.simplify(left.id) == left.id
    assert [each.rules for each in engine.troubles] == [(holds_itself,)]


def test_a_long_way_is_not_a_loop(x: Any) -> None:
    """A rule that walks down a chain of a hundred nodes comes to its end, without recursion."""

    @equation("exact")
    def minus_inside(x, y):
        "-(x + y) = -x - y"
        return negative(add(x, y)), subtract(negative(x), y)

    total = x
    for i in range(100):
        total = total + x.graph.input(f"x{i}", (3,))
    engine = rewriter(x.graph, minus_inside)
    engine.simplify((-total).id)
    assert len(engine.log) == 100
    assert not engine.troubles


def test_what_cannot_be_built_is_not_applied(x: Any) -> None:
    """A right side that doesn't fit the operands' types leaves the node as it is."""

    @equation("exact")
    def transposes(x, y):
        "x + y = x @ y, which vectors of different sizes don't allow"
        return add(x, y), sd.matmul(x, y) + x

    column = x.graph.input("column", (2, 1))
    left = column + x
    assert applied(left, transposes) == (left, [])


def test_a_rewrite_that_changes_the_type_is_refused(x: Any) -> None:
    """Neither the shape nor the dtype of a node changes."""

    @equation("exact")
    def shrinks(x):
        "-x = sum(x)"
        return negative(x), sum_op(x)

    @equation("exact")
    def widens(x):
        "x^2 = x x, in float64"
        return pow(x, 2), astype(x * x, "float64")

    single = x.graph.input("single", (3,), "float32")
    assert applied(-x, shrinks) == (-x, [])
    assert applied(single**2, widens) == (single**2, [])
    assert applied(x**2, widens)[1] == [widens]


def test_barriers_are_not_looked_through(x: Any) -> None:
    """A pattern stops at the barrier, which may still stand for a variable."""
    inner = 1 + x
    left = log(inner)
    for barrier, image, swallowed in ((inner, left, set()), (x, log1p(x), {inner.id}), (left, left, set())):
        engine = rewriter(x.graph, log_of_one_plus, barrier=barrier.id)
        assert engine.simplify(left.id) == image.id
        assert engine.swallowed == swallowed


def test_the_log_says_what_and_where(x: Any) -> None:
    """A firing has the rule, both nodes, what is saved where nothing else needs it, and the user's line."""
    engine = rewriter(x.graph, log_of_one_plus)
    left = log(1 + x)
    engine.simplify(left.id)
    (firing,) = engine.log
    assert firing[:] == (log_of_one_plus, x.graph, left.id, log1p(x).id)
    assert firing.saved == (2, add.flops * 3 + (log.flops - log1p.flops) * 3)
    assert firing.place == left.provenance.place


def test_names_go_along(x: Any) -> None:
    """The node that a rule makes keeps the name of the one it replaces."""
    left = log(1 + x).named("loss")
    found, _ = applied(left, log_of_one_plus)
    assert x.graph.names[found.id] == "loss"


def test_provenance_goes_along(x: Any) -> None:
    """The node that a rule makes has the user's line of the one it replaces."""
    left = log(1 + x)
    found, _ = applied(left, log_of_one_plus)
    assert found.provenance.place == left.provenance.place
    assert "left = log(1 + x)" in left.provenance.place.text


def test_a_left_side_must_be_an_application() -> None:
    """A rule for every node is refused when it is traced."""

    @equation("exact")
    def everything(x):
        "x = x 1"
        return x, x * 1

    with pytest.raises(TypeError, match="left side of the rule everything"):
        index((everything,), sd.Graph.standard)


def test_a_rule_of_ones_own_in_a_language(x: Any) -> None:
    """A language extended by a rule applies it before derivatives are taken."""

    @equation("domain")
    def log2_of_exp2(x):
        "log2(2^x) = x"
        return sd.log2(sd.exp2(x)), x

    graph = sd.Graph(language=sd.Graph.standard.extended(stable_rules=[log2_of_exp2]))
    y = graph.input("y")
    assert run([y], sd.grad(sd.log2(sd.exp2(y)), y), [2000.0]) == 1
    z = sd.Graph().input("z")
    assert np.isnan(run([z], sd.grad(sd.log2(sd.exp2(z)), z), [2000.0]))


def test_stabilise_remembers(x: Any) -> None:
    """Asking again adds nothing and fires nothing; a second order looks only at what is new."""
    graph = x.graph
    y = sd.sum(sd.log(1 + sd.exp(x)) * multiply(x, x))
    image = stabilise(graph, y.id)
    assert image != y.id
    size, fired = len(graph), len(graph.rewrites)
    assert stabilise(graph, y.id) == image
    assert stabilise(graph, image) == image
    assert (len(graph), len(graph.rewrites)) == (size, fired)


def test_stabilise_keeps_what_is_stable(x: Any) -> None:
    """Where no rule fires, the image of a node is the node and the graph doesn't grow."""
    y = sd.sum(sd.sin(x) * x)
    size = len(x.graph)
    assert stabilise(x.graph, y.id) == y.id
    assert len(x.graph) == size


def test_rules_that_raise_are_not_hidden(x: Any) -> None:
    """A mistake in a rule's function is not taken for a rule that doesn't apply; what the graph refuses is."""
    with pytest.raises(ZeroDivisionError, match="a mistake"):
        applied(sum_op(x), fails)
    total = sum_op(x)
    assert applied(total, refused) == (total, [])
