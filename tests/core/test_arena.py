"""The arena: equal nodes are one, inputs come first, and walks cost what they visit."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.arena import DIGEST_ABOVE, Arena, Literal, Node
from symdiff.op import freeze, typed

Step = tuple[int, int, int]


def build(g: sd.Graph, steps: list[Step]) -> list[sd.Expr]:
    """A random program: each step applies one of a few ops to two earlier values."""
    values = g.arguments or [g.input("x", (3,)), g.input("y", (3,))]
    for op, left, right in steps:
        a, b = values[left % len(values)], values[right % len(values)]
        values.append((a + b, a * b, a - b, sd.sin(a), a[::-1], a + 1.0, sd.sum(a) * b)[op % 7])
    return values


programs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30), st.integers(0, 30)), max_size=20)


# Equal nodes are one node


@given(programs)
def test_asking_again_adds_nothing(steps: list[Step]) -> None:
    g = sd.Graph()
    first = build(g, steps)
    size = len(g)
    second = build(g, steps)
    assert len(g) == size
    assert all(a is b for a, b in zip(first, second, strict=True))


@given(programs)
def test_inputs_come_before_their_consumers_and_no_two_nodes_are_equal(steps: list[Step]) -> None:
    g = sd.Graph()
    build(g, steps)
    nodes = g.arena.nodes
    assert all(parent < node for node, each in enumerate(nodes) for parent in each.inputs)
    keys = [(each.op, each.inputs, typed(each.attrs)) for each in nodes]
    assert len(set(keys)) == len(keys)
    assert len(g.arena.provenance) == len(nodes)


@given(programs)
def test_gradients_keep_the_order_too_and_are_shared(steps: list[Step]) -> None:
    g = sd.Graph()
    values = build(g, steps)
    target = sd.sum(values[-1])
    first = sd.grad(target, g.arguments)
    size = len(g)
    assert all(a is b for a, b in zip(sd.grad(target, g.arguments), first, strict=True))
    assert len(g) == size
    assert all(parent < node for node, each in enumerate(g.arena.nodes) for parent in each.inputs)


def test_a_value_and_itself_are_matched_by_id() -> None:
    g = sd.Graph()
    x = g.input("x")
    zero = x - x
    assert g.arena.nodes[zero.id].inputs == (x.id, x.id)
    assert (x + 1) is (x + 1)
    assert (x + 1) is not (1 + x)
    assert sd.sin(x) is np.sin(x)


def test_requests_are_counted() -> None:
    g = sd.Graph()
    x = g.input("x")
    before = g.arena.requests
    for _ in range(5):
        sd.exp(x)
    assert g.arena.requests == before + 5
    assert len(g) == 2


# Constants


def test_constants_differ_by_dtype_sign_and_shape() -> None:
    g = sd.Graph()
    different = [
        0.0, -0.0, 1, 1.0, True, False, 0, 1j, np.float32(1), np.int32(1), [1.0], [[1.0]], np.nan, np.inf, -np.inf,
        np.zeros((0, 2)), np.zeros((2, 0)),
    ]  # fmt: skip
    assert len({g.constant(value) for value in different}) == len(different)
    assert len({g.constant(value) for value in different}) == len(g)


def test_nan_is_one_constant_and_its_other_bits_another() -> None:
    g = sd.Graph()
    other = np.array(0x7FF8000000000001, np.uint64).view(np.float64)
    assert np.isnan(other)
    assert g.constant(np.nan) is g.constant(float("nan"))
    assert g.constant(other) is not g.constant(np.nan)


def test_constants_are_equal_whatever_holds_them() -> None:
    g = sd.Graph()
    x = np.arange(6.0).reshape(2, 3)
    same = [x, x.copy(order="F"), x[::1], x.astype(">f8"), x.tolist(), tuple(map(tuple, x.tolist()))]
    assert len({g.constant(value) for value in same}) == 1
    assert g.constant(1.0) is g.constant(np.float64(1)) is g.constant(np.array(1.0))
    assert g.constant(1, "float32") is g.constant(np.float32(1))


@pytest.mark.parametrize("size", [3, DIGEST_ABOVE])
def test_a_constant_is_copied_once_and_frozen(size: int) -> None:
    g = sd.Graph()
    array = np.ones(size)
    k = g.constant(array)
    array[0] = 7.0
    assert g.constant(np.ones(size)) is k
    assert g.constant(array) is not k
    value = k.operation.attributes["literal"].value
    assert value[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        value[0] = 2.0
    np.testing.assert_array_equal(k.eval(), np.ones(size))


def test_large_arrays_are_told_apart_by_a_digest() -> None:
    g = sd.Graph()
    large = np.zeros(DIGEST_ABOVE)
    other = large.copy()
    other[-1] = 1e-300
    assert g.constant(large) is g.constant(large.copy())
    assert g.constant(large) is not g.constant(other)
    assert g.constant(large) is not g.constant(-large)
    assert g.constant(large) is not g.constant(large.reshape(2, -1))
    assert all(len(node.attrs[0].key[2]) == 32 for node in g.arena.nodes)


def test_an_operand_that_is_a_plain_array_is_lifted_once() -> None:
    g = sd.Graph()
    x = g.input("x", (3,))
    w = np.array([1.0, 2.0, 3.0])
    assert (x * w) is (x * [1.0, 2.0, 3.0])
    before = x * w
    w[0] = 9.0
    assert (x * w) is not before
    np.testing.assert_array_equal(before.eval({x: np.ones(3)}), [1.0, 2.0, 3.0])


# Attributes


@pytest.mark.parametrize(
    ("value", "frozen"),
    [
        ([1, [2, None]], (1, (2, None))),
        (np.int64(3), 3),
        (np.True_, True),
        (slice(1, None, 2), (1, None, 2)),
        (np.float32, np.dtype("float32")),
        (float, np.dtype("float64")),
        ("text", "text"),
    ],
)
def test_attributes_have_one_form(value: Any, frozen: Any) -> None:
    assert freeze(value) == frozen
    assert type(freeze(value)) is type(frozen)


@pytest.mark.parametrize("wrong", [1.5, 1j, {1: 2}, np.ones(2), object(), {1}, lambda: 0, np.float64(1)])
def test_what_is_computed_with_is_no_attribute(wrong: Any) -> None:
    with pytest.raises(TypeError, match="attribute"):
        freeze(wrong)


def test_one_and_true_are_different_attributes() -> None:
    assert typed((1, (True, 0))) != typed((True, (1, False)))
    g = sd.Graph()
    x = g.input("x", (1, 2))
    assert sd.sum(x, axis=0, keepdims=True) is sd.sum(x, axis=False + 0, keepdims=1)
    assert g.constant(1) is not g.constant(True)


# Walks


class Counted(list[Node]):
    """A list that counts how often it is looked into."""

    visits = 0

    def __getitem__(self, index: Any) -> Any:
        Counted.visits += 1
        return super().__getitem__(index)


def test_a_walk_visits_what_it_returns_and_nothing_else() -> None:
    g = sd.Graph()
    x = g.input("x")
    far = x
    for _ in range(2000):
        far = sd.sin(far)
    y = g.input("y")
    near = (y + 1) * (y + 1) + y
    for _ in range(2000):
        far = sd.cos(far)
    g.arena.nodes = Counted(g.arena.nodes)
    Counted.visits = 0
    found = g.arena.ancestors([near.id])
    assert Counted.visits == len(found) == 5
    assert found == sorted(found)
    assert found[0] == y.id
    Counted.visits = 0
    assert g.arena.ancestors([far.id], above=far.id - 3) == [far.id - 2, far.id - 1, far.id]
    assert Counted.visits == 3


@given(programs)
def test_ancestors_are_what_a_node_depends_on(steps: list[Step]) -> None:
    g = sd.Graph()
    values = build(g, steps)
    nodes = g.arena.nodes
    depends: list[set[int]] = []
    for node, each in enumerate(nodes):
        depends.append({node}.union(*(depends[parent] for parent in each.inputs)))
    for value in values:
        assert g.arena.ancestors([value.id]) == sorted(depends[value.id])
    assert g.arena.ancestors([]) == []
    assert g.arena.ancestors([value.id for value in values[-2:]]) == sorted(
        set().union(*(depends[value.id] for value in values[-2:]))
    )


def test_consumers_are_counted_once_an_edge_and_stay_up_to_date() -> None:
    g = sd.Graph()
    x = g.input("x")
    assert list(g.arena.consumers(x.id)) == []
    square = x * x
    assert list(g.arena.consumers(x.id)) == [square.id, square.id]
    y = sd.exp(x)
    assert list(g.arena.consumers(x.id)) == [square.id, square.id, y.id]
    assert list(g.arena.consumers(y.id)) == []


def test_plans_and_types_are_shared() -> None:
    g = sd.Graph()
    x, y = g.input("x", ("n", 3)), g.input("y", ("n", 3))
    assert x.type is y.type is (x + y).type is sd.sin(x).type


def test_a_literal_survives_a_pickle() -> None:
    literal = Literal(np.array([0.0, -0.0, np.nan]))
    again = pickle.loads(pickle.dumps(literal))
    assert again == literal
    assert hash(again) == hash(literal)
    assert not again.value.flags.writeable
    assert Literal(np.array([0.0, 0.0, np.nan])) != literal


@given(programs, programs)
def test_appended_nodes_are_found_like_others(steps: list[Step], more: list[Step]) -> None:
    """A copy made by appending goes on as the graph itself does, node for node."""
    g, copy = sd.Graph(), sd.Graph()
    build(g, steps)
    copy.arena.share_types(g.arena)
    for node, provenance in zip(g.arena.nodes, g.arena.provenance, strict=True):
        assert copy.arena.append(node, provenance) == len(copy) - 1
    for each in g.arguments:
        copy.adopt_argument(each.id)
    found = [each.id for each in build(copy, steps)]
    assert found == [each.id for each in build(g, steps)]
    assert [each.id for each in build(copy, more)] == [each.id for each in build(g, more)]
    assert copy.arena.nodes == g.arena.nodes


def test_a_walk_that_was_made_is_not_made_again() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.sin(x) * x
    found = g.arena.ancestors([y.id])
    sd.exp(y)
    g.arena.nodes = Counted(g.arena.nodes)
    Counted.visits = 0
    assert g.arena.ancestors([y.id]) == found
    assert Counted.visits == 0
    assert g.arena.ancestors([x.id, y.id]) == found
    assert Counted.visits == len(found)


def test_an_empty_arena_answers() -> None:
    assert Arena().ancestors([]) == []
