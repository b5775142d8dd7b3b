"""Tiling: which axes loops slice, what memory their results take; a planted mistake is seen."""

from __future__ import annotations

import re
import tracemalloc
from functools import partial
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends import loops, statements, tiling
from symdiff.backends.reading import Reading


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every array is worth a loop, and slices are short."""
    monkeypatch.setattr(tiling, "WORTH_TILING", 1)
    monkeypatch.setattr(loops, "LARGEST_TILE", 7)


def mixture(points: Any = 30, parts: int = 5, d: int = 3) -> tuple[list[Any], list[Any]]:
    """Points beside all parts: parts come first, but all is reduced over them."""
    g = sd.Graph()
    x, means, factors = g.input("x", (points, d)), g.input("m", (parts, d)), g.input("F", (parts, d, d))
    inner = factors @ (x.T - means[:, :, None])
    value = sd.sum(sd.logsumexp(-sd.sum(inner * inner, axis=1) / 2, axis=0))
    return [x, means, factors], [value, *sd.grad(value, [means, factors])]


def vectors(points: Any = 40) -> tuple[list[Any], list[Any]]:
    """Vectors whose components come first."""
    g = sd.Graph()
    x, v = g.input("x", (3, points)), g.input("v", (3, points))
    value = sd.sum(sd.exp(-sd.sqrt(sd.sum(x * x, axis=0) + 1)) * sd.sum(x * v, axis=0))
    return [x, v], [value, *sd.grad(value, [x, v])]


def steps_of_a_batch(batch: Any = 30) -> tuple[list[Any], list[Any]]:
    """A batch behind a few steps, whose mean is taken."""
    g = sd.Graph()
    x, W = g.input("x", (4, batch, 3)), g.input("W", (3, 3))
    h = sd.tanh(x @ W)
    value = sd.sum((h - sd.mean(h, axis=0)) ** 2)
    return [x, W], [value, sd.grad(value, x)]


def standardised(rows: Any = 6, columns: Any = 50) -> tuple[list[Any], list[Any]]:
    """Columns less their means, three passes over rows or one over columns."""
    g = sd.Graph()
    x = g.input("x", (rows, columns))
    centred = x - sd.mean(x, axis=0)
    value = sd.sum(sd.tanh(centred / sd.sqrt(sd.mean(centred**2, axis=0) + 1e-5)))
    return [x], [value, sd.grad(value, x)]


def classes_first(points: Any = 50) -> tuple[list[Any], list[Any]]:
    """A softmax over the first axis."""
    g = sd.Graph()
    z = g.input("z", (5, points))
    value = sd.sum(sd.softmax(z * z, axis=0) * sd.tanh(z))
    return [z], [value, sd.grad(value, z)]


def alike(points: Any = 40) -> tuple[list[Any], list[Any]]:
    """Elementwise work on arrays of a few long rows."""
    g = sd.Graph()
    x = g.input("x", (3, points))
    return [x], [sd.exp(x) * sd.tanh(x), sd.sum(sd.sin(x) + sd.exp(x))]


AXES = [
    (mixture, 30), (steps_of_a_batch, 30), (standardised, 50), (classes_first, 50),
    (partial(mixture, "n"), "n or 1"), (partial(vectors, "n"), "n or 1"), (partial(steps_of_a_batch, "n"), "n or 1"),
    (partial(classes_first, "n"), "n or 1"), (partial(standardised, 6, "n"), "n or 1"),
    (partial(alike, "n"), "n or 1"),
]  # fmt: skip


def sizes_sliced(source: str) -> list[str]:
    return re.findall(r"for i\w* in range\(0, (.*), \w+\):", source)


@pytest.mark.parametrize(("build", "size"), AXES)
def test_one_loop_over_the_axis_that_all_share(build: Any, size: Any, small_tiles: None, monkeypatch: Any) -> None:
    """It isn't the first one: over that, there would be several loops, and whole arrays between them."""
    monkeypatch.setattr(tiling, "WORTH_TILING", 1 << 10)
    monkeypatch.setattr(tiling, "LARGEST_WHOLE", 60)
    monkeypatch.setattr(tiling, "USUAL_WIDTH", 30)
    inputs, outputs = build()
    for threads in (1, 2):
        fast = sd.compile(inputs, outputs, name="f", threads=threads)
        assert sizes_sliced(fast.tuned_source) == ([str(size)] if threads == 1 else [])
        slow = sd.compile(inputs, outputs, backend="interpreter")
        for rows in (0, 1, 6, 7, 8, 50) if isinstance(size, str) else (0,):
            rng = np.random.default_rng(rows)
            given = [rng.normal(size=[d if isinstance(d, int) else rows for d in x.shape]) for x in inputs]
            for left, right in zip(fast(*given), slow(*given), strict=True):
                np.testing.assert_allclose(left, right, rtol=1e-11, atol=1e-11)


