"""What a firing saved: the nodes that one side needs and the other doesn't, found without walking over the rest."""

from __future__ import annotations

import symdiff as sd
from symdiff.rewriting.log import FARTHEST, Firing, counted, difference
from tests.rewriting.test_engine import factored, log_of_one_plus


def test_difference_is_what_either_needs_alone() -> None:
    """Also where one side is part of the other, is the other, or both are the same."""
    g = sd.Graph()
    x, y = g.input("x"), g.input("y")
    shared = sd.sin(x) * y
    one, other = sd.exp(shared + x), sd.log(shared) - y
    gone, new = difference(g.arena, one.id, other.id)
    assert {g.arena.nodes[node].op.name for node in gone} == {"exp", "add"}
    assert {g.arena.nodes[node].op.name for node in new} == {"log", "subtract"}
    assert difference(g.arena, one.id, one.id) == ([], [])
    assert difference(g.arena, one.id, shared.id) == (sorted(gone, reverse=True), [])
    everything = {*g.arena.ancestors([one.id])}
    alone, _ = difference(g.arena, one.id, g.constant(0.0).id)
    assert set(alone) == everything


def test_difference_walks_over_little_that_is_shared() -> None:
    """Below a long chain that both sides need, nothing is looked at, or not much."""
    g = sd.Graph()
    x = y = g.input("x")
    for _ in range(5000):
        y = sd.sin(y)
    beside = sd.exp(y) + x
    nodes = g.arena.nodes
    top = sd.exp(y), sd.log(y)
    visited: list[int] = []

    class Counting(list):  # type: ignore[type-arg]
        def __getitem__(self, node):
            visited.append(node)
            return nodes[node]

    g.arena.nodes = Counting(nodes)
    assert [len(each) for each in difference(g.arena, top[0].id, top[1].id)] == [1, 1]
    assert len(visited) == 2
    assert len(difference(g.arena, beside.id, top[1].id)[0]) <= 3
    assert len(visited) < FARTHEST + 10


def test_rules_are_counted_in_the_order_in_which_they_first_fired() -> None:
    g = sd.Graph()
    firings = [Firing(each, g, 0, 0) for each in (factored, log_of_one_plus, factored)]
    assert list(counted(firings).items()) == [(factored, 2), (log_of_one_plus, 1)]
