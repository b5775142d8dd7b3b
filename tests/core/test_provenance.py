"""Provenance: every node knows who asked for it, where, in which scope, and which rule made it."""

from __future__ import annotations

import inspect
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.arena import LATER_REQUESTS
from symdiff.provenance import Origin, Place, Provenance, Via, describe, place_of


def line_here() -> int:
    """The line that calls this."""
    frame: FrameType | None = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def adjoint_nodes(g: sd.Graph) -> list[sd.Expr]:
    """All nodes of a graph that a derivative made."""
    return [g.expr(i) for i in range(len(g)) if g.arena.provenance[i].role == "adjoint"]


def test_the_origin_is_the_users_file_line_and_columns() -> None:
    g = sd.Graph()
    x = g.input("x", (3,)); line = line_here()  # fmt: skip # noqa: E702
    place = x.provenance.place
    assert place is not None
    assert place.file == __file__
    assert (place.line, place.end_line) == (line, line)
    assert place.text == 'x = g.input("x", (3,)); line = line_here()  # fmt: skip # noqa: E702'
    assert _source(place) == 'g.input("x", (3,))'


def _source(place: Place) -> str:
    """The text that a place's lines and columns cut out of its file."""
    lines = Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1 : place.end_line]
    lines[-1] = lines[-1].encode()[: place.end_column].decode()
    lines[0] = lines[0].encode()[place.column :].decode()
    return "\n".join(lines)


@pytest.mark.parametrize("number", range(8))
def test_columns_tell_apart_what_one_line_asks_for(number: int) -> None:
    g = sd.Graph()
    x, W = g.input("x", (2, 3)), g.input("W", (3, 2))
    made = [sd.tanh(x @ W + 1), x.sum(axis=0), x[1:], (-x).mT, np.exp(x), x.T, sd.mean(x), abs(x)][number]
    wanted = ["sd.tanh(x @ W + 1)", "x.sum(axis=0)", "x[1:]", "(-x).mT", "np.exp(x)", "x.T", "sd.mean(x)", "abs(x)"]
    assert _source(made.provenance.place) == wanted[number]


def test_operands_within_an_expression_have_their_own_columns() -> None:
    g = sd.Graph()
    x, W, b = g.input("x", (2, 3)), g.input("W", (3, 2)), g.input("b", (2,))
    h = sd.tanh(x @ W + b)
    (total,) = g.inputs(h)
    product = g.inputs(total)[0]
    assert [_source(each.provenance.place) for each in (h, total, product)] == [
        "sd.tanh(x @ W + b)",
        "x @ W + b",
        "x @ W",
    ]


def test_a_statement_over_several_lines_is_one_place() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.exp(
        x
    )  # fmt: skip
    place = y.provenance.place
    assert place.end_line == place.line + 2
    assert place.text == "y = sd.exp("


def test_columns_count_bytes_as_python_does() -> None:
    g = sd.Graph()
    größe = g.input("x")
    y = sd.sin(größe) + 1
    assert _source(g.inputs(y)[0].provenance.place) == "sd.sin(größe)"


def test_what_the_package_calls_for_a_user_has_the_users_line() -> None:
    g = sd.Graph()
    x = g.input("x", ("n", 3))
    y = sd.mean(x, axis=0)
    places = {str(g.expr(i).provenance.place) for i in g.arena.ancestors([y.id]) if i != x.id}
    assert places == {str(y.provenance.place)}


def test_code_without_a_file_still_has_a_line() -> None:
    names: dict[str, Any] = {"g": sd.Graph()}
    exec(compile("x = 1\ny = g.input('y')", "<typed in>", "exec"), names)
    place = names["y"].provenance.place
    assert (place.file, place.line, place.text) == ("<typed in>", 2, "")
    assert describe(place) == "<typed in>:2"


def test_a_thread_of_its_own_is_the_user_too() -> None:
    g = sd.Graph()
    worker = threading.Thread(target=g.input, args=("x",))
    worker.start()
    worker.join()
    place = g.arguments[0].provenance.place
    assert place is not None
    assert place.file == threading.__file__


# Roles, orders, of and via


def test_forward_nodes_are_forward() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.sin(x) * 2
    for node in g.arena.ancestors([y.id]):
        found = g.arena.provenance[node]
        assert (found.role, found.order, found.of, found.via) == ("forward", 0, None, None)


def test_an_adjoint_knows_its_rule_its_forward_node_and_both_lines() -> None:
    g = sd.Graph()
    x = g.input("x")
    h = sd.tanh(x)
    loss = sd.exp(h * h)
    dx = sd.grad(loss, x)
    found = dx.provenance
    assert (found.role, found.order, found.of) == ("adjoint", 1, x.id)
    assert (found.via.rule, found.via.node) == ("tanh.vjp[0]", h.id)
    assert place_of(found.via.origin).text == "h = sd.tanh(x)"
    assert found.place.text == "dx = sd.grad(loss, x)"
    rules = {each.provenance.via.rule for each in adjoint_nodes(g) if each.provenance.via}
    assert rules >= {"tanh.vjp[0]", "multiply.vjp[0]"}


