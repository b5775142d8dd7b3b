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


MODELS = [mlp, logistic_regression, softmax_cross_entropy, distances, differences, two_variables, second_order]
