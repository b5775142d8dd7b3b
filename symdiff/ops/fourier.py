"""Discrete Fourier transforms along an axis, with their transposes; and the functions of the standard's `fft`.

Forward, sum_j x_j exp(-2 pi i j k / n); inverse, with +. `norm` says where the factor 1/n is: "backward" in
the inverse transform, "forward" in the other, "ortho" as 1/sqrt(n) in both. The matrix is symmetric, so a
transform of complex numbers is its own transpose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from symdiff.errors import ArgumentError, DtypeError, ShapeError
from symdiff.op import REQUIRED, Expression, Op, Sample, graph_of, to_floating
from symdiff.ops.complexes import real_part
from symdiff.ops.family import fit, linear, operands
from symdiff.sizes import Dim, product
from symdiff.types import ArrayType, Inferred, Requirement, as_dim, at_least, normalise_axes, normalise_axis, shape_text

Norm: TypeAlias = Literal["backward", "ortho", "forward"] | None
OPPOSITE: Final[dict[str, Norm]] = {"backward": "forward", "forward": "backward", "ortho": "ortho"}
ALONG: Final = {"axis": -1, "norm": "backward"}


def _checked(x: ArrayType, axis: Any, norm: Any) -> tuple[int, str, tuple[Requirement, ...]]:
    if norm not in OPPOSITE and norm is not None:
        raise ArgumentError(f"there is no norm {norm!r}", advice='norm is "backward", "ortho" or "forward"')
    along = normalise_axis(axis, len(x.shape))
    if x.shape[along] == 0:
        raise ShapeError(f"axis {along} of {shape_text(x.shape)} is empty", advice="transform at least one element")
    return along, norm or "backward", at_least(x.shape[along], 1)


def _complex(x: ArrayType) -> np.dtype[Any]:
    return np.dtype(f"c{real_part(x.dtype).itemsize * 2}")


def _resized(x: ArrayType, axis: int, dim: Dim) -> tuple[Dim, ...]:
    return (*x.shape[:axis], dim, *x.shape[axis + 1 :])


def _whole_type(x: ArrayType, *, axis: int, norm: str) -> Inferred:
    along, norm, requirements = _checked(x, axis, norm)
    return Inferred(ArrayType(_complex(x), x.shape), (along, norm), requirements)


def _half_type(x: ArrayType, *, axis: int, norm: str) -> Inferred:
    if x.dtype.kind == "c":
        raise DtypeError("rfft transforms real numbers", advice="use fft, or take sd.real(x)")
    along, norm, requirements = _checked(x, axis, norm)
    return Inferred(ArrayType(_complex(x), _resized(x, along, x.shape[along] // 2 + 1)), (along, norm), requirements)


def _back_type(x: ArrayType, *, n: Any, axis: int, norm: str) -> Inferred:
    along, norm, _ = _checked(x, axis, norm)
    dim = as_dim(n)
    if dim == 0 or x.shape[along] != dim // 2 + 1:
        raise ShapeError(
            f"{dim} real numbers don't come of {x.shape[along]} complex ones", advice="the half has size n // 2 + 1"
        )
    return Inferred(ArrayType(real_part(x.dtype), _resized(x, along, dim)), (dim, along, norm), at_least(dim, 1))


def _own_transpose(g: Expression, y: Expression, x: Expression, **attributes: Any) -> Expression:
    return fit(y.operation(g), x.dtype)


def _half_transpose(g: Expression, y: Expression, x: Expression, *, axis: int, norm: str) -> Expression:
    """Re sum_k g_k exp(-2 pi i j k / n): the whole transform of the half, filled up with zeros."""
    return fit(g.graph.ops.dft(resize(g, x.shape[axis], axis), axis=axis, norm=norm), x.dtype)


def _back_transpose(g: Expression, y: Expression, x: Expression, *, n: Dim, axis: int, norm: str) -> Expression:
    """c_k conj(rfft(g))_k, with c_k = 2 for the frequencies whose conjugate was left out, else 1."""
    ops, after = g.graph.ops, (1,) * (x.ndim - 1 - axis)
    if isinstance(n, int):
        count = np.full((n // 2 + 1, *after), 2, g.dtype)
        count[0] = count[n // 2 if n % 2 == 0 else 0] = 1
    else:
        count = ops.reshape(_counts(g, n).astype(g.dtype), (n // 2 + 1, *after))
    return fit(ops.conj(ops.rdft(g, axis=axis, norm=OPPOSITE[norm])) * count, x.dtype)


def _counts(g: Expression, n: Dim) -> Expression:
    """The same where n is a named size, which may turn out even or odd."""
    ops = g.graph.ops
    index = ops.arange(n // 2 + 1, graph=g.graph)
    size = ops.arange(n + 1, graph=g.graph)[-1]
    return ops.where((index == 0) | (2 * index == size), 1.0, 2.0)


def _cost(y: ArrayType, x: ArrayType) -> Any:
    """About 5 n log2(n) a transform; 50 an element stands for it, whatever n."""
    return product(y.shape) * 50


def _samples(*dtypes: str, **attributes: Any) -> list[Any]:
    return [
        *(operands(Sample(-2, 2, (5,), dtype), attributes=attributes) for dtype in dtypes),
        *(
            operands(Sample(-2, 2, (4, 3), dtype), attributes={**attributes, "axis": 0, "norm": norm})
            for dtype, norm in zip(dtypes * 2, ("ortho", "forward"), strict=False)
        ),
    ]


dft = linear(
    "dft", np.fft.fft, attributes=ALONG,
    infer=_whole_type, promote=to_floating, transpose=[_own_transpose], flops=_cost,
    samples=_samples("float64", "complex128"),
    law="d F x = F dx", doc="The discrete Fourier transform along an axis.",
)  # fmt: skip

idft = linear(
    "idft", np.fft.ifft, attributes=ALONG,
    infer=_whole_type, promote=to_floating, transpose=[_own_transpose], flops=_cost,
    samples=_samples("float64", "complex128"),
    law="d F^-1 x = F^-1 dx", doc="The inverse discrete Fourier transform along an axis.",
)  # fmt: skip

rdft = linear(
    "rdft", np.fft.rfft, attributes=ALONG,
    infer=_half_type, promote=to_floating, transpose=[_half_transpose], flops=_cost,
    samples=_samples("float64", "float32"),
    law="d (F x)[: n // 2 + 1] = (F dx)[: n // 2 + 1]",
    doc="The non-negative frequencies of real numbers' Fourier transform along an axis.",
)  # fmt: skip

irdft = linear(
    "irdft", np.fft.irfft, attributes={"n": REQUIRED, **ALONG},
    infer=_back_type, promote=to_floating, transpose=[_back_transpose], flops=_cost, nodes_per_edge=12,
    samples=[
        operands(Sample(-2, 2, (3,), "complex128"), attributes={"n": 4}),
        operands(Sample(-2, 2, (3, 2), "complex128"), attributes={"n": 5, "axis": 0, "norm": "ortho"}),
        operands(Sample(-2, 2, (2, 3)), attributes={"n": 4, "norm": "forward"}),
    ],
    law="d irfft(x) = irfft(dx)", doc="The n real numbers of which these are the non-negative frequencies.",
)  # fmt: skip

FOURIER = (dft, idft, rdft, irdft)
NUMPY: Final = (
    "fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "ifft2", "rfft2", "irfft2",
    "fftn", "ifftn", "rfftn", "irfftn", "fftshift", "ifftshift",
)  # fmt: skip
"""The functions here that stand for NumPy's of the same name in `np.fft`."""


