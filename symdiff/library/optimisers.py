"""Optimisers as expressions: new parameters from parameters and gradients, in the same containers."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ArgumentError, DtypeError, ShapeError, SymdiffError
from symdiff.library.operands import complaint, require_same_shape
from symdiff.ops.shape import asarray
from symdiff.tree import Structure, flatten, flatten_as, rebuild


def sgd(parameters: Any, gradients: Any, rate: Any) -> Any:
    """Gradient descent, one step: parameters - rate gradients.

    Both are expressions or arrays, or nested lists, tuples and dicts of them, alike; `rate` is a number or a
    scalar expression, taken in each parameter's dtype, so that the new ones have the shapes, dtypes and
    containers of the old. Raises `ArgumentError` where the containers differ, `ShapeError` where a gradient
    doesn't have its parameter's shape, `DtypeError` where a parameter isn't floating. Goodfellow et al.,
    algorithm 8.1.

    >>> import symdiff as sd
    >>> from symdiff.library.optimisers import sgd
    >>> g = sd.Graph()
    >>> w = {"a": g.input("a"), "b": g.input("b", (2,))}
    >>> new = sgd(w, sd.grad(w["a"] ** 2 + sd.sum(w["b"] ** 2), w), 0.25)
    >>> new["b"].eval({"b": [1.0, -2.0]})
    array([ 0.5, -1. ])
    """
    each, structure = _leaves("sgd", parameters)
    slopes = _beside("sgd", structure, each, gradients, "gradient")
    return rebuild(
        structure, [w - _scalar("sgd", rate, w, "rate") * slope for w, slope in zip(each, slopes, strict=True)]
    )


def momentum(parameters: Any, gradients: Any, velocities: Any, rate: Any, decay: Any) -> tuple[Any, Any]:
    """Gradient descent with momentum, one step: (new parameters, new velocities).

    velocity' = decay velocity - rate gradient, parameter' = parameter + velocity'; velocities start at 0.
    Forms, dtypes and errors are as for `sgd`; velocities are like the parameters. Polyak, *Some Methods of
    Speeding up the Convergence of Iteration Methods*, 1964; Goodfellow et al., algorithm 8.2.

    >>> import numpy as np
    >>> from symdiff.library.optimisers import momentum
    >>> w, v = momentum([np.array([1.0])], [np.array([2.0])], [np.array([4.0])], rate=0.5, decay=0.75)
    >>> w, v
    ([array([3.])], [array([2.])])
    """
    each, structure = _leaves("momentum", parameters)
    slopes = _beside("momentum", structure, each, gradients, "gradient")
    speeds = _beside("momentum", structure, each, velocities, "velocity")
    new_speeds = [
        _scalar("momentum", decay, w, "decay") * speed - _scalar("momentum", rate, w, "rate") * slope
        for w, slope, speed in zip(each, slopes, speeds, strict=True)
    ]
    moved = [w + speed for w, speed in zip(each, new_speeds, strict=True)]
    return rebuild(structure, moved), rebuild(structure, new_speeds)


def _leaves(asked: str, parameters: Any) -> tuple[list[Any], Structure]:
    """The parameters in order, and the containers they came in; complains of those that no step can change."""
    found, structure = flatten(parameters)
    leaves = [asarray(each) for each in found]
    for each in leaves:
        if each.dtype.kind != "f":
            problem, advice = f"{asked}: a parameter of dtype {each.dtype}", "parameters are real floats: x.astype(...)"
            raise complaint(DtypeError, problem, advice, parameter=each)
    return leaves, structure


def _beside(asked: str, structure: Structure, parameters: list[Any], values: Any, what: str) -> list[Any]:
    """What is given beside the parameters, in the same containers: one of its parameter's shape and dtype each."""

    def complain(wanted: str) -> SymdiffError:
        advice = "give them in the parameters' own containers, as sd.grad does"
        return complaint(ArgumentError, f"{asked}: each {what} belongs to a parameter: {wanted} is wanted", advice)

    leaves = [asarray(each) for each in flatten_as(structure, values, complain)]
    for parameter, leaf in zip(parameters, leaves, strict=True):
        advice = f"a {what} has its parameter's shape, as what sd.grad gives"
        require_same_shape(asked, advice, **{"parameter": parameter, what: leaf})
    return [_cast(leaf, parameter) for parameter, leaf in zip(parameters, leaves, strict=True)]


def _scalar(asked: str, value: Any, parameter: Any, what: str) -> Any:
    """A factor that leaves the parameter's dtype and shape as they are."""
    if isinstance(value, (int, float)):
        return float(value)
    number = asarray(value)
    if number.shape != ():
        raise complaint(ShapeError, f"{asked}: the {what} is one number", "give a scalar", **{what: number})
    return _cast(number, parameter)


def _cast(value: Any, like: Any) -> Any:
    return value if value.dtype == like.dtype else value.astype(like.dtype)
