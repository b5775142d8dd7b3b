"""Derivatives checked against difference quotients, for models a user doesn't trust yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from symdiff.compiling import by_name, compile
from symdiff.differentiate.api import grad, hvp
from symdiff.errors import ArgumentError, SymdiffError
from symdiff.expr import Expr, describe_node
from symdiff.tree import flatten


class GradientMismatchError(SymdiffError, AssertionError):
    """A derivative that isn't what difference quotients say."""


class Check(NamedTuple):
    """The largest relative difference found between derivatives and quotients, and how many directions were tried."""

    error: float
    directions: int


def check_grad(
    target: Expr,
    sources: Any,
    values: Mapping[Any, Any],
    *,
    order: int = 1,
    directions: int = 3,
    tolerance: float | None = None,
    seed: int = 0,
) -> Check:
    """Compare the gradient of a scalar with central differences at given values of the inputs.

    Along random unit directions v of each source, <grad f, v> is compared with (f(x + h v) - f(x - h v)) / 2h;
    with `order=2` also H v with the difference of gradients. h is the cube root of the dtype's resolution times
    the source's scale; `tolerance` (relative to the larger side, by default 1e-5 in float64 and 2e-2 in
    float32) is what may differ. `values` holds every input, by expression or by name.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", (3,))
    >>> sd.check_grad(sd.sum(sd.sin(x) ** 3), [x], {x: [0.1, 0.2, 0.3]}, order=2).directions
    6

    Raises `GradientMismatchError` naming the source where they differ by more, `ArgumentError` for another order.
    """
    if order not in (1, 2):
        raise ArgumentError(f"check_grad: order {order} isn't checked", advice="order is 1 or 2")
    names = dict.fromkeys(map(_real_input, flatten(sources)[0]))
    # The direction of a Hessian product is one more input, which the user's graph shouldn't get.
    target = type(target.graph)(language=target.graph.language).include(target)
    given = by_name(values)
    inputs = [argument for argument in target.graph.arguments if argument.attrs[0] in given]
    point = [np.asarray(given[argument.attrs[0]], argument.dtype) for argument in inputs]
    rng = np.random.default_rng(seed)
    worst, tried = 0.0, 0
    for name in names:
        position = _position(inputs, name)
        for derivative, function in _pairs(inputs, target, inputs[position], order):
            for _ in range(directions):
                error = _compare(derivative, function, point, position, rng)
                worst, tried = max(worst, error), tried + 1
                _refuse(error, tolerance, inputs[position])
    return Check(worst, tried)


def _real_input(source: Any) -> str:
    if not isinstance(source, Expr) or source.operation.op.name != "input" or source.dtype.kind != "f":
        found = describe_node(source) if isinstance(source, Expr) else repr(source)
        raise ArgumentError("check_grad: a source is a real input of the graph", context=[found])
    return source.attrs[0]


def _position(inputs: list[Expr], name: str) -> int:
    for position, argument in enumerate(inputs):
        if argument.attrs[0] == name:
            return position
    raise ArgumentError(
        f"check_grad: the target doesn't depend on {name!r}, or it has no value", advice="give it in values"
    )


def _pairs(inputs: list[Expr], target: Expr, source: Expr, order: int) -> list[tuple[Any, Any]]:
    """For each order, a directional derivative and the function whose difference quotient it should be."""
    slope = grad(target, source)
    first = _first_order(inputs, target, slope)
    return [first] if order == 1 else [first, _second_order(inputs, target, slope, source)]


def _first_order(inputs: list[Expr], target: Expr, slope: Expr) -> tuple[Any, Any]:
    gradient = compile(inputs, slope, name="gradient")
    return lambda point, v: np.sum(gradient(*point) * v), compile(inputs, target, name="target")


def _second_order(inputs: list[Expr], target: Expr, slope: Expr, source: Expr) -> tuple[Any, Any]:
    v = source.graph.input(f"direction of {source.attrs[0]}", source.shape, source.dtype)
    product = compile([*inputs, v], hvp(target, source, v), name="product")
    return lambda point, direction: product(*point, direction), compile(inputs, slope, name="gradient")


def _compare(derivative: Any, function: Any, point: list[Any], position: int, rng: np.random.Generator) -> float:
    """The relative difference of a derivative along a random direction and its difference quotient."""
    x = point[position]
    direction = rng.normal(size=x.shape)
    direction = (direction / max(float(np.linalg.norm(direction)), 1e-300)).astype(x.dtype)
    step = np.cbrt(np.finfo(x.dtype).eps) * max(1.0, float(np.max(np.abs(x), initial=0.0)))
    ahead, behind = ([*point[:position], x + s * direction, *point[position + 1 :]] for s in (step, -step))
    quotient = (np.asarray(function(*ahead), float) - np.asarray(function(*behind), float)) / (2 * step)
    found = np.asarray(derivative(point, direction), float)
    scale = max(float(np.max(np.abs(quotient), initial=0.0)), float(np.max(np.abs(found), initial=0.0)), 1e-3)
    return float(np.max(np.abs(found - quotient), initial=0.0)) / scale


def _refuse(error: float, tolerance: float | None, source: Expr) -> None:
    allowed = tolerance if tolerance is not None else (1e-5 if source.dtype == np.float64 else 2e-2)
    if not error <= allowed:
        raise GradientMismatchError(
            f"the derivative by {source.attrs[0]!r} differs from difference quotients by {error:.2g} of its size",
            advice="a kink or NaN nearby, a stop_gradient, or a wrong rule of an op of one's own",
            context=[describe_node(source)],
        )
