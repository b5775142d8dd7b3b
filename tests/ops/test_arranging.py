"""Functions that rearrange, select, sort and sum up: compared with NumPy, and with finite differences, as one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.ops import NAMES
from tests.values import assert_close, run

STEP: Final = 1e-6
MATRIX: Final = ((3, 4),)
CUBE: Final = ((3, 4, 2),)
VECTOR: Final = ((6,),)
ROWS: Final = [[0, 2], [2, 2], [1, 0]]

# name, a function of a namespace and operands, the operands' shapes, whether the first size may be known by name
TABLE: Final[list[tuple[str, Callable[..., Any], Any, bool]]] = [
    ("roll flat", lambda xp, x: xp.roll(x, 5), MATRIX, True),
    ("roll one axis", lambda xp, x: xp.roll(x, -1, axis=0), MATRIX, True),
    ("roll two axes", lambda xp, x: xp.roll(x, (1, 2), axis=(0, 1)), MATRIX, True),
    ("roll one axis twice", lambda xp, x: xp.roll(x, (1, 2), axis=(0, 0)), MATRIX, True),
    ("repeat", lambda xp, x: xp.repeat(x, 2, axis=0), MATRIX, True),
    ("repeat flat", lambda xp, x: xp.repeat(x, 3), MATRIX, True),
    ("repeat each as often", lambda xp, x: xp.repeat(x, [2, 0, 1, 1], axis=1), MATRIX, True),
    ("tile", lambda xp, x: xp.tile(x, (2, 1, 3)), MATRIX, True),
    ("tile a vector", lambda xp, x: xp.tile(x, 2), VECTOR, True),
    ("pad with zeros", lambda xp, x: xp.pad(x, 1), MATRIX, True),
    ("pad one axis", lambda xp, x: xp.pad(x, ((0, 0), (1, 2))), MATRIX, True),
    ("pad with a number", lambda xp, x: xp.pad(x, (1, 2), constant_values=5.0), MATRIX, True),
    ("pad with numbers", lambda xp, x: xp.pad(x, 1, constant_values=((1, 2), (3, 4))), MATRIX, True),
    ("pad edge", lambda xp, x: xp.pad(x, (2, 1), mode="edge"), MATRIX, True),
    ("pad reflect", lambda xp, x: xp.pad(x, (2, 1), mode="reflect"), MATRIX, True),
    ("pad symmetric", lambda xp, x: xp.pad(x, (2, 3), mode="symmetric"), MATRIX, True),
    ("pad wrap", lambda xp, x: xp.pad(x, (2, 1), mode="wrap"), MATRIX, True),
    ("pad reflect, far", lambda xp, x: xp.pad(x, (9, 7), mode="reflect"), VECTOR, False),
    ("pad wrap, far", lambda xp, x: xp.pad(x, (9, 14), mode="wrap"), VECTOR, False),
    ("tril", lambda xp, x: xp.tril(x, k=1), MATRIX, True),
    ("triu", lambda xp, x: xp.triu(x, k=-1), CUBE, True),
    ("diagonal", lambda xp, x: xp.diagonal(x), MATRIX, False),
    ("diagonal above", lambda xp, x: xp.diagonal(x, 1), MATRIX, False),
    ("diagonal below", lambda xp, x: xp.diagonal(x, offset=-2), MATRIX, False),
    ("diagonal outside", lambda xp, x: xp.diagonal(x, 9), MATRIX, False),
    ("diagonals of a stack", lambda xp, x: xp.diagonal(x, 1, axis1=1, axis2=2), CUBE, True),
    ("diag of a matrix", lambda xp, x: xp.diag(x, 1), MATRIX, False),
    ("diag of a vector", lambda xp, x: xp.diag(x, -2), VECTOR, True),
    ("rot90", lambda xp, x: xp.rot90(x), CUBE, True),
    ("rot90 twice", lambda xp, x: xp.rot90(x, 2), MATRIX, True),
    ("rot90 back", lambda xp, x: xp.rot90(x, k=-1, axes=(0, 2)), CUBE, True),
    ("rollaxis", lambda xp, x: xp.rollaxis(x, 2), CUBE, True),
    ("rollaxis to the end", lambda xp, x: xp.rollaxis(x, 0, 3), CUBE, True),
    ("swapaxes", lambda xp, x: xp.swapaxes(x, 0, -1), CUBE, True),
    ("moveaxis", lambda xp, x: xp.moveaxis(x, 0, -1), CUBE, True),
    ("moveaxis, several", lambda xp, x: xp.moveaxis(x, (0, 1), (-1, 0)), CUBE, True),
    ("flip", lambda xp, x: xp.flip(x, axis=0), MATRIX, True),
    ("fliplr", lambda xp, x: xp.fliplr(x), MATRIX, True),
    ("flipud", lambda xp, x: xp.flipud(x), MATRIX, True),
    ("ravel", lambda xp, x: xp.ravel(x), MATRIX, True),
    ("squeeze", lambda xp, x: xp.squeeze(x), ((3, 1, 2),), True),
    ("expand_dims", lambda xp, x: xp.expand_dims(x, axis=1), MATRIX, True),
    ("split in equal parts", lambda xp, x: xp.split(x, 3)[1] * xp.split(x, 3)[2], VECTOR, True),
    ("split at positions", lambda xp, x: xp.split(x, [1, 3], axis=1)[1], MATRIX, True),
    ("array_split", lambda xp, x: xp.array_split(x, 3, axis=1)[0], MATRIX, True),
    ("hsplit", lambda xp, x: xp.hsplit(x, 2)[1], MATRIX, True),
    ("vsplit", lambda xp, x: xp.vsplit(x, 3)[1], MATRIX, True),
    ("dsplit", lambda xp, x: xp.dsplit(x, 2)[1], CUBE, True),
    ("unstack", lambda xp, x: xp.unstack(x, axis=1)[2], MATRIX, True),
    ("concatenate", lambda xp, x: xp.concatenate([x, 2 * x], axis=1), MATRIX, True),
    ("concatenate flat", lambda xp, x: xp.concatenate([x, 2 * x], axis=None), MATRIX, True),
    ("stack", lambda xp, x: xp.stack([x, 2 * x], axis=1), MATRIX, True),
    ("hstack", lambda xp, x: xp.hstack([x, 2 * x]), MATRIX, True),
    ("hstack vectors", lambda xp, x: xp.hstack([x, 2 * x]), VECTOR, True),
    ("vstack", lambda xp, x: xp.vstack([x, 2 * x]), VECTOR, True),
    ("dstack", lambda xp, x: xp.dstack([x, 2 * x]), MATRIX, True),
    ("column_stack", lambda xp, x: xp.column_stack([x, 2 * x]), VECTOR, True),
    ("append", lambda xp, x: xp.append(x, [[1.0, 2.0, 3.0, 4.0]], axis=0), MATRIX, True),
    ("append flat", lambda xp, x: xp.append(x, [1.0, 2.0]), MATRIX, True),
    ("atleast_2d", lambda xp, x: xp.atleast_2d(x), VECTOR, True),
    ("atleast_3d", lambda xp, x: xp.atleast_3d(x), VECTOR, True),
    ("atleast_1d", lambda xp, x: xp.atleast_1d(x), ((),), False),
    ("broadcast_arrays", lambda xp, x, y: xp.broadcast_arrays(x, y)[1], ((3, 1), (4,)), True),
    ("meshgrid xy", lambda xp, x, y: xp.meshgrid(x, y)[0] * xp.meshgrid(x, y)[1], ((3,), (4,)), True),
    ("meshgrid ij", lambda xp, x, y: xp.meshgrid(x, y, indexing="ij")[1], ((3,), (4,)), True),
    ("meshgrid sparse", lambda xp, x, y: xp.meshgrid(x, y, sparse=True)[1], ((3,), (4,)), True),
    ("take", lambda xp, x: xp.take(x, ROWS, axis=1), MATRIX, True),
    ("take flat", lambda xp, x: xp.take(x, [1, 1, -1]), MATRIX, True),
    ("take, wrapping", lambda xp, x: xp.take(x, [5, -7], axis=0, mode="wrap"), MATRIX, True),
    ("take, clipping", lambda xp, x: xp.take(x, [5, -7], axis=0, mode="clip"), MATRIX, True),
    ("take_along_axis", lambda xp, x: xp.take_along_axis(x, np.array([[3, 3, 0]]), axis=1), MATRIX, True),
    ("take_along_axis 0", lambda xp, x: xp.take_along_axis(x, np.array([[2, 0, 1, 1]]), axis=0), MATRIX, True),
    ("sort", lambda xp, x: xp.sort(x), MATRIX, True),
    ("sort along axis 0", lambda xp, x: xp.sort(x, axis=0), CUBE, True),
    ("sort flat", lambda xp, x: xp.sort(x, axis=None), MATRIX, True),
    ("in the order of argsort", lambda xp, x: xp.take_along_axis(x, xp.argsort(x, axis=0), axis=0), MATRIX, True),
    ("partition, in order", lambda xp, x: xp.sort(xp.partition(x, 2, axis=1)[:, :2]), MATRIX, True),
    ("partition, its rank", lambda xp, x: xp.partition(x, (1, 3))[[1, 3]], VECTOR, False),
    ("argpartition", lambda xp, x: xp.take(x, xp.argpartition(x, 2)[2]), VECTOR, False),
    ("median", lambda xp, x: xp.median(x), MATRIX, True),
    ("median along an axis", lambda xp, x: xp.median(x, axis=0), MATRIX, True),
    ("median along two axes", lambda xp, x: xp.median(x, axis=(0, 2), keepdims=True), CUBE, True),
    ("quantile", lambda xp, x: xp.quantile(x, 0.3, axis=1), MATRIX, True),
    ("quantiles", lambda xp, x: xp.quantile(x, [0.25, 1.0], axis=1, keepdims=True), MATRIX, True),
    ("percentile", lambda xp, x: xp.percentile(x, 40, axis=1), MATRIX, True),
    ("count_nonzero", lambda xp, x: xp.count_nonzero(x > 0, axis=0) * xp.sum(x), MATRIX, True),
    ("searchsorted", lambda xp, x: xp.searchsorted(xp.sort(x), 0.1, side="right") * xp.sum(x), VECTOR, True),
    ("cumsum", lambda xp, x: xp.cumsum(x, axis=0), MATRIX, True),
    ("cumsum flat", lambda xp, x: xp.cumsum(x), MATRIX, True),
    ("cumulative_sum", lambda xp, x: xp.cumulative_sum(x, axis=1, include_initial=True), MATRIX, True),
    ("cumprod", lambda xp, x: xp.cumprod(x, axis=0), MATRIX, True),
    ("cumulative_prod", lambda xp, x: xp.cumulative_prod(x, axis=1, include_initial=True), MATRIX, True),
    ("diff", lambda xp, x: xp.diff(x), MATRIX, True),
    ("diff twice", lambda xp, x: xp.diff(x, n=2, axis=0), MATRIX, True),
    ("diff with ends", lambda xp, x: xp.diff(x, axis=0, prepend=1.0, append=[[1.0, 2.0, 3.0, 4.0]]), MATRIX, True),
    ("gradient", lambda xp, x: xp.gradient(x), VECTOR, True),
    ("gradient, both axes", lambda xp, x: xp.gradient(x, 0.5, 2.0)[1], MATRIX, True),
    ("gradient, one axis", lambda xp, x: xp.gradient(x, 0.5, axis=1, edge_order=2), MATRIX, True),
    ("var", lambda xp, x: xp.var(x), MATRIX, True),
    ("var of a sample", lambda xp, x: xp.var(x, axis=0, ddof=1), MATRIX, True),
    ("std", lambda xp, x: xp.std(x, axis=1, keepdims=True), MATRIX, True),
    ("std of a sample", lambda xp, x: xp.std(x, axis=0, correction=1), MATRIX, True),
    ("ptp", lambda xp, x: xp.ptp(x, axis=0), MATRIX, True),
    ("average", lambda xp, x: xp.average(x, axis=0), MATRIX, True),
    ("average, weighted", lambda xp, x: xp.average(x, axis=1, weights=[1.0, 2.0, 3.0, 4.0]), MATRIX, True),
    ("linspace", lambda xp, x, y: xp.linspace(x, y, 5), ((3,), ()), True),
    ("linspace, open", lambda xp, x, y: xp.linspace(x, y, num=4, endpoint=False, axis=-1), ((3,), ()), True),
    ("select", lambda xp, x: xp.select([x < -1, x < 1], [x * x, -x], default=3.0), MATRIX, True),
    ("nan_to_num", lambda xp, x: xp.nan_to_num(x), MATRIX, True),
    ("heaviside", lambda xp, x: xp.heaviside(x, 0.5) * x, MATRIX, True),
    ("isin", lambda xp, x: xp.isin(xp.round(x), [0.0, 1.0]) * x, MATRIX, True),
]  # fmt: skip


class _Names:
    """The vocabulary, with NumPy's name for an argument that the standard calls otherwise."""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if "ddof" in kwargs:
                kwargs["correction"] = kwargs.pop("ddof")
            return getattr(NAMES, name)(*args, **kwargs)

        return call


