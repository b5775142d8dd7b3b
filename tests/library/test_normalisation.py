"""Normalising layers, dropout, attention and embedding against plain NumPy, and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff import random
from symdiff.errors import ArgumentError, ShapeError
from symdiff.library.layers import attention, dropout, embedding
from symdiff.library.normalisation import batch_norm, batch_statistics, layer_norm, rms_norm
from tests.library.laws import WAYS, differences, values_and_gradients
from tests.values import assert_close, run

RNG = np.random.default_rng(6)
ROWS, GAIN, BIAS = RNG.uniform(-1, 1, (5, 4)), RNG.uniform(0.5, 2, (4,)), RNG.uniform(-1, 1, (4,))
IMAGES, CHANNELS = RNG.uniform(-1, 1, (2, 3, 2, 2)), RNG.uniform(0.5, 2, (3,))
Q, K, V = RNG.uniform(-1, 1, (2, 3, 4)), RNG.uniform(-1, 1, (2, 5, 4)), RNG.uniform(-1, 1, (2, 5, 2))
MASK = np.array([[True, True, False, True, False], [True] * 5, [False, False, True, True, True]])


def centred(x: Any, axis: Any, epsilon: float = 1e-5) -> Any:
    """Mean 0 and variance 1 over axes."""
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + epsilon)


def weighed(q: Any, k: Any, v: Any, mask: Any = True) -> Any:
    """Attention, written out."""
    scores = np.where(mask, np.exp(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])), 0)
    return scores / scores.sum(-1, keepdims=True) @ v


CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], list[Any]]] = {
    "layer_norm": (layer_norm, lambda x: centred(x, -1), [ROWS]),
    "layer_norm with parameters": (layer_norm, lambda x, g, b: centred(x, -1) * g + b, [ROWS, GAIN, BIAS]),
    "layer_norm over two axes": (lambda x: layer_norm(x, axis=(1, 2)), lambda x: centred(x, (1, 2)), [IMAGES]),
    "rms_norm": (
        rms_norm, lambda x, g: x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6) * g, [ROWS, GAIN]
    ),
    "batch_norm": (batch_norm, lambda x, g, b: centred(x, 0) * g + b, [ROWS, GAIN, BIAS]),
    "batch_norm of images": (
        lambda x, g: batch_norm(x, g, axis=1),
        lambda x, g: centred(x, (0, 2, 3)) * g.reshape(3, 1, 1), [IMAGES, CHANNELS],
    ),
    "batch_norm with statistics": (
        lambda x, m, v: batch_norm(x, mean=m, variance=v), lambda x, m, v: (x - m) / np.sqrt(v + 1e-5),
        [ROWS, BIAS, GAIN],
    ),
    "attention": (attention, weighed, [Q, K, V]),
    "attention with a mask": (
        lambda q, k, v: attention(q, k, v, MASK), lambda q, k, v: weighed(q, k, v, MASK), [Q, K, V]
    ),
    "causal attention": (
        lambda q, k, v: attention(q, k, v, causal=True),
        lambda q, k, v: weighed(q, k, v, np.tri(3, 5, dtype=bool)), [Q, K, V],
    ),
    "causal attention with a mask": (
        lambda q, k, v: attention(q, k, v, np.arange(5) != 1, causal=True),
        lambda q, k, v: weighed(q, k, v, np.tri(3, 5, dtype=bool) & (np.arange(5) != 1)), [Q, K, V],
    ),
    "embedding": (
        lambda t: embedding(t, [[1, 4], [1, 0]]), lambda t: t[[[1, 4], [1, 0]]], [ROWS]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_layers_are_their_formulas(name: str, level: Any, backend: Any) -> None:
    function, plain, values = CASES[name]
    found, gradients = values_and_gradients(lambda *each: sd.sin(function(*each)), values, level, backend)
    assert_close(found, np.sin(plain(*values)), rtol=1e-12)
    assert_close(function(*values), plain(*values), rtol=1e-12)
    for one, other in zip(gradients, differences(lambda *each: np.sin(plain(*each)), values), strict=True):
        assert_close(one, other, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_so(name: str) -> None:
    function, _, values = CASES[name]
    found, gradients = values_and_gradients(function, [each.astype("float32") for each in values])
    assert {each.dtype for each in (found, *gradients)} == {np.dtype("float32")}


def test_sizes_may_be_named() -> None:
    g = sd.Graph()
    q, k, v = g.input("q", ("b", "n", "d")), g.input("k", ("b", "m", "d")), g.input("v", ("b", "m", 2))
    y = layer_norm(attention(q, k, v, causal=True))
    assert [str(dim) for dim in y.shape] == ["b", "n", "2"]
    expected = centred(weighed(Q, K, V, np.tri(3, 5, dtype=bool)), -1)
    for level, backend in WAYS:
        assert_close(run([q, k, v], y, [Q, K, V], level, backend), expected, rtol=1e-10)


def test_keys_that_are_not_seen_have_no_derivative() -> None:
    q, k = Q * 0, K.copy()
    k[:, 2] = 1e200
    _, gradients = values_and_gradients(lambda q, k, v: attention(q, k, v, np.arange(5) != 2), [q, k, V])
    assert all(np.isfinite(each).all() for each in gradients)
    assert not gradients[1][:, 2].any()


def test_statistics_are_each_features() -> None:
    average, variance = batch_statistics(IMAGES, axis=1)
    assert_close(average, IMAGES.mean((0, 2, 3)), rtol=1e-14)
    assert_close(variance, IMAGES.var((0, 2, 3)), rtol=1e-13)


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_dropout_drops_and_scales_and_its_derivative_does_the_same(level: Any, backend: Any) -> None:
    g = sd.Graph()
    x, key = g.input("x", ("n", 50)), g.input("key", (2,), "uint64")
    y = dropout(x, key, 0.25)
    values = [RNG.uniform(1, 2, (40, 50)), random.key(3)]
    found, gradient = run([x, key], [y, sd.grad(sd.sum(y), x)], values, level, backend)
    kept = random.uniform(random.key(3), (40, 50)) >= 0.25
    assert_close(found, np.where(kept, values[0] / 0.75, 0), rtol=1e-15)
    assert_close(gradient, kept / 0.75, rtol=1e-15)
    assert 0.7 < kept.mean() < 0.8
    assert dropout(np.ones(3, "float32"), random.key(0), 0.5).dtype == np.float32


def test_what_does_not_fit_is_refused() -> None:
    g = sd.Graph()
    x = g.input("x", ("n", 4))
    with pytest.raises(ShapeError, match=r"batch_norm: .* isn't one number for each of the 4 features"):
        batch_norm(x, np.ones(3))
    with pytest.raises(ShapeError, match="attention: queries, keys and values don't fit"):
        attention(x, x[:, :3], x)
    with pytest.raises(ShapeError, match="embedding: a table has two axes"):
        embedding(x[0], [1])
    for rate in (1.0, -0.1, 2, "a half"):
        with pytest.raises(ArgumentError, match="dropout: a rate of"):
            dropout(x, random.key(0), rate)  # type: ignore[arg-type]