def test_an_axis_behind_many_others_is_not_sliced(small_tiles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of it would be in that many pieces: whole arrays are quicker."""
    monkeypatch.setattr(tiling, "WORTH_TILING", 1 << 10)
    monkeypatch.setattr(tiling, "LARGEST_WHOLE", 60)
    assert sizes_sliced(sd.compile(*standardised(), name="f").tuned_source) == ["50"]
    monkeypatch.setattr(tiling, "MOST_PIECES", 5)
    assert sizes_sliced(sd.compile(*standardised(), name="f").tuned_source) == ["6", "6", "6"]


def test_buffers_of_the_last_slice_have_no_gaps(small_tiles: None) -> None:
    inputs, outputs = vectors()
    source = sd.compile(inputs, outputs, name="f").tuned_source
    assert ".ravel()[: 3*rows].reshape((3, rows))" in source
    assert "[:, :rows]" not in source


def network(batch: Any, width: int = 64, layers: int = 8) -> tuple[list[Any], list[Any]]:
    g = sd.Graph()
    x = h = g.input("x", (batch, width))
    weights = [g.input(f"W{i}", (width, width)) for i in range(layers)]
    for each in weights:
        h = sd.tanh(h @ each)
    loss = sd.sum(h * h)
    return [x, *weights], [loss, *sd.grad(loss, weights)]


def traced(f: sd.Function, given: list[Any]) -> int:
    """The most memory that a call holds, as Python counts it."""
    f(*given)
    tracemalloc.start()
    f(*given)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("batch", [512, "n"])
def test_a_loops_result_takes_the_memory_of_what_ends_with_it(batch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of a deep network holds layers, the cotangent, memory for one product, and gradients."""
    monkeypatch.setattr(tiling, "WORTH_TILING", 1 << 17)
    monkeypatch.setattr(tiling, "LARGEST_WHOLE", 1 << 11)
    monkeypatch.setattr(loops, "LARGEST_TILE", 1 << 11)
    inputs, outputs = network(batch)
    f = sd.compile(inputs, outputs, name="f")
    assert sizes_sliced(f.tuned_source)
    rng = np.random.default_rng(0)
    given = [rng.normal(size=[d if isinstance(d, int) else 512 for d in x.shape]) / 8 for x in inputs]
    layer, weight = 8 * 512 * 64, 8 * 64 * 64
    most = max((8 - i) * layer + (i + 1) * weight for i in range(8)) + 1.25 * layer
    assert traced(f, given) <= most
    monkeypatch.setattr(Reading, "may_follow", lambda *_: False)
    assert traced(sd.compile(inputs, outputs, name="f"), given) > most


def read_again() -> tuple[list[Any], list[Any]]:
    """Several results of one loop might take the memory of the product that ends with it."""
    g = sd.Graph()
    x, W = g.input("x", (20, 3)), g.input("W", (3, 3))
    h = x @ W
    return [x, W], [sd.exp(h), sd.sin(h) * h, sd.cos(h) + x]


def read_across() -> tuple[list[Any], list[Any]]:
    """The product's memory is read by columns."""
    g = sd.Graph()
    x, W = g.input("x", (20, 20)), g.input("W", (20, 20))
    return [x, W], [sd.exp((x @ W).T) + sd.sin(x)]


@pytest.mark.parametrize(("build", "law"), [(read_again, "is_after"), (read_across, "may_follow")])
def test_memory_is_not_taken_before_it_is_read(
    build: Any, law: str, small_tiles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the law, results are put over what is read later."""
    monkeypatch.setattr(statements, "WORTH_REUSING", 1)
    monkeypatch.setattr(tiling, "LARGEST_WHOLE", 8)
    inputs, outputs = build()
    slow = sd.compile(inputs, outputs, backend="interpreter")
    rng = np.random.default_rng(0)
    given = [rng.normal(size=x.shape) for x in inputs]

    def agree() -> bool:
        fast = sd.compile(inputs, outputs, name="f")
        return all(np.allclose(*pair) for pair in zip(fast(*given), slow(*given), strict=True))

    assert agree()
    monkeypatch.setattr(Reading, law, lambda *_: True)
    assert not agree()


@pytest.mark.parametrize("build", [network, lambda n: vectors(n), lambda n: standardised(n, 40), mixture])
def test_named_sizes_take_no_more_memory(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiling, "WORTH_TILING", 1 << 14)
    given: list[Any] = []
    found: list[int] = []
    for size in (3000, "n"):
        inputs, outputs = build(size)
        rng = np.random.default_rng(0)
        given = given or [rng.normal(size=x.shape) for x in inputs]
        found.append(traced(sd.compile(inputs, outputs, name="f"), given))
    assert found[1] <= 1.05 * found[0]
