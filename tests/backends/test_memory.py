"""Memory that a program lets go of isn't read again; values that are computed twice change no result."""

from __future__ import annotations

import importlib
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.backends import bodies
from symdiff.backends.interpreter import interpreted
from symdiff.backends.lowering import lower
from symdiff.backends.program import as_written, forward_part
from symdiff.errors import ArgumentError
from symdiff.tree import flatten
from tests.backends.models import MODELS
from tests.backends.replay import in_small_slices, poisoned, replayed
from tests.test_random_programs import Program, arguments, build, steps
from tests.values import assert_same


def layers(count: int, batch: Any = 8, width: int = 16) -> tuple[list[Any], list[Any], list[Any]]:
    """Inputs, the loss with gradients, and the hidden layers of a deep network."""
    g = sd.Graph()
    x = g.input("x", (batch, width))
    weights = [g.input(f"W{i}", (width, width)) for i in range(count)]
    hidden = [x]
    for each in weights:
        hidden.append(sd.tanh(hidden[-1] @ each))
    loss = sd.sum(hidden[-1] ** 2)
    return [x, *weights], [loss, *sd.grad(loss, [x, weights[0], weights[-1]])], hidden[1:]


def values(inputs: list[Any], **sizes: int) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=[sizes.get(str(d), d) for d in each.shape]).astype(each.dtype) for each in inputs]


def size_and_work(function: sd.Function) -> tuple[int, int]:
    """The peak and the flops of a function of integer sizes."""
    found = sd.cost(function)
    assert isinstance(found.peak, int)
    assert isinstance(found.flops, int)
    return found.peak, found.flops


@pytest.mark.parametrize("count", [4, 9, 36, 100])
def test_the_square_root_schedule(count: int) -> None:
    """Memory is O(sqrt(n)) layers, for at most one forward part more."""
    inputs, outputs, _ = layers(count)
    plain, little = (size_and_work(sd.compile(inputs, outputs, name="f", memory=m)) for m in (None, "sqrt"))
    layer = 8 * 16 * 8
    results = 3 * 16 * 16 * 8
    assert plain[0] >= count * layer
    assert little[0] <= (2 * count**0.5 + 6) * layer + results
    forward = size_and_work(sd.compile(inputs, outputs[0], name="f"))[1]
    assert plain[1] <= little[1] <= plain[1] + forward


@pytest.mark.parametrize("backend", ["python", "interpreter"])
def test_budgets_are_kept_and_results_are_the_same(backend: Any) -> None:
    inputs, outputs, _ = layers(12)
    given = values(inputs)
    plain = sd.compile(inputs, outputs, name="f", backend=backend)
    wanted = plain(*given)
    most = size_and_work(plain)[0]
    least = size_and_work(sd.compile(inputs, outputs, name="f", memory="sqrt"))[0]
    assert least < 0.7 * most
    work = 0
    for budget in np.linspace(most, least, 7).astype(int).tolist():
        f = sd.compile(inputs, outputs, name="f", backend=backend, memory=budget)
        peak, flops = size_and_work(f)
        assert peak <= budget
        assert flops >= work
        assert (budget == most) == (not f.graph.checkpoints)
        for left, right in zip(f(*given), wanted, strict=True):
            assert_same(left, right, f"memory={budget}")


def test_impossible_budgets_say_what_the_least_is() -> None:
    inputs, outputs, _ = layers(12)
    least = size_and_work(sd.compile(inputs, outputs, name="f", memory="sqrt"))[0]
    with pytest.raises(ArgumentError, match=f"at least {least}, the least") as caught:
        sd.compile(inputs, outputs, memory=1000)
    assert "memory=1000" in str(caught.value)
    sd.compile(inputs, outputs, memory=least)
    inputs, outputs, _ = layers(12, "batch")
    with pytest.raises(ArgumentError, match=r"where named sizes are 1000"):
        sd.compile(inputs, outputs, memory="8*batch")
    sd.compile(inputs, outputs, memory="1100*batch")


