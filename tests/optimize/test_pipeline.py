"""The pipeline as a whole: levels agree, a second run does nothing, and the result is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.core import CONSTANT
from symdiff.optimize.passes import LEVELS, optimise
from symdiff.rewriting.folding import LARGEST_FOLD
from tests.values import assert_close, assert_same, run


def _classifier(x: Any, w: Any) -> Any:
    scores = x @ w
    weights = sd.exp(scores) / sd.sum(sd.exp(scores), axis=1, keepdims=True)
    return -sd.mean(sd.log(weights)[:, 0])


def _softplus(x: Any, w: Any) -> Any:
    return sd.sum(sd.log(1 + sd.exp(x)) / (1 + sd.exp(-x)) * 1) - sd.sum(w) + 0


def _norms(x: Any, w: Any) -> Any:
    return sd.sqrt(sd.sum(x**2)) * sd.sum(sd.sqrt(w * w)) + sd.sqrt(sd.sum(x * x, axis=1))[0]


def _moves(x: Any, w: Any) -> Any:
    y = x.T.T.reshape(-1).reshape(x.shape) * 2 * 3 - (-x)
    return sd.sum(sd.expand_dims(y, 0)[0] @ w) + sd.sum(w.T @ x.T)


def _constants(x: Any, w: Any) -> Any:
    table = x.graph.constant(np.arange(6.0).reshape(2, 3), x.dtype)
    return sd.sum((table * 2 + 1) * sd.sin(w.T)) * (x.graph.constant(2.0, x.dtype) ** 3 + 1) + sd.max(x)


PROGRAMS = [pytest.param(each, id=each.__name__[1:]) for each in (_classifier, _softplus, _norms, _moves, _constants)]


def _build(program: Callable[..., Any], dtype: str = "float64") -> tuple[list[Any], list[Any]]:
    graph = sd.Graph()
    x, w = graph.input("x", ("n", 3), dtype), graph.input("w", (3, 2), dtype)
    y = program(x, w)
    return [x, w], [y, *sd.grad(y, [x, w])]


def _values(dtype: str = "float64") -> list[Any]:
    rng = np.random.default_rng(5)
    return [rng.uniform(-2, 2, (4, 3)).astype(dtype), rng.uniform(-2, 2, (3, 2)).astype(dtype)]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_levels_agree(program: Callable[..., Any], dtype: str) -> None:
    """Every level gives the same up to rounding, of the same dtypes; both backends the same bits at each."""
    inputs, outputs = _build(program, dtype)
    plain = run(inputs, outputs, _values(dtype))
    for level in LEVELS:
        found = [run(inputs, outputs, _values(dtype), level, backend) for backend in ("interpreter", "readable")]
        for interpreted, emitted, wanted in zip(*found, plain, strict=True):
            assert_same(emitted, interpreted, level)
            assert interpreted.dtype == dtype
            tolerance = 1e-12 if dtype == "float64" else 1e-4
            assert_close(interpreted, wanted, level, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_second_run_fires_nothing(program: Callable[..., Any], level: str) -> None:
    """No rule fires on the result of the pipeline, and nothing is merged."""
    graph = sd.compile(*_build(program), name="program", optimize=level).graph
    _, _, savings, firings, troubles = optimise(graph, level)
    assert firings == troubles == ()
    assert {saving.what: saving.times for saving in savings}["commuted nodes merged"] == 0


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_second_run_does_nothing(program: Callable[..., Any], level: str) -> None:
    """The result of the pipeline is left as it is by the pipeline."""
    inputs, outputs = _build(program)
    graph = sd.compile(inputs, outputs, name="program", optimize=level).graph
    again, _, savings, firings, _ = optimise(graph, level)
    assert firings == ()
    assert [saving.times for saving in savings] == [0] * len(savings)
    assert [node[:3] for node in again.arena.nodes] == [node[:3] for node in graph.arena.nodes]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_same_program_gives_the_same_source(program: Callable[..., Any], level: str) -> None:
    """Built and compiled twice, the source is the same to the byte."""
    first, second = (sd.compile(*_build(program), name="program", optimize=level).source for _ in range(2))
    assert first == second


@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_grows(program: Callable[..., Any]) -> None:
    """The optimised graph isn't larger than the one as written, and holds no node that no output needs."""
    inputs, outputs = _build(program)
    plain, better = (sd.compile(inputs, outputs, name="program", optimize=level).graph for level in ("none", "default"))
    assert len(better) <= len(plain)
    for graph in (plain, better):
        needed = set(graph.arena.ancestors(graph.outputs)) | {each.id for each in graph.arguments}
        assert needed == set(range(len(graph)))


def _constants_of(y: Any, *inputs: Any) -> list[Any]:
    graph = sd.compile(list(inputs), y, name="program").graph
    return [node.attrs[0].value for node in graph.arena.nodes if node.op is CONSTANT]


