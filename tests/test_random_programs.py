"""Random small programs: backends agree to the bit, levels up to rounding, and modes; gradients stay small."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.optimize.passes import LEVELS
from tests.values import assert_same, run

BATCH: Final = 4
UNARY: Final[MappingProxyType[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        **{
            name: getattr(sd, name)
            for name in (
                "sin", "cos", "tanh", "atan", "asinh", "exp", "sigmoid", "log_sigmoid", "relu", "abs", "square",
                "negative", "positive", "softmax", "log_softmax", "logsumexp", "expm1", "sum", "mean", "max", "min",
                "prod", "vector_norm", "flip", "log", "sqrt", "log1p", "reciprocal", "cosh",
            )
        },
        "softplus": lambda x: sd.log(1 + sd.exp(x)),
        "logistic": lambda x: 1 / (1 + sd.exp(-x)),
        "weights": lambda x: sd.exp(x) / sd.sum(sd.exp(x), axis=-1, keepdims=True),
        "length": lambda x: sd.sqrt(sd.sum(x * x, axis=-1)),
        "magnitude": lambda x: sd.sqrt(x * x),
        "entropy": lambda x: sd.softmax(x) * sd.log(sd.softmax(x)),
        "cube": lambda x: x**3,
        "root": lambda x: sd.abs(x) ** 0.5,
        "inverse square": lambda x: (1 + x**2) ** -1,
        "powers of two": lambda x: 2.0**x,
        "times one": lambda x: x * 1 + 0 - 0.0,
        "halves": lambda x: 0.5 - x / 2,
        "clip": lambda x: sd.clip(x, -0.7, 0.9),
        "columns": lambda x: sd.sum(x, axis=0),
        "rows": lambda x: sd.mean(x, axis=-1, keepdims=True),
        "row maxima": lambda x: sd.max(x, axis=-1),
        "column products": lambda x: sd.prod(x, axis=0, keepdims=True),
        "log-sum-exp of rows": lambda x: sd.logsumexp(x, axis=-1, keepdims=True),
        "transposed": lambda x: x.T,
        "flat": lambda x: x.reshape(-1),
        "column": lambda x: x[:, None],
        "all but one": lambda x: x[1:],
        "every second": lambda x: x[::2],
        "backwards": lambda x: x[..., ::-1],
        "first": lambda x: x[0],
        "last": lambda x: x[..., -1],
        "unpacked": lambda x: x[..., 0] * x[..., 1] - x[..., 2],
        "guarded log": lambda x: sd.where(x > 0.1, sd.log(x), x),
        "guarded root": lambda x: sd.where(x > 0, sd.sqrt(x), 0),
        "twice": lambda x: sd.stack([x, x * 2]),
    }
)  # fmt: skip
BINARY: Final[MappingProxyType[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / (2 + sd.sin(b)),
        "quotient": lambda a, b: a / b,
        "@": lambda a, b: a @ b,
        "maximum": sd.maximum,
        "minimum": sd.minimum,
        "hypot": sd.hypot,
        "distance": lambda a, b: sd.sqrt(a**2 + b**2),
        "logaddexp": sd.logaddexp,
        "log of exponentials": lambda a, b: sd.log(sd.exp(a) + sd.exp(b)),
        "atan2": sd.atan2,
        "xlogy": lambda a, b: sd.xlogy(a, 1 + b * b),
        "where": lambda a, b: sd.where(a > b, a, b * 2),
        "concat": lambda a, b: sd.concat([a, b], axis=-1),
        "power": lambda a, b: (1.5 + sd.sin(a)) ** b,
    }
)
numbers = st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0])
steps = st.one_of(
    st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 9), st.none()),
    st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 9), numbers),
)
Program = list[tuple[str, int, Any]]


def build(program: Program, dtype: str) -> tuple[list[Any], Any]:
    """The inputs, and a scalar that the program's last values are summed to; steps that don't fit are left out."""
    graph = sd.Graph()
    inputs = [
        graph.input("x", ("batch", 3), dtype),
        graph.input("w", (3,), dtype),
        graph.input("m", (3, 3), dtype),
        graph.input("s", (), dtype),
    ]
    values = list(inputs)
    for name, first, second in program:
        left = values[-1 - first % len(values)]
        try:
            if second is None:
                values.append(UNARY[name](left))
            elif isinstance(second, float):
                values.append(BINARY[name](left, second))
            else:
                values.append(BINARY[name](left, values[-1 - second % len(values)]))
        except SymdiffError:
            continue
    return inputs, sum(sd.mean(value) for value in values[-2:])


def arguments(dtype: str) -> list[Any]:
    """Values for the inputs."""
    rng = np.random.default_rng(17)
    return [rng.uniform(-1.5, 1.5, shape).astype(dtype) for shape in ((BATCH, 3), (3,), (3, 3), ())]


def edges(inputs: list[Any], target: Any) -> int:
    """How many operands there are on the way from inputs to target."""
    nodes = target.graph.arena.nodes
    reached = {x.id for x in inputs}
    count = 0
    for node in target.graph.arena.ancestors([target.id]):
        found = sum(parent in reached for parent in nodes[node].inputs)
        if found and nodes[node].type.dtype.kind == "f":
            reached.add(node)
            count += found
    return count


def check(program: Program, dtype: str, second: bool) -> float | None:
    """All laws on one program; the number of nodes its gradient adds for each edge."""
    inputs, target = build(program, dtype)
    if second:
        target = sd.sum(sd.sin(sd.grad(target, inputs[0])))
    gradients = sd.grad(target, inputs)
    rng = np.random.default_rng(19)
    values = arguments(dtype)
    directions = [rng.uniform(0.5, 1.5, np.shape(value)).astype(dtype) for value in values]
    # the tangent's direction is an input too, since a named size has no constant
    moves = [target.graph.input(f"d_{x.attrs[0]}", x.shape, dtype) for x in inputs]
    outputs = [target, *gradients, sd.jvp(target, inputs, moves)]
    found: dict[str, list[Any]] = {}
    for level in LEVELS:
        results = (
            run([*inputs, *moves], outputs, [*values, *directions], level, backend)
            for backend in ("interpreter", "readable", "python")
        )
        found[level], emitted, tuned = results
        for y, left, right in zip(outputs, found[level], emitted, strict=True):
            assert left.dtype == y.dtype
            assert_same(right, left, f"source at level {level}")
        _levels_agree(found[level], tuned, dtype)
    for level in LEVELS:
        _levels_agree(found["none"], found[level], dtype)
        _modes_agree(found[level], directions, dtype)
    if second or dtype == "float32":
        return None
    sizes = [len(sd.compile(inputs, each, name="f", optimize="none").graph) for each in (target, [target, *gradients])]
    count = edges(inputs, target)
    return (sizes[1] - sizes[0]) / count if count else None


def _levels_agree(plain: list[Any], better: list[Any], dtype: str) -> None:
    """Where everything is finite and moderate as written, it is so at another level, up to rounding."""
    scale = max(float(np.max(np.abs(each))) for each in plain)
    if not scale < 1e4:
        return
    tolerance = (1e-9 if dtype == "float64" else 5e-3) * (1 + scale)
    for left, right in zip(plain, better, strict=True):
        np.testing.assert_allclose(right, left, rtol=0, atol=tolerance)


def _modes_agree(found: list[Any], directions: list[Any], dtype: str) -> None:
    """The tangent is the gradient times the direction."""
    _, *gradients, tangent = found
    parts = np.concatenate([np.ravel(g * d) for g, d in zip(gradients, directions, strict=True)])
    size = float(np.abs(parts).sum())
    if np.isfinite(size) and size < 1e6 and np.isfinite(tangent):
        tolerance = (1e-10 if dtype == "float64" else 5e-3) * (1 + size)
        np.testing.assert_allclose(tangent, parts.sum(), rtol=0, atol=tolerance)


def test_random_programs() -> None:
    """Every law holds of every program; over all of them a gradient takes at most 5 nodes an edge."""
    growth: list[float] = []

    @given(st.lists(steps, min_size=1, max_size=8), st.sampled_from(["float64", "float64", "float32"]))
    @settings(max_examples=100)
    def first_order(program: Program, dtype: str) -> None:
        ratio = check(program, dtype, second=False)
        if ratio is not None:
            growth.append(ratio)

    first_order()
    assert len(growth) > 30
    assert np.mean(growth) <= 5


@given(st.lists(steps, min_size=1, max_size=4))
@settings(max_examples=40)
def test_random_programs_to_second_order(program: Program) -> None:
    """The laws hold of functions of gradients too."""
    check(program, "float64", second=True)
