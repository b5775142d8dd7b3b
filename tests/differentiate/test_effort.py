"""What differentiation costs: one rule application an edge, linear growth, and walks that visit what they return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.arena import Node
from symdiff.op import Op
from symdiff.ops.family import elementwise, uniform
from tests.values import run


def _sum_of_sines(*xs: Any) -> Any:
    return sum(np.sin(x) for x in xs)


def _counting(name: str, arity: int, calls: Counter[tuple[str, int]], flat: int | None = None) -> Op:
    """A sum of sines that counts how often each of its partials is asked for; `flat` says which has none."""

    def partial(position: int) -> Any:
        def count(y: Any, *xs: Any) -> Any:
            calls[name, position] += 1
            return y.graph.ops.cos(xs[position])

        return None if position == flat else count

    return elementwise(
        name, _sum_of_sines, partials=[partial(i) for i in range(arity)], samples=[uniform(-1, 1, *[(3,)] * arity)]
    )


def _edges(arena: Any, target: int, sources: list[int]) -> int:
    """How many edges lie on a path from a source to the target, by looking at every node."""
    reached = set(sources)
    for node, each in enumerate(arena.nodes[: target + 1]):
        if node not in reached and reached.intersection(each.inputs):
            reached.add(node)
    needed = {target}
    for node in range(target, -1, -1):
        if node in needed and node not in sources:
            needed.update(arena.nodes[node].inputs)
    on_path = reached & needed
    return sum(parent in on_path for node in on_path - set(sources) for parent in arena.nodes[node].inputs)


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.lists(st.integers(0, 100), min_size=3, max_size=3)), min_size=1, max_size=15
    )
)
def test_one_rule_application_an_edge(steps: list[tuple[int, list[int]]]) -> None:
    """In any graph each edge between target and sources is asked for once, and no other."""
    for sources in ([0], [0, 1], [1, 2]):
        for reverse in (True, False):
            calls: Counter[tuple[str, int]] = Counter()
            ops = {arity: _counting(f"sines{arity}", arity, calls) for arity in (1, 2, 3)}
            graph = sd.Graph(language=sd.Graph.standard.extended(*ops.values()))
            values = [graph.input(f"x{i}") for i in range(3)]
            for arity, picks in steps:
                values.append(ops[arity](*(values[pick % len(values)] for pick in picks[:arity])))
            target, xs = values[-1], [values[i] for i in sources]
            edges = _edges(graph.arena, target.id, [x.id for x in xs])
            if reverse:
                sd.grad(target, xs)
            else:
                sd.jvp(target, xs, [1.0] * len(xs))
            assert sum(calls.values()) == edges


def test_edges_without_derivative_are_not_asked() -> None:
    """A partial of 0 everywhere is no rule application, and what lies behind it isn't visited."""
    calls: Counter[tuple[str, int]] = Counter()
    half, inner = _counting("half", 2, calls, flat=1), _counting("inner", 1, calls)
    graph = sd.Graph(language=sd.Graph.standard.extended(half, inner))
    x, y = graph.input("x"), graph.input("y")
    sd.grad(half(x, sd.floor(inner(y))), [x, y])
    assert calls == {("half", 0): 1}


def test_no_exponential_growth() -> None:
    """64 levels of a value used twice: 2^64 paths, 128 edges, 128 rule applications, a graph linear in the edges."""
    calls: Counter[tuple[str, int]] = Counter()
    pair = elementwise(
        "pair",
        lambda a, b: (a + b) / 2,
        source="({0} + {1}) / 2",
        partials=[lambda y, a, b: calls.update(a=1) or 0.5, lambda y, a, b: calls.update(b=1) or 0.5],
        samples=[uniform(-1, 1, (3,), (3,))],
    )
    graph = sd.Graph(language=sd.Graph.standard.extended(pair))
    w = graph.input("w")
    z = w
    for _ in range(64):
        z = pair(z, z)
    forward = len(graph)
    slope = sd.grad(z, w)
    assert calls == {"a": 64, "b": 64}
    assert len(graph) - forward <= 2 * 128 + 2
    assert run([w], [z, slope], [3.0], "default", "python") == [3.0, 1.0]