def test_constants_are_folded() -> None:
    """What depends on constants only is computed once, in the dtype it has."""
    graph = sd.Graph()
    x = graph.input("x", (3,), "float32")
    k = graph.constant(np.array([1, 2, 3], np.float32))
    (value,) = _constants_of(x + sd.sin(k * 2) / 3, x)
    assert value.dtype == "float32"
    assert_same(value, np.sin(np.array([1, 2, 3], np.float32) * np.float32(2)) / np.float32(3))


@pytest.mark.parametrize(
    "stretch",
    [
        pytest.param(lambda graph, one: sd.broadcast_to(one, (1000, 1000)), id="a scalar stretched"),
        pytest.param(lambda graph, one: sd.broadcast_to(one, (2,)), id="a scalar stretched a little"),
        pytest.param(
            lambda graph, one: graph.constant(np.arange(40.0)[:, None]) * np.arange(40.0), id="an outer product"
        ),
        pytest.param(lambda graph, one: sd.arange(9, graph=graph) * one, id="a range"),
    ],
)
def test_folding_makes_nothing_larger(stretch: Callable[[sd.Graph, Any], Any]) -> None:
    """No constant has more elements than a constant it was made of had."""
    graph = sd.Graph()
    x = graph.input("x")
    y = sd.sum(stretch(graph, graph.constant(2.0) * 3)) * x
    before = max(node.attrs[0].value.size for node in graph.arena.nodes if node.op is CONSTANT)
    assert max(value.size for value in _constants_of(y, x)) <= before
    assert_close(run([x], y, [2.0], "default"), run([x], y, [2.0]), rtol=1e-13)


def test_folding_makes_nothing_long() -> None:
    """Large arrays aren't computed into the source, though their sum is."""
    graph = sd.Graph()
    x = graph.input("x")
    large = graph.constant(np.arange(LARGEST_FOLD + 1.0))
    sizes = {value.size for value in _constants_of(sd.sin(large) * x, x)}
    assert sizes == {LARGEST_FOLD + 1}
    (value,) = _constants_of(sd.sum(large) * x, x)
    assert value == LARGEST_FOLD * (LARGEST_FOLD + 1) / 2


@pytest.mark.parametrize("level", ["none", "default", "fast"])
def test_what_numpy_refuses_is_refused_when_it_is_called_for(level: Any) -> None:
    """A constant that can't be computed stays as written: compiling isn't the moment to say so."""
    graph = sd.Graph()
    x = graph.input("x", (2, 2))
    outputs = [sd.inv(graph.constant(np.zeros((2, 2)))) + x, graph.constant([1, 2]) ** -1 + x]
    for each, error in zip(outputs, (np.linalg.LinAlgError, ValueError), strict=True):
        function = sd.compile([x], each, optimize=level)
        with pytest.raises(error):
            function(np.ones((2, 2)))


def test_commuted_operands_are_one_node() -> None:
    """a + b and b + a are computed once; subtraction, which doesn't commute, twice."""
    graph = sd.Graph()
    a, b = graph.input("a", (3,)), graph.input("b", (3,))
    y = [sd.sin(a + b) * sd.cos(b + a), sd.hypot(a, b) * sd.hypot(b, a), (a - b) * sd.exp(b - a)]
    function = sd.compile([a, b], y, name="program")
    names = [node.op.name for node in function.graph.arena.nodes]
    assert (names.count("add"), names.count("hypot"), names.count("subtract")) == (1, 1, 2)
    assert {saving.what: saving.times for saving in function.report.savings}["commuted nodes merged"] == 2


def test_what_rewriting_makes_equal_is_one_node() -> None:
    """log(1 + x) and log1p(x), x * 1 and x, become the same node."""
    graph = sd.Graph()
    x = graph.input("x", (3,))
    function = sd.compile([x], [sd.log(1 + x), sd.log1p(x * 1), sd.log(x / 1 + 1)], name="program")
    assert len(set(function.graph.outputs)) == 1


def test_requirements_stay() -> None:
    """A condition on named sizes is checked at each level, also when the node that needs it is rewritten away."""
    graph = sd.Graph()
    x = graph.input("x", ("n",))
    y = sd.sum(x[2:].reshape(-1).reshape(-1) * 1)
    for level in LEVELS:
        function = sd.compile([x], y, name="program", optimize=level)
        assert function(np.ones(3)) == 1
        with pytest.raises(sd.SymdiffError, match="n >= 2"):
            function(np.ones(1))


def test_outputs_survive() -> None:
    """Outputs that are inputs, constants, repeated, or equal after rewriting come back as distinct fresh arrays."""
    graph = sd.Graph()
    x = graph.input("x", (3,))
    k = graph.constant(np.arange(3.0))
    outputs = [x, x, k, x * 1, x.reshape(3), sd.negative(-x), sd.broadcast_to(x, (3,))]
    value = np.array([1.0, 2.0, 3.0])
    for level in LEVELS:
        for backend in ("interpreter", "python"):
            found = run([x], outputs, [value], level, backend)
            for i, each in enumerate(found):
                assert each.tolist() == ([0, 1, 2] if i == 2 else [1, 2, 3])
                assert not np.shares_memory(each, value)
                assert not any(np.shares_memory(each, other) for other in found[:i])
                each[:] = 7
            assert value.tolist() == [1, 2, 3]