@pytest.mark.parametrize("memory", [True, -5, 3.5, "much", "2*", [1]])
def test_what_is_no_budget(memory: Any) -> None:
    inputs, outputs, _ = layers(2)
    with pytest.raises(ArgumentError, match="is no budget"):
        sd.compile(inputs, outputs, memory=memory)


def test_readable_source_has_no_budget() -> None:
    inputs, outputs, _ = layers(2)
    with pytest.raises(ArgumentError, match="readable source"):
        sd.compile(inputs, outputs, optimize="none", memory="sqrt")


@pytest.mark.parametrize("level", ["none", "default"])
def test_marks_say_what_is_kept(level: Any) -> None:
    """With every fourth layer marked, the layers between are computed again, part by part."""
    inputs, outputs, hidden = layers(12)
    wanted = sd.compile(inputs, outputs, name="f", backend="interpreter", optimize=level)
    assert sd.checkpoint(hidden[3:-1:4]) == hidden[3:-1:4]
    marked = sd.compile(inputs, outputs, name="f", backend="interpreter", optimize=level)
    program = lower(marked.graph)
    assert (len(marked.graph.checkpoints), len(program.stages)) == (2, 2)
    again = [marked.graph.arena.nodes[each].op.name for each in program.copies.values()]
    assert again == ["matmul", "tanh"] * 6
    given = values(inputs)
    for left, right in zip(marked(*given), wanted(*given), strict=True):
        assert_same(left, right)


def test_marks_are_for_derivatives_of_arrays_too() -> None:
    assert sd.checkpoint(3.0) == 3.0
    g = sd.Graph()
    x, other = g.input("x"), g.input("other")
    sd.checkpoint(sd.sin(other))
    y = sd.exp(sd.sin(x))
    f = sd.compile([x, other], [y, sd.grad(y, x)])
    assert not f.graph.checkpoints
    assert not lower(f.graph).copies


def test_a_scalar_program_may_be_marked() -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.exp(sd.checkpoint(sd.sin(sd.exp(sd.cos(x)))))
    f = sd.compile([x], [y, sd.grad(y, x)], name="f")
    assert lower(f.graph).copies
    sd.checkpoint(x)
    assert_same(f(0.3)[1], sd.grad(y, x).eval({x: 0.3}))


def test_random_numbers_are_the_same_when_drawn_again() -> None:
    g = sd.Graph()
    x = h = g.input("x", (6, 4))
    first = sd.random.key(7)
    key = g.input("key", first.shape, first.dtype)
    for each in sd.random.split(key, 6):
        h = sd.dropout(sd.tanh(h), each, 0.5)
    outputs = [sd.sum(h * h), sd.grad(sd.sum(h * h), x)]
    plain, little = (sd.compile([x, key], outputs, name="f", memory=memory) for memory in (None, "sqrt"))
    assert lower(little.graph).copies
    given = [*values([x]), first]
    for left, right in zip(little(*given), plain(*given), strict=True):
        assert_same(left, right)


def test_a_deep_networks_memory_as_python_counts_it() -> None:
    inputs, outputs, _ = layers(20, 256, 256)
    given = values(inputs)
    peaks: list[int] = []
    for memory in (None, "sqrt"):
        f = sd.compile(inputs, outputs[:2], name="f", memory=memory)
        f(*given)
        tracemalloc.start()
        f(*given)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert peaks[-1] <= 1.05 * size_and_work(f)[0]
    assert peaks[1] < 0.5 * peaks[0]


