"""The graph: inputs and constants, the book's three questions, scopes, bodies with captures, and pickles."""

from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.core import PROJECT
from symdiff.errors import ArgumentError, DtypeError, GraphError
from symdiff.op import Op
from symdiff.types import Inferred, TupleType, array_type
from tests.values import assert_same


def square_and_double(g: sd.Graph) -> tuple[sd.Expr, sd.Expr, sd.Expr]:
    """x, x * x and 2 * (x * x)."""
    x = g.input("x", (3,))
    square = x * x
    return x, square, 2 * square


# Inputs, constants and handles


def test_an_input_has_its_type_and_is_an_argument() -> None:
    g = sd.Graph()
    x = g.input("x", ("batch", 4), dtype="float32")
    n = g.input("n", dtype=int)
    assert (str(x.type), str(n.type)) == ("float32 (batch, 4)", "int64 ()")
    assert [each.id for each in g.arguments] == [x.id, n.id]
    assert repr(g) == "<Graph of 2 nodes, inputs x, n>"
    assert repr(sd.Graph()) == "<Graph of 0 nodes, inputs none>"


@pytest.mark.parametrize("name", ["", 3, None, b"x"])
def test_an_inputs_name_is_text(name: Any) -> None:
    with pytest.raises(ArgumentError, match="name"):
        sd.Graph().input(name)


def test_two_inputs_of_one_name_are_an_error_even_of_one_type() -> None:
    g = sd.Graph()
    g.input("x")
    with pytest.raises(GraphError, match="'x'"):
        g.input("x")
    assert len(g) == 1


def test_there_is_one_handle_a_node() -> None:
    g = sd.Graph()
    x, square, _ = square_and_double(g)
    assert g.expr(x.id) is x
    assert g.expr(square.id) is square
    assert {x: 1}[g.expr(x.id)] == 1
    assert square in {square}
    with pytest.raises(TypeError, match="truth value"):
        [x, square].index(square)


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (1, "int64 ()"),
        (1.5, "float64 ()"),
        (True, "bool ()"),
        (2j, "complex128 ()"),
        (np.float32(1), "float32 ()"),
        ([1, 2], "int64 (2,)"),
        ([[1.0], [2]], "float64 (2, 1)"),
        (np.zeros((0, 3), ">i4"), "int32 (0, 3)"),
        ([], "float64 (0,)"),
        (range(3), "int64 (3,)"),
    ],
)
def test_a_constant_has_its_values_type(value: Any, type_: str) -> None:
    k = sd.Graph().constant(value)
    assert str(k.type) == type_
    assert_same(k.eval(), np.asarray(value).astype(k.dtype))


def test_a_constant_takes_a_dtype() -> None:
    g = sd.Graph()
    assert g.constant([1, 2], "float32").dtype == np.float32
    with pytest.raises(DtypeError):
        g.constant([1, 2], "float16")


# The book's three questions


def test_operation_inputs_and_consumers() -> None:
    g = sd.Graph()
    x, square, double = square_and_double(g)
    assert repr(g.operation(square)) == "multiply"
    assert g.operation(x).attributes["name"] == "x"
    assert all(a is b for a, b in zip(g.inputs(square), [x, x], strict=True))
    assert g.inputs(double)[1] is square
    assert g.inputs(x) == []
    assert [each.id for each in g.consumers(x)] == [square.id, square.id]
    assert [each.id for each in g.consumers(square)] == [double.id]
    assert g.consumers(double) == []


def test_an_operation_can_be_applied_again_with_its_attributes() -> None:
    g = sd.Graph()
    x, y = g.input("x", (2, 3)), g.input("y", (2, 3))
    total = sd.sum(x, axis=1, keepdims=True)
    assert repr(g.operation(total)) == "sum(axis=(1,), keepdims=True)"
    assert g.operation(total)(y) is sd.sum(y, axis=1, keepdims=True)
    assert g.operation(total)(x) is total


def test_bprop_answers_for_one_input_as_the_book_has_it() -> None:
    g = sd.Graph()
    x, y, u = g.input("x"), g.input("y"), g.input("u")
    values = {x: 2.0, y: 5.0, u: 10.0}
    assert g.operation(x * y).bprop([x, y], x, u).eval(values) == 50.0
    assert g.operation(x * y).bprop([x, y], 1, u).eval(values) == 20.0
    assert g.operation(x * x).bprop([x, x], x, u).eval({x: 2.0, u: 10.0}) == 20.0
    assert sd.multiply.bprop([x, x], 1, u).eval({x: 2.0, u: 10.0}) == 20.0
    assert g.operation(sd.sign(x)).bprop([x], x, u).eval({}) == 0.0


