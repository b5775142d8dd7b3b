"""Names come by themselves: from the user's lines, from inputs and aliases, and for adjoints of what has one."""

from __future__ import annotations

import keyword
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.naming import assigned_name, distinct, identifier, names


def name_of(expr: sd.Expr) -> str | None:
    """What a listing of the expression's graph calls it."""
    return names(expr.graph).get(expr.id)


# Where names come from


def test_a_value_is_called_what_its_line_assigns_it_to() -> None:
    g = sd.Graph()
    x = g.input("x", (2, 3))
    h = sd.tanh(x @ g.input("W", (3, 4)) + 1)
    total = h.sum()
    part = x[1:]
    negative = -x
    assert [name_of(each) for each in (h, total, part, negative)] == ["h", "total", "part", "negative"]


def test_every_kind_of_assignment_to_one_name_gives_it() -> None:
    g = sd.Graph()
    x = g.input("x", (2, 3))
    annotated: sd.Expr = sd.exp(x)
    total = annotated
    total += x
    assert (walrus := sd.sin(x)).ndim == 2
    assert [name_of(each) for each in (annotated, total, walrus)] == ["annotated", "total", "walrus"]


def test_only_the_last_node_of_a_line_has_its_name() -> None:
    g = sd.Graph()
    x = g.input("x", (3,))
    h = sd.tanh(x * 2 + 1)
    inner = g.inputs(h)[0]
    assert name_of(h) == "h"
    assert name_of(inner) is None
    assert name_of(g.inputs(inner)[0]) is None


def test_a_line_that_is_no_simple_assignment_names_nothing() -> None:
    g = sd.Graph()
    x = g.input("x", (3,))
    values = [sd.exp(x), sd.sin(x)]
    a, b = sd.cos(x), sd.tan(x)
    table = {"a": sd.sinh(x)}
    table["b"] = sd.cosh(x)
    assert [name_of(each) for each in (*values, a, b, *table.values())] == [None] * 6


def test_a_function_of_the_users_names_what_is_assigned_inside_it() -> None:
    def layer(x: sd.Expr) -> sd.Expr:
        z = x * 3
        return sd.tanh(z)

    g = sd.Graph()
    y = layer(g.input("x"))
    assert name_of(g.inputs(y)[0]) == "z"
    assert name_of(y) is None


def test_an_input_is_called_by_its_name_whatever_it_is_assigned_to() -> None:
    g = sd.Graph()
    data = g.input("x", (3,))
    assert name_of(data) == "x"


def test_named_comes_before_the_line() -> None:
    g = sd.Graph()
    x = g.input("x")
    h = sd.exp(x).named("hidden")
    x.named("features")
    assert name_of(h) == "hidden"
    assert name_of(x) == "features"
    assert h.named("again") is h
    assert name_of(h) == "again"


# Loops and clashes


def test_a_loop_numbers_its_values_in_the_order_of_their_ids() -> None:
    g = sd.Graph()
    h = g.input("x", (3,))
    made = []
    for _ in range(4):
        h = sd.tanh(h)
        made.append(h)
    assert [name_of(each) for each in made] == ["h", "h_2", "h_3", "h_4"]


def test_a_loop_of_longer_lines_names_one_node_a_turn() -> None:
    g = sd.Graph()
    h = g.input("x", (3,))
    made = []
    for _ in range(3):
        h = sd.tanh(h * 2 + 1)
        made.append(h)
    assert [name_of(each) for each in made] == ["h", "h_2", "h_3"]
    assert sorted(names(g).values()) == ["h", "h_2", "h_3", "x"]


def test_a_clash_with_a_name_that_looks_numbered_is_resolved() -> None:
    assert distinct({0: "h", 1: "h_2", 2: "h", 3: "h"}) == {0: "h", 1: "h_2", 2: "h_3", 3: "h_4"}
    assert distinct({0: "h", 1: "h"}, taken=["h", "h_2"]) == {0: "h_3", 1: "h_4"}


@given(st.dictionaries(st.integers(), st.sampled_from(["h", "h_2", "h_3", "a b", "a_b", "if", "if_", "é", "_"])))
def test_distinct_names_are_distinct_identifiers(wanted: dict[int, str]) -> None:
    found = distinct(wanted, taken=["h_2"])
    assert found.keys() == wanted.keys()
    assert len({*found.values(), "h_2"}) == len(found) + 1
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in found.values())


# Derivatives


def test_the_adjoint_of_h_is_d_h() -> None:
    g = sd.Graph()
    x, W = g.input("x", (2, 3)), g.input("W", (3, 4))
    h = sd.tanh(x @ W)
    loss = sd.sum(h * h * x[0, 0])
    slopes = sd.grad(loss, [x, W, h])
    assert [name_of(each) for each in slopes] == ["d_x", "d_W", "d_h"]


def test_the_adjoint_of_an_alias_is_named_after_it() -> None:
    g = sd.Graph()
    x = g.input("x")
    h = sd.exp(x).named("hidden")
    loss = sd.sin(h) * h
    assert name_of(sd.grad(loss, h)) == "d_hidden"


def test_second_derivatives_have_names_of_their_own() -> None:
    g = sd.Graph()
    x = g.input("x")
    first = sd.grad(sd.sin(x) * sd.exp(x), x)
    second = sd.grad(first, x)
    found = [name_of(first), name_of(second)]
    assert len(set(found)) == 2
    assert all(name is not None and name.startswith("d_") for name in found)


# Identifiers


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("h", "h"), ("layer 1/W", "layer_1_W"), ("class", "class_"), ("None", "None_"), ("2x", "_2x"), ("", "_"),
        ("np", "np_"), ("float", "float_"), ("a\nb", "a_b"), ('"""', "___"), ("größe", "gr__e"),
        ("x'); import os", "x____import_os"), ("__init__", "__init__"), ("match", "match"),
    ],
)  # fmt: skip
def test_any_text_becomes_an_identifier(name: str, wanted: str) -> None:
    assert identifier(name) == wanted


@given(st.text())
def test_identifiers_are_plain_and_stay_as_they_are(name: str) -> None:
    found = identifier(name)
    assert found.isidentifier()
    assert found.isascii()
    assert not keyword.iskeyword(found)
    assert found != "np"
    assert identifier(found) == found


def test_names_dont_depend_on_what_else_was_asked() -> None:
    def build(more: bool) -> Any:
        g = sd.Graph()
        x = g.input("x")
        if more:
            sd.cos(x)
        y = sd.sin(x)
        return name_of(y)

    assert build(False) == build(True) == "y"


def test_a_place_without_a_source_has_no_name() -> None:
    found: dict[str, Any] = {"g": sd.Graph()}
    exec(compile("y = g.input('x') + 1", "<typed in>", "exec"), found)
    assert assigned_name(found["y"].provenance.place) is None
    assert name_of(found["y"]) is None