def resize(x: Expression, n: Any, axis: int) -> Expression:
    """x with n elements along an axis: the first ones, filled up with zeros."""
    dim, along = as_dim(n), normalise_axis(axis, x.ndim)
    have = x.shape[along]
    if dim == have:
        return x
    before: tuple[Any, ...] = (slice(None),) * along
    if (isinstance(dim, int) and isinstance(have, int) and dim > have) or _grows(dim, have):
        index = ((None, None, None),) * along + ((None, have, None),)
        shape = (*x.shape[:along], dim, *x.shape[along + 1 :])
        return x.graph.ops.scatter_add(x, indices=(index,), shape=shape)
    return x[(*before, slice(None, dim))]


def _grows(dim: Dim, have: Dim) -> bool:
    """Whether a named size is filled up: n // 2 + 1 frequencies are, to n; others are cut, and the call checks it."""
    return not isinstance(dim, int) and have == dim // 2 + 1


def _along_one(op: Op, concrete: Callable[..., Any]) -> Callable[..., Any]:
    def transform(x: Any, n: Any, axis: int, norm: Norm) -> Any:
        if graph_of([x]) is None:
            return concrete(x, n, axis, norm)
        return op(x if n is None else resize(x, n, axis), axis=axis, norm=norm or "backward")

    return transform


