"""Copying expressions: over other nodes, into other graphs, and into a graph of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, GraphError, ShapeError
from symdiff.op import Attrs, Op
from symdiff.transplant import rebuilt
from symdiff.types import Type
from tests.values import assert_same


def model(g: sd.Graph) -> tuple[sd.Expr, ...]:
    """x, W, the hidden values and the loss of a small model."""
    x, W = g.input("x", ("n", 3)), g.input("W", (3, 2))
    with g.scope("hidden"):
        h = sd.tanh(x[1:] @ W)
    loss = sd.mean(h**2)
    return x, W, h, loss


VALUES = {"x": np.arange(12.0).reshape(4, 3) / 10, "W": np.arange(6.0).reshape(3, 2) / 10}


# Substitution


def test_substituting_builds_the_same_expression_over_other_nodes() -> None:
    g = sd.Graph()
    x, y = g.input("x"), g.input("y")
    z = sd.sin(x) * x + 1
    assert sd.substitute(z, {x: y}) is sd.sin(y) * y + 1
    assert sd.substitute(z, {x: x}) is z
    assert sd.substitute(z, {}) is z
    assert sd.substitute(z, {z: y}) is y
    assert sd.substitute(z, {y: x}) is z


def test_substituting_an_inner_node_leaves_what_is_below_it() -> None:
    g = sd.Graph()
    x, h2 = g.input("x"), g.input("h2")
    h = sd.exp(x)
    z = h * x
    assert sd.substitute(z, {h: h2}) is h2 * x


def test_replacements_are_made_at_once_not_one_after_the_other() -> None:
    g = sd.Graph()
    x, y = g.input("x"), g.input("y")
    assert sd.substitute(x - y, {x: y, y: x}) is y - x


def test_a_replacement_may_be_a_number_or_have_another_type() -> None:
    g = sd.Graph()
    x = g.input("x")
    row = g.input("row", ("n", 3), dtype="float32")
    z = sd.sum(sd.exp(x) * 2)
    assert sd.substitute(z, {x: 3.0}).eval() == np.exp(3.0) * 2
    wide = sd.substitute(sd.exp(x), {x: row})
    assert str(wide.type) == "float32 (n, 3)"


def test_a_replacement_that_doesnt_fit_is_an_error() -> None:
    g = sd.Graph()
    x, W, _, loss = model(g)
    with pytest.raises(ShapeError, match="inner sizes"):
        sd.substitute(loss, {W: g.input("V", (4, 2))})
    with pytest.raises(ArgumentError, match="same graph"):
        sd.substitute(loss, {sd.Graph().input("x"): x})


def test_substituting_agrees_with_evaluation() -> None:
    g = sd.Graph()
    x, W, h, loss = model(g)
    swapped = sd.substitute(loss, {W: 2 * W, x: sd.sin(x)})
    assert_same(
        swapped.eval(VALUES), loss.eval({"x": np.sin(VALUES["x"]), "W": 2 * VALUES["W"]}), "substituted = evaluated"
    )
    assert_same(sd.substitute(loss, {h: h}).eval(VALUES), loss.eval(VALUES))


# Copies into another graph


def test_an_included_expression_has_the_same_value_and_its_own_inputs() -> None:
    g, other = sd.Graph(), sd.Graph()
    *_, loss = model(g)
    copy = other.include(loss)
    assert copy.graph is other
    assert [each.attrs[0] for each in other.arguments] == ["x", "W"]
    assert_same(copy.eval(VALUES), loss.eval(VALUES))
    assert other.include(loss) is copy
    assert g.include(loss) is loss


def test_inputs_are_found_by_name() -> None:
    g, other = sd.Graph(), sd.Graph()
    *_, loss = model(g)
    x = other.input("x", ("n", 3))
    copy = other.include(loss)
    assert other.arguments[0] is x
    assert x.id in other.arena.ancestors([copy.id])
    assert len(other.arguments) == 2


def test_an_input_of_another_type_is_an_error() -> None:
    g, other = sd.Graph(), sd.Graph()
    *_, loss = model(g)
    other.input("x", ("m", 3))
    with pytest.raises(GraphError, match="'x'"):
        other.include(loss)


def test_provenance_and_names_go_along() -> None:
    g, other = sd.Graph(), sd.Graph()
    x, _, h, loss = model(g)
    h.named("hidden")
    slope = sd.grad(loss, x)
    copy = other.include(slope)
    assert copy.provenance.role == "adjoint"
    assert copy.provenance.place == slope.provenance.place
    assert other.expr(copy.provenance.of).attrs[0] == "x"
    scopes = {each.scope for each in other.arena.provenance}
    assert "hidden" in scopes
    assert "hidden" in other.names.values()
    assert (other.input("y") + 1).provenance.role == "forward"


def test_requirements_go_along() -> None:
    g, other = sd.Graph(), sd.Graph()
    x = g.input("x", ("n",))
    copy = other.include(x[2:])
    with pytest.raises(ShapeError, match="n >= 2"):
        sd.compile(other.arguments, copy)(np.ones(1))


def test_an_expression_of_a_body_is_copied_only_if_it_captures_nothing() -> None:
    g = sd.Graph()
    x = g.input("x")
    body = sd.Graph(parent=g)
    state = body.input("state")
    own, mixed = sd.exp(state), state * x
    assert g.include(own).graph is g
    with pytest.raises(GraphError, match="can't be copied out"):
        g.include(mixed)


# A graph of its own


def test_a_rebuilt_graph_holds_what_its_outputs_need() -> None:
    g = sd.Graph()
    x, W, h, loss = model(g)
    sd.exp(loss)
    new = rebuilt(g, outputs=[h.id, loss.id], arguments=[W.id, x.id])
    assert len(new) == len(g.arena.ancestors([loss.id]))
    assert [each.attrs[0] for each in new.arguments] == ["W", "x"]
    assert [str(new.expr(i).type) for i in new.outputs] == [str(h.type), str(loss.type)]
    assert [str(each) for each, _ in new.arena.requirements] == ["n >= 1"]
    assert len(g) == len(g.arena.ancestors([loss.id])) + 1


def test_a_visit_decides_how_each_node_is_put_there() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.sin(x) + sd.cos(x)

    def no_sines(graph: Any, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
        return inputs[0] if op.name == "sin" else graph.arena.add(op, inputs, attrs, type_)

    new = rebuilt(g, no_sines, outputs=[y.id])
    assert_same(new.expr(new.outputs[0]).eval({"x": 0.5}), np.float64(0.5) + np.cos(0.5))
    assert [node.op.name for node in new.arena.nodes] == ["input", "cos", "add"]


def test_nodes_that_became_others_are_there_as_these() -> None:
    """In the place of what they were, with its name; what no output needs any more stays behind."""
    g = sd.Graph()
    x = g.input("x")
    h = sd.sin(x).named("h")
    y = h + sd.cos(x)
    later = sd.exp(x)
    z = later + sd.cos(x)
    new = rebuilt(g, outputs=[y.id], becomes={h.id: later.id, y.id: z.id})
    assert [node.op.name for node in new.arena.nodes] == ["input", "exp", "cos", "add"]
    assert new.names == {1: "h"}
    assert_same(new.expr(new.outputs[0]).eval({"x": 0.5}), np.exp(0.5) + np.cos(0.5))


def test_provenance_follows_what_nodes_became() -> None:
    """The adjoint of a node that became another is the adjoint of the other."""
    g = sd.Graph()
    x = g.input("x")
    h = sd.sin(x)
    d = sd.grad(h * h, h)
    instead = sd.cos(x)
    new = rebuilt(g, outputs=[h.id, d.id], becomes={h.id: instead.id})
    assert [new.arena.nodes[node].op.name for node in new.outputs] == ["cos", g.operation(d).op.name]
    assert new.adjoint_of == {new.outputs[1]: new.outputs[0]}


def test_a_copy_that_fails_leaves_no_provenance_behind() -> None:
    g = sd.Graph()
    *_, loss = model(g)

    def broken(graph: Any, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rebuilt(g, broken, outputs=[loss.id])
    assert g.arena.context is None
