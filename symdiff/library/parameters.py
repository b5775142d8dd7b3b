"""All parameters of a model as one vector, and back: for optimisers, checks and files that know of vectors only."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ArgumentError, ShapeError
from symdiff.library.operands import complaint
from symdiff.ops.shape import asarray, astype, concat, reshape
from symdiff.sizes import product
from symdiff.tree import Structure, flatten, rebuild
from symdiff.types import shape_text


def flatten_parameters(parameters: Any) -> Any:
    """One vector of all elements, in the containers' order, each parameter's rows one after the other.

    `parameters` is an expression or an array, or nested lists, tuples and dicts of them; the result: (n,), of
    their common dtype, where n is the sum of their sizes, also where these are named. Raises `ArgumentError`
    where there are none.

    >>> import symdiff as sd
    >>> from symdiff.library.parameters import flatten_parameters
    >>> g = sd.Graph()
    >>> flatten_parameters({"W": g.input("W", ("n", 3)), "b": g.input("b", (3,))}).shape
    (3*n + 3,)
    """
    leaves, _ = _leaves("flatten_parameters", parameters)
    flat = [leaf if leaf.ndim == 1 else reshape(leaf, -1) for leaf in leaves]
    return flat[0] if len(flat) == 1 else concat(*flat)


def unflatten_parameters(vector: Any, like: Any) -> Any:
    """The parameters whose elements a vector lists, with the containers, shapes and dtypes of `like`.

    `vector` and the leaves of `like` are expressions or arrays, (n,) with n the sum of the leaves' sizes; of
    `like` only the types matter. Raises `ShapeError` where n is another, or where a plain vector is to be cut
    by named sizes.

    >>> import numpy as np
    >>> from symdiff.library.parameters import unflatten_parameters
    >>> unflatten_parameters(np.arange(5.0), {"W": np.ones((2, 2)), "b": np.ones(1)})
    {'W': array([[0., 1.],
           [2., 3.]]), 'b': array([4.])}
    """
    leaves, structure = _leaves("unflatten_parameters", like)
    vector = asarray(vector)
    sizes = [product(leaf.shape) for leaf in leaves]
    total = sizes[0]
    for size in sizes[1:]:
        total = size + total
    if vector.shape != (total,):
        found = shape_text(vector.shape)
        problem = f"unflatten_parameters: {total} elements are wanted, in one axis; the vector has the shape {found}"
        raise complaint(ShapeError, problem, "give a vector as long as flatten_parameters(like)", vector=vector)
    parts = []
    start = 0
    for leaf, size in zip(leaves, sizes, strict=True):
        part = vector[start : start + size] if len(leaves) > 1 else vector
        part = part if leaf.ndim == 1 else reshape(part, leaf.shape)
        parts.append(part if part.dtype == leaf.dtype else astype(part, leaf.dtype))
        start = start + size
    return rebuild(structure, parts)


def _leaves(asked: str, parameters: Any) -> tuple[list[Any], Structure]:
    found, structure = flatten(parameters)
    if not found:
        raise complaint(ArgumentError, f"{asked}: there are no parameters", "give an expression or a container of some")
    return [asarray(each) for each in found], structure