# Scopes


def test_scopes_nest_and_end() -> None:
    g = sd.Graph()
    x = g.input("x")
    with g.scope("encoder"):
        a = x + 1
        with g.scope("layer1"):
            b = a * 2
        c = b - 3
    d = c / 4
    assert [each.provenance.scope for each in (x, a, b, c, d)] == ["", "encoder", "encoder/layer1", "encoder", ""]


def test_a_scope_ends_when_an_error_leaves_it() -> None:
    g = sd.Graph()
    x = g.input("x")
    with pytest.raises(ZeroDivisionError), g.scope("broken"):
        raise ZeroDivisionError
    assert (x + 1).provenance.scope == ""


def test_derivatives_belong_to_the_scope_of_the_forward_node() -> None:
    g = sd.Graph()
    x = g.input("x")
    with g.scope("inner"):
        y = sd.sin(x)
    with g.scope("elsewhere"):
        dx = sd.grad(y * y, x)
    inner = {g.expr(i).provenance.scope for i in g.arena.ancestors([dx.id]) if g.expr(i).provenance.of == x.id}
    assert inner == {"inner"}


# Bodies


def test_an_outer_expression_becomes_a_captured_input_of_a_body() -> None:
    g = sd.Graph()
    x, y = g.input("x", (3,)), g.input("y", (3,))
    body = sd.Graph(parent=g)
    state = body.input("state", (3,))
    new = state * x + y + x
    assert new.graph is body
    assert body.captured == [x, y]
    assert len(g) == 2
    captures = [node for node in body.arena.nodes if node.op.name == "capture"]
    assert [node.attrs[0] for node in captures] == [0, 1]
    assert [str(node.type) for node in captures] == ["float64 (3,)"] * 2


def test_an_operation_on_outer_expressions_only_goes_to_the_outer_graph() -> None:
    g = sd.Graph()
    x = g.input("x")
    body = sd.Graph(parent=g)
    state = body.input("state")
    hoisted = sd.exp(x) * 2
    assert hoisted.graph is g
    assert len(body) == 1
    used = state + hoisted
    assert used.graph is body
    assert body.captured == [hoisted]
    assert (state + hoisted) is used


def test_bodies_in_bodies_capture_through_each_other() -> None:
    g = sd.Graph()
    x = g.input("x")
    outer = sd.Graph(parent=g)
    a = outer.input("a")
    inner = sd.Graph(parent=outer)
    b = inner.input("b")
    both = b * x + a
    assert both.graph is inner
    assert outer.captured == [x]
    assert [each.graph for each in inner.captured] == [outer, outer]
    assert inner.captured[1] is a
    assert outer.operation(inner.captured[0]).op.name == "capture"


def test_either_order_of_operands_finds_the_innermost_graph() -> None:
    g = sd.Graph()
    x = g.input("x")
    state = sd.Graph(parent=g).input("state")
    assert (x + state).graph is state.graph
    assert (state + x).graph is state.graph
    assert sd.where(x > 0, x, state).graph is state.graph


def test_a_body_speaks_its_parents_language() -> None:
    g = sd.Graph()
    assert sd.Graph(parent=g).language is g.language


def test_what_leaks_out_of_a_body_is_an_error_that_says_where_it_was_made() -> None:
    g = sd.Graph()
    x = g.input("x")
    body, sibling = sd.Graph(parent=g), sd.Graph(parent=g)
    inner = body.input("state") + x
    with pytest.raises(GraphError, match="can't be used outside it") as caught:
        g.lift(inner)
    assert 'inner = body.input("state") + x' in str(caught.value)
    with pytest.raises(GraphError, match="can't be used outside it"):
        inner + sibling.input("other")
    with pytest.raises(GraphError, match="different graphs"):
        inner + sd.Graph().input("stranger")
    with pytest.raises(GraphError, match="an input that"):
        sd.compile([], inner)


# Operations with several results


def test_project_takes_one_result_out() -> None:
    pair = TupleType((array_type("float64", ()), array_type("int64", ())))
    split = Op(name="split", kernel=lambda x: (x, 7), infer=lambda x: Inferred(pair), arity=1)
    g = sd.Graph()
    x = g.input("x")
    both = g.apply(split, (x,), {})
    first, second = (g.apply(PROJECT, (both,), {"index": i}) for i in range(2))
    assert str(both.type) == "(float64 (), int64 ())"
    assert (str(first.type), str(second.type)) == ("float64 ()", "int64 ()")
    with pytest.raises(ArgumentError, match="no result 2"):
        g.apply(PROJECT, (both,), {"index": 2})
    with pytest.raises(ArgumentError):
        g.apply(PROJECT, (x,), {"index": 0})
    with pytest.raises(DtypeError, match="several results"):
        both + 1


