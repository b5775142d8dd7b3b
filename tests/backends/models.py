"""Small models whose generated source is kept as golden files; the files quote these lines."""

import symdiff as sd


def mlp() -> sd.Function:
    g = sd.Graph()
    x, t = g.input("x", ("batch", 4)), g.input("t", ("batch", 1))
    W, b = g.input("W", (4, 16)), g.input("b", (16,))
    V, c = g.input("V", (16, 1)), g.input("c", (1,))
    with g.scope("hidden"):
        h = sd.tanh(x @ W + b)
    loss = sd.mean((h @ V + c - t) ** 2)
    return sd.compile([x, t, W, b, V, c], [loss, *sd.grad(loss, [W, b, V, c])], name="mlp")


def logistic_regression() -> sd.Function:
    g = sd.Graph()
    x, t, w = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",))
    p = 1 / (1 + sd.exp(-(x @ w)))
    loss = -sd.mean(t * sd.log(p) + (1 - t) * sd.log(1 - p))
    return sd.compile([x, t, w], [loss, sd.grad(loss, w)], name="logistic_regression")


def softmax_cross_entropy() -> sd.Function:
    g = sd.Graph()
    z, t = g.input("z", ("n", 10)), g.input("t", ("n", 10))
    p = sd.exp(z) / sd.sum(sd.exp(z), axis=1, keepdims=True)
    loss = -sd.sum(t * sd.log(p))
    return sd.compile([z, t], [loss, sd.grad(loss, z)], name="softmax_cross_entropy")


def distances() -> sd.Function:
    g = sd.Graph()
    x, y = g.input("x", ("n", 3), dtype="float32"), g.input("y", ("n", 3), dtype="float32")
    d = sd.sqrt(sd.sum((x - y) ** 2, axis=1))
    total = sd.sum(sd.where(d > 1, d, d * d))
    return sd.compile([x, y], {"total": total, "by_x": sd.grad(total, x)}, name="distances")


def differences() -> sd.Function:
    g = sd.Graph()
    x = g.input("x", ("n",))
    jumps = x[1:] - x[:-1]
    roughness = sd.sum(jumps**2) + sd.relu(x[0]) + x[2::2].sum()
    return sd.compile([x], [roughness, sd.grad(roughness, x)], name="differences")


def two_variables() -> sd.Function:
    g = sd.Graph()
    x, y = g.input("x"), g.input("y")
    f = sd.log(x) + x * y - sd.sin(y)
    return sd.compile([x, y], [f, *sd.grad(f, [x, y])], name="two_variables")


def second_order() -> sd.Function:
    g = sd.Graph()
    x, v = g.input("x", ("n",)), g.input("v", ("n",))
    f = sd.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    return sd.compile([x, v], [sd.grad(f, x), sd.hvp(f, x, v)], name="second_order")


def relu_classifier() -> sd.Function:
    g = sd.Graph()
    x, t = g.input("x", ("batch", 4)), g.input("t", ("batch",), "int64")
    W, b = g.input("W", (4, 16)), g.input("b", (16,))
    V, c = g.input("V", (16, 3)), g.input("c", (3,))
    h = sd.relu(x @ W + b)
    z = sd.log_softmax(h @ V + c, axis=1)
    loss = -sd.mean(sd.take_along_axis(z, t[:, None], axis=1))
    return sd.compile([x, t, W, b, V, c], [loss, *sd.grad(loss, [W, b, V, c])], name="relu_classifier")


def linear_regression() -> sd.Function:
    g = sd.Graph()
    x, t, w, b = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",)), g.input("b")
    loss = sd.mean((x @ w + b - t) ** 2)
    return sd.compile([x, t, w, b], [loss, *sd.grad(loss, [w, b])], name="linear_regression")


def ridge() -> sd.Function:
    g = sd.Graph()
    x, t, w, weight = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",)), g.input("weight")
    loss = sd.sum((x @ w - t) ** 2) + weight * sd.sum(w**2)
    return sd.compile([x, t, w, weight], [loss, sd.grad(loss, w)], name="ridge")


def gaussian() -> sd.Function:
    g = sd.Graph()
    x, mu, s = g.input("x", ("n", "d")), g.input("mu", ("d",)), g.input("log_scale", ("d",))
    z = (x - mu) / sd.exp(s)
    loss = sd.sum(0.5 * z**2 + s + 0.9189385332046727)
    return sd.compile([x, mu, s], [loss, *sd.grad(loss, [mu, s])], name="gaussian")


