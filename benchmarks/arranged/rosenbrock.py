"""Rosenbrock's function, arranged: few calls, with positional results, on memory that is there already."""

from typing import Any

from numpy import add, empty, multiply, subtract


def run(x: Any) -> list[Any]:
    """The value and the gradient."""
    a = x[:-1]
    g = empty(x.shape)
    difference = g[1:]
    multiply(a, a, difference)
    subtract(x[1:], difference, difference)
    rest = subtract(a, 1.0)
    value = 100.0 * difference.dot(difference) + rest.dot(rest)
    work = multiply(difference, a)
    multiply(work, -400.0, work)
    multiply(difference, 200.0, difference)
    g[0] = 0.0
    multiply(rest, 2.0, rest)
    add(work, rest, work)
    left = g[:-1]
    add(left, work, left)
    return [value, g]


def product(x: Any, v: Any) -> list[Any]:
    """The Hessian times a vector."""
    a, u = x[:-1], v[:-1]
    h = empty(x.shape)
    change = h[1:]
    work = multiply(a, u)
    multiply(work, -2.0, change)
    add(change, v[1:], change)
    multiply(a, a, work)
    subtract(x[1:], work, work)
    multiply(work, u, work)
    moved = multiply(change, a)
    add(work, moved, work)
    multiply(work, -400.0, work)
    multiply(u, 2.0, moved)
    add(work, moved, work)
    multiply(change, 200.0, change)
    h[0] = 0.0
    left = h[:-1]
    add(left, work, left)
    return [h]