# Pickles


def test_a_pickled_graph_has_the_same_nodes_and_gives_the_same_values() -> None:
    g = sd.Graph()
    x, W = g.input("x", ("n", 3)), g.input("W", (3, 2))
    with g.scope("layer"):
        h = sd.tanh(x[1:] @ W).named("hidden")
    loss = sd.mean(h**2)
    slope = sd.grad(loss, W)
    again_g, again_loss, again_slope = pickle.loads(pickle.dumps((g, loss, slope)))
    assert again_loss.graph is again_g
    assert again_g.expr(again_loss.id) is again_loss
    old = [(node.op.name, node.inputs, node.attrs, node.type) for node in g.arena.nodes]
    assert [(node.op.name, node.inputs, node.attrs, node.type) for node in again_g.arena.nodes] == old
    assert again_g.names == g.names
    assert again_g.arena.requests == g.arena.requests
    assert list(map(str, again_g.arena.requirements)) == list(map(str, g.arena.requirements))
    values = {"x": np.arange(12.0).reshape(4, 3), "W": np.ones((3, 2))}
    assert_same(again_slope.eval(values), slope.eval(values))


def test_a_pickled_graph_keeps_its_provenance_as_text() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.sin(x)
    dx = sd.grad(y * y, x)
    again = pickle.loads(pickle.dumps(g))
    for node in range(len(g)):
        before, after = g.arena.provenance[node], again.arena.provenance[node]
        assert after.place == before.place
        assert (after.scope, after.role, after.order, after.of) == (before.scope, before.role, before.order, before.of)
        assert (after.via and after.via.rule) == (before.via and before.via.rule)
    assert again.arena.provenance[y.id].place.text == "y = sd.sin(x)"
    assert again.arena.provenance[dx.id].role == "adjoint"


def test_a_pickled_graph_can_be_built_on() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.sin(x)
    again, x2, y2 = pickle.loads(pickle.dumps((g, x, y)))
    size = len(again)
    assert sd.sin(x2) is y2
    assert len(again) == size
    with pytest.raises(GraphError):
        again.input("x")
    assert sd.grad(y2, x2).eval({x2: 0.0}) == 1.0


def test_a_pickled_body_keeps_its_parent_and_captures() -> None:
    g = sd.Graph()
    x = g.input("x")
    body = sd.Graph(parent=g)
    state = body.input("state") * x
    again = pickle.loads(pickle.dumps(state))
    assert again.graph.parent.arguments[0].attrs[0] == "x"
    assert again.graph.captured[0] is again.graph.parent.arguments[0]


def test_a_graph_with_an_op_of_ones_own_says_why_it_cant_be_read() -> None:
    mine = Op(name="mine", kernel=np.sin, infer=lambda x: Inferred(x), arity=1)
    g = sd.Graph()
    g.apply(mine, (g.input("x"),), {})
    data = pickle.dumps(g)
    with pytest.raises(GraphError, match="'mine'"):
        pickle.loads(data)


LONG_CHAIN = """
import pickle, sys
import numpy as np
import symdiff as sd

sys.setrecursionlimit(120)
length = int(sys.argv[1])
g = sd.Graph()
x = g.input("x", (2,))
y = x
for _ in range(length // 2):
    y = sd.sin(y)
    y = y * 1.0001
dx = sd.grad(sd.sum(y), x)
g = pickle.loads(pickle.dumps(g))
y, dx, x = g.expr(y.id), g.expr(dx.id), g.expr(x.id)
f = pickle.loads(pickle.dumps(sd.compile([x], [y, dx], name="f")))
value, slope = f(np.array([0.5, 1.0]))

plain, factor = np.array([0.5, 1.0]), np.ones(2)
for _ in range(length // 2):
    factor = factor * 1.0001 * np.cos(plain)
    plain = np.sin(plain) * 1.0001
assert np.array_equal(value, plain)
np.testing.assert_allclose(slope, factor, rtol=1e-6)
print(len(g) > 2 * length)
"""


def test_a_long_chain_needs_no_recursion() -> None:
    code = textwrap.dedent(LONG_CHAIN)
    run = subprocess.run([sys.executable, "-c", code, "20000"], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout == "True\n"