def full_gaussian() -> sd.Function:
    g = sd.Graph()
    x, mu, cov = g.input("x", ("n", 3)), g.input("mu", (3,)), g.input("cov", (3, 3))
    low = sd.linalg.cholesky(cov)
    z = sd.linalg.solve_triangular(low, (x - mu).T, lower=True)
    loss = 0.5 * sd.sum(z**2) + sd.size(x, 0, dtype="float64") * sd.sum(sd.log(sd.linalg.diagonal(low)))
    return sd.compile([x, mu, cov], [loss, *sd.grad(loss, [mu, cov])], name="full_gaussian")


def attention() -> sd.Function:
    g = sd.Graph()
    q, k, v, u = (g.input(name, ("heads", "t", 64)) for name in "qkvu")
    y = sd.softmax(q @ k.mT / 8, axis=-1) @ v
    return sd.compile([q, k, v, u], [y, *sd.vjp(y, [q, k, v], u)], name="attention")


def layer_norm() -> sd.Function:
    g = sd.Graph()
    x, u = g.input("x", ("n", 32)), g.input("u", ("n", 32))
    gain, shift = g.input("gain", (32,)), g.input("shift", (32,))
    c = x - sd.mean(x, axis=1, keepdims=True)
    y = c / sd.sqrt(sd.mean(c**2, axis=1, keepdims=True) + 1e-5) * gain + shift
    return sd.compile([x, gain, shift, u], [y, *sd.vjp(y, [x, gain, shift], u)], name="layer_norm")


def rbf_kernel() -> sd.Function:
    g = sd.Graph()
    x, y, length, u = g.input("x", ("n", "d")), g.input("y", ("m", "d")), g.input("length"), g.input("u", ("n", "m"))
    squares = sd.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)
    k = sd.exp(-squares / (2 * length**2))
    return sd.compile([x, y, length, u], [k, *sd.vjp(k, [x, y, length], u)], name="rbf_kernel")


def mixture() -> sd.Function:
    g = sd.Graph()
    x, mu = g.input("x", ("n", "d")), g.input("mu", ("k", "d"))
    s, w = g.input("log_scale", ("k", "d")), g.input("w", ("k",))
    z = (x[:, None, :] - mu) / sd.exp(s)
    scores = -0.5 * sd.sum(z**2, axis=-1) - sd.sum(s, axis=-1) + sd.log_softmax(w)
    loss = -sd.sum(sd.logsumexp(scores, axis=1))
    return sd.compile([x, mu, s, w], [loss, *sd.grad(loss, [mu, s, w])], name="mixture")


def rosenbrock() -> sd.Function:
    g = sd.Graph()
    x = g.input("x", ("n",))
    f = sd.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    return sd.compile([x], [f, sd.grad(f, x)], name="rosenbrock")


def convolution() -> sd.Function:
    g = sd.Graph()
    images, kernels = g.input("images", ("batch", 1, 8, 8)), g.input("kernels", (4, 1, 3, 3))
    y = sd.relu(sd.conv2d(images, kernels))
    loss = sd.mean(y**2)
    return sd.compile([images, kernels], [loss, *sd.grad(loss, [images, kernels])], name="convolution")


def dropout_step() -> sd.Function:
    g = sd.Graph()
    x, t, w = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",))
    key = g.input("key", (2,), "uint64")
    dropped = sd.library.dropout(x, key, 0.5)
    loss = sd.mean((dropped @ w - t) ** 2)
    return sd.compile([x, t, w, key], [loss, sd.grad(loss, w)], name="dropout_step")


def adam_step() -> sd.Function:
    g = sd.Graph()
    x, t, w = g.input("x", ("n", "d")), g.input("t", ("n",)), g.input("w", ("d",))
    m, v, count = g.input("m", ("d",)), g.input("v", ("d",)), g.input("count")
    loss = sd.mean((x @ w - t) ** 2)
    slope = sd.grad(loss, w)
    new_m = 0.9 * m + 0.1 * slope
    new_v = 0.999 * v + 0.001 * slope**2
    rate = 0.001 * sd.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    new_w = w - rate * new_m / (sd.sqrt(new_v) + 1e-8)
    return sd.compile([x, t, w, m, v, count], [loss, slope, new_w, new_m, new_v], name="adam_step")


MODELS = [
    mlp, logistic_regression, softmax_cross_entropy, distances, differences, two_variables, second_order,
    relu_classifier, linear_regression, ridge, gaussian, full_gaussian, attention, layer_norm, rbf_kernel, mixture,
    rosenbrock, convolution, dropout_step, adam_step,
]  # fmt: skip