@pytest.mark.parametrize("levels", [16, 64])
def test_growth_of_a_nonlinear_doubling(levels: int) -> None:
    """z = sin(z) cos(z) at each level: derivatives of both orders grow by a constant a level."""
    graph = sd.Graph()
    x = graph.input("x")
    z = x
    for _ in range(levels):
        z = sd.sin(z) * sd.cos(z)
    sizes = [len(graph)]
    first = sd.grad(z, x)
    sizes.append(len(graph))
    sd.grad(first, x)
    sizes.append(len(graph))
    assert sizes[1] - sizes[0] <= 7 * levels
    assert sizes[2] - sizes[1] <= 30 * levels


def test_asking_again_appends_nothing() -> None:
    """A second gradient, of first and of second order, and in other containers, is the same nodes."""
    graph = sd.Graph()
    x, w = graph.input("x", ("n", 3)), graph.input("w", (3,))
    loss = sd.mean(sd.log(1 + sd.exp(x @ w)) ** 2)
    gradient = sd.grad(loss, [x, w])
    vector = np.ones(3)
    product = sd.hvp(loss, w, vector)
    size = len(graph)
    again = sd.grad(loss, {"w": w, "x": x})
    assert again["x"] is gradient[0]
    assert again["w"] is gradient[1]
    assert sd.hvp(loss, w, vector) is product
    assert sd.grad(loss, w) is gradient[1]
    assert len(graph) == size


class _Watched(list[Node]):
    """A list of nodes that counts how often one is looked at."""

    visits = 0

    def __getitem__(self, index: Any) -> Any:
        self.visits += 1
        return super().__getitem__(index)

    def __iter__(self) -> Iterator[Node]:
        self.visits += len(self)
        return super().__iter__()


def _visits(before: int, after: int, ask: Any) -> int:
    """How many nodes a request looks at in a graph with this many unrelated nodes before and after its own."""
    graph = sd.Graph()
    other = graph.input("other")
    for _ in range(before):
        other = sd.sin(other)
    x = graph.input("x", (3,))
    y = sd.sum(sd.tanh(x * x) * x)
    for _ in range(after):
        other = sd.sin(other)
    graph.arena.nodes = _Watched(graph.arena.nodes)
    ask(y, x)
    return graph.arena.nodes.visits


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda y, x: y.graph.arena.ancestors([y.id]), id="ancestors"),
        pytest.param(sd.grad, id="grad"),
        pytest.param(lambda y, x: sd.jvp(y, x, np.ones(3)), id="jvp"),
        pytest.param(lambda y, x: sd.hvp(y, x, np.ones(3)), id="hvp"),
        pytest.param(lambda y, x: sd.adjoints(y), id="adjoints"),
        pytest.param(lambda y, x: sd.substitute(y, {x: x + 1}), id="substitute"),
    ],
)
def test_walks_visit_what_they_return(ask: Any) -> None:
    """Unrelated nodes, however many, before and after, are never looked at."""
    alone = _visits(0, 0, ask)
    assert 0 < alone < 1000
    assert _visits(2000, 0, ask) == _visits(0, 2000, ask) == alone


def test_ancestors_visits_each_once() -> None:
    """The walk looks at a node once, however often it is used."""
    graph = sd.Graph()
    x = graph.input("x")
    y = x
    for _ in range(50):
        y = y + y
    graph.arena.nodes = _Watched(graph.arena.nodes)
    found = graph.arena.ancestors([y.id])
    assert found == list(range(51))
    assert graph.arena.nodes.visits == 51
    assert graph.arena.ancestors([y.id], above=40) == list(range(41, 51))
    assert graph.arena.nodes.visits == 51 + 10


@pytest.mark.parametrize("count", [10, 40])
def test_unpacking_gathers_once(count: int) -> None:
    """The cotangents of n unpacked elements become one scatter_add, and nodes stay linear in n."""
    graph = sd.Graph()
    x = graph.input("x", (count,))
    parts = list(x)
    y = parts[0] * parts[-1]
    for left, right in pairwise(parts):
        y = y + left * sd.sin(right)
    size = len(graph)
    gradient = sd.grad(y, x)
    made = graph.arena.nodes[size:]
    assert sum(node.op.name == "scatter_add" for node in made) == 1
    assert len(made) <= 6 * count
    values = np.linspace(-1, 1, count)
    wanted = [
        (values[-1] if i == 0 else 0) + (values[0] if i == count - 1 else 0)
        + (np.sin(values[i + 1]) if i + 1 < count else 0) + (values[i - 1] * np.cos(values[i]) if i else 0)
        for i in range(count)
    ]  # fmt: skip
    for backend in ("interpreter", "python"):
        np.testing.assert_allclose(run([x], gradient, [values], "default", backend), wanted, rtol=1e-12)
