"""Gradients that a person wrote, as expressions, beside the models they are of."""

from __future__ import annotations

from typing import Any, NamedTuple

import symdiff as sd


class Written(NamedTuple):
    """A model's inputs, its value, what to differentiate by, and the gradients as a person writes them."""

    inputs: list[Any]
    value: Any
    sources: list[Any]
    gradients: list[Any]


def linear_regression() -> Written:
    g = sd.Graph()
    x, t, w, b = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",)), g.input("b")
    r = x @ w + b - t
    d = r * (2 / sd.size(r, dtype="float64"))
    return Written([x, t, w, b], sd.mean(r**2), [w, b], [x.mT @ d, sd.sum(d)])


def ridge() -> Written:
    g = sd.Graph()
    x, t, w, weight = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",)), g.input("weight")
    r = x @ w - t
    return Written([x, t, w, weight], sd.sum(r**2) + weight * sd.sum(w**2), [w], [2 * (x.mT @ r) + 2 * (weight * w)])


def logistic_regression() -> Written:
    g = sd.Graph()
    x, t, w = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",))
    p = 1 / (1 + sd.exp(-(x @ w)))
    loss = -sd.mean(t * sd.log(p) + (1 - t) * sd.log(1 - p))
    return Written([x, t, w], loss, [w], [x.mT @ ((sd.sigmoid(x @ w) - t) / sd.size(t, dtype="float64"))])


def softmax_cross_entropy() -> Written:
    g = sd.Graph()
    z, t = g.input("z", ("n", 10)), g.input("t", ("n", 10))
    p = sd.exp(z) / sd.sum(sd.exp(z), axis=1, keepdims=True)
    gradient = sd.softmax(z, axis=1) * sd.sum(t, axis=1, keepdims=True) - t
    return Written([z, t], -sd.sum(t * sd.log(p)), [z], [gradient])


def mlp() -> Written:
    g = sd.Graph()
    x, t = g.input("x", ("batch", 4)), g.input("t", ("batch", 1))
    W, b, V, c = g.input("W", (4, 16)), g.input("b", (16,)), g.input("V", (16, 1)), g.input("c", (1,))
    h = sd.tanh(x @ W + b)
    r = h @ V + c - t
    d = r * (2 / sd.size(r, dtype="float64"))
    d_h = d @ V.mT * (1 - h * h)
    return Written(
        [x, t, W, b, V, c], sd.mean(r**2), [W, b, V, c], [x.mT @ d_h, sd.sum(d_h, axis=0), h.mT @ d, sd.sum(d, axis=0)]
    )


def classifier() -> Written:
    g = sd.Graph()
    x, t = g.input("x", ("batch", 4)), g.input("t", ("batch", 3))
    W, b, V, c = g.input("W", (4, 16)), g.input("b", (16,)), g.input("V", (16, 3)), g.input("c", (3,))
    a = x @ W + b
    h = sd.relu(a)
    z = h @ V + c
    n = sd.size(x, 0, dtype="float64")
    loss = -sd.mean(sd.sum(t * sd.log_softmax(z, axis=1), axis=1))
    d_z = (sd.softmax(z, axis=1) * sd.sum(t, axis=1, keepdims=True) - t) / n
    d_a = sd.where(a > 0, d_z @ V.mT, 0)
    return Written(
        [x, t, W, b, V, c], loss, [W, b, V, c],
        [x.mT @ d_a, sd.sum(d_a, axis=0), h.mT @ d_z, sd.sum(d_z, axis=0)],
    )  # fmt: skip


def gaussian() -> Written:
    g = sd.Graph()
    x, mu, s = g.input("x", ("n", "d")), g.input("mu", ("d",)), g.input("log_scale", ("d",))
    c, precision = x - mu, sd.exp(-s)
    z = c * precision
    value = sd.sum(0.5 * z**2 + s + 0.9189385332046727)
    d_precision = sd.sum(z * c, axis=0)
    n = sd.size(x, 0, dtype="float64")
    return Written([x, mu, s], value, [mu, s], [-(sd.sum(z, axis=0) * precision), n - d_precision * precision])


