"""Optimisers as expressions: new parameters from parameters and gradients, in the same containers."""

from __future__ import annotations

from typing import Any

from symdiff.library.operands import beside, leaves_of, scalar
from symdiff.tree import rebuild


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
    each, structure = leaves_of("sgd", parameters)
    slopes = beside("sgd", structure, each, gradients, "gradient")
    return rebuild(
        structure, [w - scalar("sgd", rate, w, "rate") * slope for w, slope in zip(each, slopes, strict=True)]
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
    each, structure = leaves_of("momentum", parameters)
    slopes = beside("momentum", structure, each, gradients, "gradient")
    speeds = beside("momentum", structure, each, velocities, "velocity")
    new_speeds = [
        scalar("momentum", decay, w, "decay") * speed - scalar("momentum", rate, w, "rate") * slope
        for w, slope, speed in zip(each, slopes, speeds, strict=True)
    ]
    moved = [w + speed for w, speed in zip(each, new_speeds, strict=True)]
    return rebuild(structure, moved), rebuild(structure, new_speeds)