def _operands(shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Operands whose elements, and neighbours' differences, are well apart."""
    rng = np.random.default_rng(3)
    return [
        np.asarray(rng.permutation(int(np.prod(s))).reshape(s) / 2.5 - 1.3 + rng.uniform(0, 0.1, s)) for s in shapes
    ]


def _inputs(shapes: Sequence[tuple[int, ...]], named: bool) -> list[Any]:
    graph = sd.Graph()
    return [
        graph.input(f"x{i}", (("n", *s[1:]) if named and i == 0 and s else s)) for i, s in enumerate(shapes)
    ]  # fmt: skip


@pytest.mark.parametrize(("function", "shapes", "named"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_as_numpy(function: Callable[..., Any], shapes: Any, named: bool) -> None:
    """Values are NumPy's, called by either name, on arrays too, in both backends, with the first size by name."""
    values = _operands(shapes)
    expected = np.asarray(function(np, *values))
    assert_close(function(_Names(), *values), expected, "on arrays", rtol=1e-14, atol=1e-14)
    for by_name in (False, True)[: 1 + named]:
        inputs = _inputs(shapes, by_name)
        for namespace in (np, _Names()):
            y = function(namespace, *inputs)
            assert y.dtype == expected.dtype
            assert y.ndim == expected.ndim
            for backend in ("interpreter", "python"):
                found = run(inputs, y, values, level="default", backend=backend)
                assert found.shape == expected.shape
                assert_close(found, expected, f"{backend}, {y.shape}", rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(("function", "shapes", "named"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_derivatives(function: Callable[..., Any], shapes: Any, named: bool) -> None:
    """Forward mode agrees with finite differences, and reverse mode with forward mode."""
    values, inputs = _operands(shapes), _inputs(shapes, named)
    rng = np.random.default_rng(4)
    directions = [rng.uniform(0.5, 1.5, value.shape) for value in values]
    ahead, behind = (
        np.asarray(function(np, *(v + step * d for v, d in zip(values, directions, strict=True))))
        for step in (STEP, -STEP)
    )
    y = function(np, *inputs)
    u = rng.uniform(0.5, 1.5, ahead.shape)
    seed = inputs[0].graph.input("u", y.shape)
    slopes = [inputs[0].graph.input(f"d{i}", x.shape) for i, x in enumerate(inputs)]
    tangent, gradients = sd.jvp(y, inputs, slopes), sd.vjp(y, inputs, seed)
    found, pulled = run([*inputs, seed, *slopes], [tangent, gradients], [*values, u, *directions], level="default")
    assert_close(found, (ahead - behind) / (2 * STEP), "forward mode", rtol=1e-6, atol=1e-7)
    assert [g.shape for g in pulled] == [v.shape for v in values]
    whole = sum(np.vdot(g, d) for g, d in zip(pulled, directions, strict=True))
    assert_close(np.vdot(u, found), whole, "reverse mode", rtol=1e-11, atol=1e-11)