def test_every_derivative_node_says_whose_adjoint_it_serves() -> None:
    g = sd.Graph()
    x, W = g.input("x", ("n", 3)), g.input("W", (3, 2))
    loss = sd.mean(sd.tanh(x[1:] @ W) ** 2)
    sd.grad(loss, [x, W])
    found = adjoint_nodes(g)
    assert len(found) > 5
    for each in found:
        assert each.provenance.of is not None
        assert each.provenance.of < each.id
        assert each.provenance.place.text == "sd.grad(loss, [x, W])"


def test_tangents_have_their_own_role() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.exp(x)
    dy = sd.jvp(sd.sin(y), x, 3.0)
    assert (dy.provenance.role, dy.provenance.order) == ("tangent", 1)
    assert dy.provenance.via.rule == "sin.jvp"


def test_orders_count_how_often_was_differentiated() -> None:
    g = sd.Graph()
    x = g.input("x")
    d = sd.sin(x) * sd.exp(x)
    for order in range(1, 4):
        d = sd.grad(d, x)
        assert d.provenance.order == order
        assert max(each.order for each in g.arena.provenance) == order


# Nodes that several lines ask for


def test_the_first_request_is_the_origin_and_later_ones_are_remembered() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.exp(x)
    again = sd.exp(x)
    assert again is y
    assert y.provenance.place.text == "y = sd.exp(x)"
    assert [each.place.text for each in g.arena.requested_again[y.id]] == ["again = sd.exp(x)"]


def test_few_later_requests_are_remembered() -> None:
    g = sd.Graph()
    x = g.input("x")
    for _ in range(3):
        y = sd.exp(x)
    assert y.id not in g.arena.requested_again
    a, b, c, d = sd.exp(x), sd.exp(x), sd.exp(x), sd.exp(x)
    later = g.arena.requested_again[y.id]
    assert a is b is c is d is y
    assert len(later) == LATER_REQUESTS < 4
    assert len({each.place for each in later}) == LATER_REQUESTS


def test_a_line_that_asks_often_is_one_later_request() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.exp(x)
    for _ in range(3):
        sd.exp(x)
    assert len(g.arena.requested_again[y.id]) == 1


def test_what_a_forward_line_asks_for_is_forward_whoever_asked_first() -> None:
    g = sd.Graph()
    x = g.input("x")
    dx = sd.grad(sd.sin(x), x)
    assert dx.operation.op.name == "cos"
    assert dx.provenance.role == "adjoint"
    forward = sd.cos(x)
    assert forward is dx
    assert dx.provenance.role == "forward"
    assert dx.provenance.place.text == "forward = sd.cos(x)"
    (before,) = g.arena.requested_again[dx.id]
    assert (before.role, before.via.rule) == ("adjoint", "sin.vjp[0]")


def test_what_was_forward_first_stays_so_and_remembers_the_derivative() -> None:
    g = sd.Graph()
    x = g.input("x")
    forward = sd.cos(x)
    dx = sd.grad(sd.sin(x), x)
    assert dx is forward
    assert dx.provenance.role == "forward"
    assert [each.role for each in g.arena.requested_again[dx.id]] == ["adjoint"]


# Records


def test_one_place_has_one_record_however_often_it_asks() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = x
    for _ in range(10):
        y = y + x
    records = [each for each in g.arena.provenance if each.place.text == "y = y + x"]
    assert len(records) == 10
    assert all(each is records[0] for each in records)


def test_moving_follows_ids_and_forgets_what_is_gone() -> None:
    record = Provenance(None, "s", "adjoint", 1, of=3, via=Via("exp.vjp[0]", 5, None))
    moved = record.moved({3: 30, 5: 50})
    assert (moved.of, moved.via.node, moved.scope, moved.order) == (30, 50, "s", 1)
    gone = record.moved({})
    assert (gone.of, gone.via.node, gone.via.rule) == (None, None, "exp.vjp[0]")


def test_fixing_turns_code_into_text() -> None:
    g = sd.Graph()
    dx = sd.grad(sd.sin(g.input("x")), g.arguments[0])
    assert isinstance(dx.provenance.origin, Origin)
    fixed = dx.provenance.fixed()
    assert isinstance(fixed.origin, Place)
    assert isinstance(fixed.via.origin, Place)
    assert fixed.place == dx.provenance.place
    assert fixed.fixed() == fixed
    assert describe(fixed.place) == f"{fixed.place}  {fixed.place.text}"
    assert describe(None) == ""