def test_loops_do_not_bring_forward_what_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is computed again shares no loop with the forward part, where it would be kept from then on."""
    g = sd.Graph()
    x = g.input("x", (40, 3))
    h = x
    for _ in range(12):
        h = sd.tanh(h * 1.5)
    loss = sd.sum(h)
    inputs, outputs = [x], [loss, sd.grad(loss, x)]
    with monkeypatch.context() as patch:
        f = in_small_slices(patch, lambda: sd.compile(inputs, outputs, name="f", memory="sqrt"))
        assert f.tuned_source.count("for i") == len(lower(f.graph).stages) + 1 > 2
    given = values(inputs)
    np.testing.assert_allclose(f(*given)[1], sd.compile(inputs, outputs)(*given)[1], rtol=1e-12)


def model_values(f: sd.Function) -> list[Any]:
    """Values at which each of the models is defined."""
    sizes = {name: 4 + i for i, name in enumerate(("batch", "n", "d", "m", "k", "t", "heads"))}
    rng = np.random.default_rng(0)
    drawn = [rng.uniform(0.2, 0.9, [sizes.get(str(d), d) for d in each.shape]) for each in f.graph.arguments]
    drawn = [x @ x.T + np.eye(len(x)) if x.ndim == 2 and x.shape[0] == x.shape[1] else x for x in drawn]
    return [np.asarray(x).astype(each.dtype) for x, each in zip(drawn, f.graph.arguments, strict=True)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("memory", [None, "sqrt"])
def test_models_read_no_memory_that_is_free(
    model: Callable[[], sd.Function], memory: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = model()
    given = model_values(plain)

    def compile() -> sd.Function:
        graph = plain.graph
        inputs, outputs = graph.arguments, [graph.expr(each) for each in graph.outputs]
        return sd.compile(inputs, outputs, name="f", memory=memory)

    with monkeypatch.context() as patch:
        usual = in_small_slices(patch, compile)(*given)
    for left, right in zip(poisoned(monkeypatch, compile)(*given), usual, strict=True):
        assert_same(left, right, model.__name__)
    for left, right in zip(usual, flatten(plain(*given))[0], strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-4 if left.dtype == np.float32 else 1e-9, atol=1e-9)


@given(st.lists(steps, min_size=1, max_size=8), st.integers(0, 2**16))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_programs_read_no_memory_that_is_free(
    monkeypatch: pytest.MonkeyPatch, program: Program, seed: int
) -> None:
    """Neither as written nor with any forward values kept; results are the same to the bit."""
    inputs, target = build(program, "float64")
    outputs = [target, *sd.grad(target, inputs)]
    drawn = arguments("float64")
    graph = sd.compile(inputs, outputs, name="f", backend="interpreter").graph
    forward = list(forward_part(as_written(graph)))

    def compiled() -> sd.Function:
        return sd.compile(inputs, outputs, name="f", memory="sqrt")

    with np.errstate(all="ignore"):
        wanted = interpreted(graph)(*drawn)
        for kept in ((), [each for i, each in enumerate(forward) if seed >> i % 16 & 1]):
            graph.checkpoints = set(kept)
            for left, right in zip(replayed(graph, drawn), wanted, strict=True):
                assert_same(left, right)
        spoilt = poisoned(monkeypatch, compiled)(*drawn)
        with monkeypatch.context() as patch:
            usual = in_small_slices(patch, compiled)(*drawn)
    for left, right in zip(spoilt, usual, strict=True):
        assert_same(left, right)


def test_memory_that_is_let_go_of_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted mistake: what only a view needs still counts as free, for the cost model and for tuned code."""
    g = sd.Graph()
    x = g.input("x", (40, 3))
    y = sd.exp(x)[1:]
    outputs = [sd.sin(sd.sum(sd.cos(x), axis=0)) * y, y * 2]
    given = values([x])

    def compiled() -> sd.Function:
        return sd.compile([x], outputs, name="f")

    def fits() -> bool:
        wanted = compiled()(*given)
        found = replayed(compiled().graph, given), poisoned(monkeypatch, compiled)(*given)
        return all(np.allclose(a, b) for each in found for a, b in zip(each, wanted, strict=True))

    assert fits()
    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("symdiff.cost"), "is_free", lambda op: False)
        assert not fits()
    with monkeypatch.context() as patch:
        patch.setattr(bodies, "roots", lambda plan: {})
        assert not fits()
