"""Rosenbrock's function of 50 variables: small arrays, where calls cost more than arithmetic."""

from typing import Any

import numpy as np

from benchmarks.arranged import rosenbrock as by_hand
from benchmarks.workload import Workload


def _inputs(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    return (rng.normal(size=n),)


def _inputs_and_direction(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    return tuple(rng.normal(size=(2, n)))


def _function(np: Any) -> Any:
    """sum(100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2), in a system's functions."""

    def f(x: Any) -> Any:
        a, b = x[:-1], x[1:]
        difference, rest = b - a * a, 1 - a
        return np.sum(100 * (difference * difference) + rest * rest)

    return f


def outputs(system: Any, x: Any) -> list[Any]:
    """The value and the gradient."""
    value, gradients = system.value_and_grad(_function(system.np), (0,))(x)
    return [value, *gradients]


def product(system: Any, x: Any, v: Any) -> list[Any]:
    """The Hessian times a vector."""
    return [system.hvp(_function(system.np))(x, v)]


def hand(x: Any) -> list[Any]:
    """The same as a person writes it."""
    a = x[:-1]
    difference, rest = x[1:] - a**2, 1 - a
    value = np.sum(100 * difference**2 + rest**2)
    g = np.zeros_like(x)
    g[1:] = 200 * difference
    g[:-1] -= 400 * difference * a + 2 * rest
    return [value, g]


def product_by_hand(x: Any, v: Any) -> list[Any]:
    """The same as a person writes it."""
    a, u = x[:-1], v[:-1]
    difference, change = x[1:] - a**2, v[1:] - 2 * a * u
    h = np.zeros_like(x)
    h[1:] = 200 * change
    h[:-1] += 2 * u - 400 * (change * a + difference * u)
    return [h]


GRADIENT = Workload(
    "rosenbrock", "Rosenbrock 50, value + gradient", _inputs, outputs, hand, by_hand.run, full=(50,), small=(6,),
)  # fmt: skip
PRODUCT = Workload(
    "rosenbrock_hvp", "Rosenbrock 50, Hessian-vector", _inputs_and_direction, product, product_by_hand,
    by_hand.product, full=(50,), small=(6,),
)  # fmt: skip