def attention() -> Written:
    g = sd.Graph()
    q, k, v, u = (g.input(name, ("heads", "t", 64)) for name in "qkvu")
    a = sd.softmax(q @ k.mT / 8, axis=-1)
    d_a = u @ v.mT
    d_z = a * (d_a - sd.sum(d_a * a, axis=-1, keepdims=True)) / 8
    return Written([q, k, v, u], sd.sum(u * (a @ v)), [q, k, v], [d_z @ k, d_z.mT @ q, a.mT @ u])


def layer_norm() -> Written:
    g = sd.Graph()
    x, u = g.input("x", ("n", 32)), g.input("u", ("n", 32))
    gain, shift = g.input("gain", (32,)), g.input("shift", (32,))
    c = x - sd.mean(x, axis=1, keepdims=True)
    scale = sd.sqrt(sd.mean(c**2, axis=1, keepdims=True) + 1e-5)
    h = c / scale
    d_h = u * gain
    d_scale = -sd.sum(d_h * h, axis=1, keepdims=True) / scale
    d_c = d_h / scale + d_scale * (0.5 / scale) * (2 / 32) * c
    d_x = d_c - sd.mean(d_c, axis=1, keepdims=True)
    value = sd.sum(u * (h * gain + shift))
    return Written([x, gain, shift, u], value, [x, gain, shift], [d_x, sd.sum(u * h, axis=0), sd.sum(u, axis=0)])


def rbf_kernel() -> Written:
    g = sd.Graph()
    x, y, length, u = g.input("x", ("n", "d")), g.input("y", ("m", "d")), g.input("length"), g.input("u", ("n", "m"))
    difference = x[:, None, :] - y
    squares = sd.sum(difference**2, axis=-1)
    twice = 2 * length**2
    k = sd.exp(-squares / twice)
    d = u * k
    d_squares = -(d / twice)
    d_difference = 2 * difference * d_squares[:, :, None]
    d_length = sd.sum(d * squares / twice) / twice * (4 * length)
    return Written(
        [x, y, length, u], sd.sum(u * k), [x, y, length],
        [sd.sum(d_difference, axis=1), -sd.sum(d_difference, axis=0), d_length],
    )  # fmt: skip


def rosenbrock() -> Written:
    g = sd.Graph()
    x = g.input("x", ("n",))
    a = x[:-1]
    difference, rest = x[1:] - a * a, 1 - a
    value = sd.sum(100 * difference**2 + rest**2)
    d = sd.zeros_like(x).at[1:].add(200 * difference).at[:-1].add(-2 * rest - 400 * (difference * a))
    return Written([x], value, [x], [d])


def gelu() -> Written:
    g = sd.Graph()
    x, u = g.input("x", ("n",)), g.input("u", ("n",))
    t = sd.tanh(0.7978845608028654 * (x + 0.044715 * x**3))
    slope = 0.7978845608028654 * (0.5 + 1.5 * 0.044715 * (x * x))
    d = u * (0.5 * (1 + t) + x * (1 - t * t) * slope)
    return Written([x, u], sd.sum(u * (0.5 * x * (1 + t))), [x], [d])


def gaussian_kernel_form() -> Written:
    g = sd.Graph()
    x, s, u, v = g.input("x", (40, 3)), g.input("s"), g.input("u", (40,)), g.input("v", (40,))
    squares = sd.sum(x * x, axis=1)
    k = sd.exp(s * (squares[:, None] + squares - (2 * x) @ x.mT))
    w = u[:, None] * v * k
    sums = s * (sd.sum(w, axis=0) + sd.sum(w, axis=1))
    return Written(
        [x, s, u, v], u @ (k @ v), [x], [2 * (x * sums[:, None] - s * (w @ x + w.mT @ x))],
    )  # fmt: skip


MODELS = [
    linear_regression, ridge, logistic_regression, softmax_cross_entropy, mlp, classifier, gaussian, attention,
    layer_norm, rbf_kernel, rosenbrock, gelu, gaussian_kernel_form,
]  # fmt: skip