_fft, _ifft, _rfft = _along_one(dft, np.fft.fft), _along_one(idft, np.fft.ifft), _along_one(rdft, np.fft.rfft)


def fft(x: Any, /, *, n: Any = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """The discrete Fourier transform along `axis`, of the first n elements, filled up with zeros.

    y_k = sum_j x_j exp(-2 pi i j k / n), times 1/n where `norm` is "forward" and 1/sqrt(n) where it is
    "ortho". float32 gives complex64. Raises `ShapeError` for an empty axis.

    >>> import symdiff as sd
    >>> from symdiff.fft import fft
    >>> x = sd.Graph().input("x", (4,))
    >>> fft(x).eval({x: [1.0, 0.0, 0.0, 0.0]})
    array([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])
    """
    return _fft(x, n, axis, norm)


def ifft(x: Any, /, *, n: Any = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """The inverse of `fft` along `axis`: sum_k x_k exp(2 pi i j k / n) / n."""
    return _ifft(x, n, axis, norm)


def rfft(x: Any, /, *, n: Any = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """The first n // 2 + 1 numbers of `fft` of real numbers; the others are conjugates of these.

    >>> import symdiff as sd
    >>> from symdiff.fft import rfft
    >>> x = sd.Graph().input("x", ("n",))
    >>> rfft(x).shape
    (n//2 + 1,)
    """
    return _rfft(x, n, axis, norm)


def irfft(x: Any, /, *, n: Any = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """The n real numbers whose `rfft` this is; n is 2 (m - 1) for m numbers, unless it is given."""
    if graph_of([x]) is None:
        return np.fft.irfft(x, n, axis, norm)
    dim = (x.shape[normalise_axis(axis, x.ndim)] - 1) * 2 if n is None else as_dim(n)
    half = x if n is None else resize(x, dim // 2 + 1, axis)
    return irdft(half, n=dim, axis=axis, norm=norm or "backward")


def hfft(x: Any, /, *, n: Any = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """`fft` of a signal with x_-j = conj(x_j), of which x is the first half: n real numbers."""
    if graph_of([x]) is None:
        return np.fft.hfft(x, n, axis, norm)
    return irfft(x.graph.ops.conj(x), n=n, axis=axis, norm=OPPOSITE[norm or "backward"])


def ihfft(x: Any, /, *, n: Any = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """The inverse of `hfft`: n // 2 + 1 numbers of n real ones."""
    if graph_of([x]) is None:
        return np.fft.ihfft(x, n, axis, norm)
    return x.graph.ops.conj(rfft(x, n=n, axis=axis, norm=OPPOSITE[norm or "backward"]))


def _plan(x: Any, s: Sequence[Any] | None, axes: Sequence[int] | None) -> list[tuple[int, Any]]:
    """The axes and the sizes along them that a transform over several axes takes; -1 stands for the size as it is."""
    if axes is None:
        axes = tuple(range(-len(s), 0)) if s is not None else tuple(range(x.ndim))
    sizes: Sequence[Any] = [None] * len(axes) if s is None else [None if n == -1 else n for n in s]
    if len(sizes) != len(axes):
        raise ShapeError(f"{len(sizes)} sizes for {len(axes)} axes", advice="give a size for each axis")
    return list(zip(axes, sizes, strict=True))


def fftn(
    x: Any, /, *, s: Sequence[Any] | None = None, axes: Sequence[int] | None = None, norm: Norm = "backward"
) -> Any:
    """`fft` along several axes, by default all; `s` holds sizes for them."""
    x = np.asarray(x) if graph_of([x]) is None else x
    for axis, n in reversed(_plan(x, s, axes)):
        x = fft(x, n=n, axis=axis, norm=norm)
    return x


def ifftn(
    x: Any, /, *, s: Sequence[Any] | None = None, axes: Sequence[int] | None = None, norm: Norm = "backward"
) -> Any:
    """The inverse of `fftn`."""
    x = np.asarray(x) if graph_of([x]) is None else x
    for axis, n in reversed(_plan(x, s, axes)):
        x = ifft(x, n=n, axis=axis, norm=norm)
    return x


def rfftn(
    x: Any, /, *, s: Sequence[Any] | None = None, axes: Sequence[int] | None = None, norm: Norm = "backward"
) -> Any:
    """`rfft` along the last of several axes, `fft` along the others."""
    x = np.asarray(x) if graph_of([x]) is None else x
    *others, (last, n) = _plan(x, s, axes)
    x = rfft(x, n=n, axis=last, norm=norm)
    for axis, n in reversed(others):
        x = fft(x, n=n, axis=axis, norm=norm)
    return x


def irfftn(
    x: Any, /, *, s: Sequence[Any] | None = None, axes: Sequence[int] | None = None, norm: Norm = "backward"
) -> Any:
    """The inverse of `rfftn`; the last axis gets an even size unless `s` says otherwise."""
    x = np.asarray(x) if graph_of([x]) is None else x
    *others, (last, n) = _plan(x, s, axes)
    for axis, size in others:
        x = ifft(x, n=size, axis=axis, norm=norm)
    return irfft(x, n=n, axis=last, norm=norm)


def _of_two(transform: Callable[..., Any]) -> Callable[..., Any]:
    """A transform over several axes as NumPy's over the last two."""

    def over_two(
        x: Any, /, *, s: Sequence[Any] | None = None, axes: Sequence[int] | None = (-2, -1), norm: Norm = "backward"
    ) -> Any:
        return transform(x, s=s, axes=axes, norm=norm)

    over_two.__name__ = over_two.__qualname__ = transform.__name__[:-1] + "2"
    over_two.__doc__ = f"`{transform.__name__}` over the last two axes, or two others; `s` holds sizes for them."
    return over_two


fft2, ifft2, rfft2, irfft2 = _of_two(fftn), _of_two(ifftn), _of_two(rfftn), _of_two(irfftn)


def _rotate(x: Any, axes: Any, at: Callable[[Any], Any]) -> Any:
    """Each axis cut in two at a place that depends on its size, and the halves exchanged."""
    x = np.asarray(x) if graph_of([x]) is None else x
    for axis in normalise_axes(tuple(axes) if isinstance(axes, list) else axes, x.ndim):
        before, cut = (slice(None),) * axis, at(x.shape[axis])
        halves = [x[(*before, slice(cut, None))], x[(*before, slice(None, cut))]]
        x = np.concat(halves, axis) if graph_of(halves) is None else x.graph.ops.concat(halves, axis=axis)
    return x


def fftshift(x: Any, /, *, axes: Any = None) -> Any:
    """Frequency 0 moved from the beginning to the middle, along axes.

    >>> import symdiff as sd
    >>> from symdiff.fft import fftfreq, fftshift
    >>> fftshift(fftfreq(5) * 5)
    array([-2., -1.,  0.,  1.,  2.])
    """
    return _rotate(x, axes, lambda dim: (dim + 1) // 2)


def ifftshift(x: Any, /, *, axes: Any = None) -> Any:
    """The inverse of `fftshift`."""
    return _rotate(x, axes, lambda dim: dim // 2)


def fftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies of `fft`'s result, for n samples a distance d apart: an array, not an expression."""
    return np.fft.fftfreq(n, d).astype(dtype or np.float64)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies of `rfft`'s result, for n samples a distance d apart: an array, not an expression."""
    return np.fft.rfftfreq(n, d).astype(dtype or np.float64)
