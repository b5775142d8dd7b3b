"""Convolution and pooling against loops over every element, with strides, padding, dilation and groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, ShapeError
from symdiff.library.convolution import (
    average_pool1d,
    average_pool2d,
    conv1d,
    conv2d,
    max_pool1d,
    max_pool2d,
)
from tests.library.laws import WAYS, differences, values_and_gradients
from tests.values import assert_close, run

RNG = np.random.default_rng(5)


def pair(value: Any) -> tuple[int, int]:
    """A number for each of two axes."""
    return value if isinstance(value, tuple) else (value, value)


def loops(x: Any, W: Any, b: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Any:
    """The convolution of images, one element at a time."""
    (down, right), (top, left), (tall, wide) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, [(0, 0), (0, 0), (top, top), (left, left)])
    high, broad = (W.shape[2] - 1) * tall + 1, (W.shape[3] - 1) * wide + 1
    shape = ((x.shape[2] - high) // down + 1, (x.shape[3] - broad) // right + 1)
    y = np.zeros((x.shape[0], W.shape[0], *shape))
    share = W.shape[0] // groups
    for n, o, i, j in np.ndindex(y.shape):
        first = (o // share) * W.shape[1]
        part = x[n, first : first + W.shape[1], i * down : i * down + high : tall, j * right : j * right + broad : wide]
        y[n, o, i, j] = (part * W[o]).sum() + b[o]
    return y


def flat_loops(x: Any, W: Any, b: Any, **options: Any) -> Any:
    """The convolution of signals, as images of height 1."""
    options = {
        name: value if name == "groups" else (1 if name != "padding" else 0, value) for name, value in options.items()
    }
    return loops(x[:, :, None], W[:, :, None], b, **options)[:, :, 0]


CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], Sequence[tuple[int, ...]], dict[str, Any]]] = {
    "1-D": (conv1d, flat_loops, [(2, 3, 7), (4, 3, 3), (4,)], {}),
    "1-D strided": (conv1d, flat_loops, [(2, 3, 8), (4, 3, 3), (4,)], {"stride": 2}),
    "1-D padded, dilated": (conv1d, flat_loops, [(2, 1, 7), (2, 1, 3), (2,)], {"padding": 2, "dilation": 2}),
    "1-D in groups": (conv1d, flat_loops, [(2, 4, 5), (6, 2, 2), (6,)], {"groups": 2}),
    "2-D": (conv2d, loops, [(2, 3, 5, 4), (2, 3, 2, 3), (2,)], {}),
    "2-D of everything": (
        conv2d, loops, [(2, 4, 6, 5), (4, 2, 2, 3), (4,)],
        {"stride": (2, 1), "padding": (1, 2), "dilation": (2, 1), "groups": 2},
    ),
    "2-D of each channel": (conv2d, loops, [(1, 3, 4, 4), (3, 1, 2, 2), (3,)], {"groups": 3}),
    "2-D of points": (conv2d, loops, [(2, 3, 2, 2), (4, 3, 1, 1), (4,)], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_convolution_is_the_loops(name: str, level: Any, backend: Any) -> None:
    function, plain, shapes, options = CASES[name]
    values = [RNG.uniform(-1, 1, shape) for shape in shapes]
    found, gradients = values_and_gradients(lambda *each: function(*each, **options), values, level, backend)
    assert_close(found, plain(*values, **options), rtol=1e-12)
    assert_close(function(*values, **options), found, rtol=1e-14)
    assert_close(function(*values[:2], **options), plain(*values[:2], 0 * values[2], **options), rtol=1e-12)
    if level == "default":
        for one, other in zip(gradients, differences(lambda *each: plain(*each, **options), values), strict=True):
            assert_close(one, other, rtol=1e-5)


def windows_of(x: Any, size: Any, stride: Any, padding: Any, fill: float) -> Any:
    """The windows over the last two axes, one at a time."""
    (high, broad), (down, right), (top, left) = pair(size), pair(stride), pair(padding)
    x = np.pad(x, [*[(0, 0)] * (x.ndim - 2), (top, top), (left, left)], constant_values=fill)
    shape = ((x.shape[-2] - high) // down + 1, (x.shape[-1] - broad) // right + 1)
    rows = [
        [x[..., i * down : i * down + high, j * right : j * right + broad] for j in range(shape[1])]
        for i in range(shape[0])
    ]
    return np.moveaxis(np.array(rows), (0, 1), (-4, -3))


@pytest.mark.parametrize(
    ("size", "options"), [(2, {}), ((2, 3), {"stride": 1}), (3, {"stride": (2, 1), "padding": 1}), ((1, 2), {})]
)
@pytest.mark.parametrize("largest", [True, False])
def test_pooling_is_the_loops(size: Any, options: dict[str, Any], largest: bool) -> None:
    x = RNG.uniform(-1, 1, (2, 3, 5, 6))
    fill = -np.inf if largest else 0.0
    pool, reduce = (max_pool2d, np.max) if largest else (average_pool2d, np.mean)

    def plain(x: Any) -> Any:
        stride = options.get("stride", size)
        return reduce(windows_of(x, size, stride, options.get("padding", 0), fill), axis=(-2, -1))

    found, (gradient,) = values_and_gradients(lambda x: pool(x, size, **options), [x])
    assert_close(found, plain(x), rtol=1e-14)
    assert_close(gradient, differences(plain, [x])[0])
    assert_close(pool(x, size, **options), found, rtol=1e-15)


def test_pooling_over_one_axis_is_that_over_two() -> None:
    x = RNG.uniform(-1, 1, (2, 3, 7))
    for one, two in ((max_pool1d, max_pool2d), (average_pool1d, average_pool2d)):
        flat = one(x, 3, stride=2, padding=1)
        np.testing.assert_array_equal(flat, two(x[:, :, None], (1, 3), stride=(1, 2), padding=(0, 1))[:, :, 0])


def test_ties_in_a_window_share_the_derivative() -> None:
    _, (gradient,) = values_and_gradients(lambda x: max_pool1d(x, 2), [np.array([1.0, 1.0, 3.0, 2.0])])
    np.testing.assert_array_equal(gradient, [0.5, 0.5, 1, 0])


def test_sizes_may_be_named() -> None:
    g = sd.Graph()
    x, w = g.input("x", ("batch", 2, "n", 6)), g.input("W", (3, 2, 3, 3))
    y = max_pool2d(conv2d(x, w, padding=1), 2)
    assert [str(dim) for dim in y.shape] == ["batch", "3", "n//2", "3"]
    values = [RNG.uniform(-1, 1, (2, 2, 5, 6)), RNG.uniform(-1, 1, (3, 2, 3, 3))]
    for level, backend in WAYS:
        found, gradients = run([x, w], [y, sd.grad(sd.sum(y), [x, w])], values, level, backend)
        assert_close(found, max_pool2d(loops(*values, np.zeros(3), padding=1), 2), rtol=1e-12)
        assert [each.shape for each in gradients] == [each.shape for each in values]


def test_float32_stays_so() -> None:
    values = [RNG.uniform(-1, 1, shape).astype("float32") for shape in ((2, 1, 5), (2, 1, 3), (2,))]
    found, gradients = values_and_gradients(conv1d, values)
    assert {each.dtype for each in (found, *gradients)} == {np.dtype("float32")}


def test_what_does_not_fit_is_refused() -> None:
    g = sd.Graph()
    x, w = g.input("x", ("n", 4, 8)), g.input("W", (6, 2, 3))
    for groups in (1, 4):
        with pytest.raises(ShapeError, match=r"conv1d: .* don't fit") as caught:
            conv1d(x, w, groups=groups)
        assert "test_convolution.py" in str(caught.value)
    with pytest.raises(ShapeError, match="conv2d"):
        conv2d(x, w, groups=2)
    with pytest.raises(ShapeError, match="b has the shape"):
        conv1d(x, w, np.ones(2), groups=2)
    with pytest.raises(ShapeError, match="a window of 19 doesn't fit"):
        conv1d(x, w, groups=2, dilation=9)
    for wrong in (0, -1, 1.5, (1, 1)):
        with pytest.raises(ArgumentError, match="conv1d"):
            conv1d(x, w, groups=2, stride=wrong)
    with pytest.raises(ArgumentError, match="max_pool1d: a padding"):
        max_pool1d(x, 2, padding=2)
