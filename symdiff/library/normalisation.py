"""Layers that bring activations to mean 0 and variance 1, or to a root mean square of 1."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ShapeError
from symdiff.library.operands import complaint
from symdiff.ops.arithmetic import sqrt, square
from symdiff.ops.reduction import mean
from symdiff.ops.shape import asarray, reshape
from symdiff.types import normalise_axis, shape_text


def layer_norm(x: Any, gain: Any = None, bias: Any = None, *, axis: Any = -1, epsilon: float = 1e-5) -> Any:
    """(x - mean) / sqrt(variance + epsilon) over `axis` (one or several), times gain, plus bias.

    Mean and variance (of the elements, not of a sample) belong to each place of the other axes; gain and bias
    broadcast against x. Any shape; the dtype is the operands' common one. Ba, Kiros & Hinton, *Layer
    Normalization*, 2016.

    >>> from symdiff.library.normalisation import layer_norm
    >>> layer_norm([[1.0, 3.0], [2.0, 8.0]], epsilon=0.0)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    x = asarray(x)
    centred = x - mean(x, axis, keepdims=True)
    y = centred / sqrt(mean(square(centred), axis, keepdims=True) + epsilon)
    return _affine(y, gain, bias)


def rms_norm(x: Any, gain: Any = None, *, axis: Any = -1, epsilon: float = 1e-6) -> Any:
    """x / sqrt(mean(x^2) + epsilon) over `axis`, times gain, which broadcasts against x.

    Any shape; the dtype is the operands' common one. Zhang & Sennrich, *Root Mean Square Layer Normalization*, 2019.

    >>> from symdiff.library.normalisation import rms_norm
    >>> rms_norm([3.0, -3.0], epsilon=0.0)
    array([ 1., -1.])
    """
    x = asarray(x)
    return _affine(x / sqrt(mean(square(x), axis, keepdims=True) + epsilon), gain, None)


def batch_statistics(x: Any, *, axis: int = -1) -> tuple[Any, Any]:
    """The mean and the variance of each feature over all other axes, both of shape (features,).

    `axis` is the features': -1 for rows, 1 for images (batch, channels, height, width).

    >>> from symdiff.library.normalisation import batch_statistics
    >>> batch_statistics([[1.0, 2.0], [3.0, 6.0]])
    (array([2., 4.]), array([1., 4.]))
    """
    x = asarray(x)
    along = normalise_axis(axis, x.ndim)
    others = tuple(i for i in range(x.ndim) if i != along)
    average = mean(x, others)
    return average, mean(square(x - _along(average, x, along)), others)


def batch_norm(
    x: Any,
    gain: Any = None,
    bias: Any = None,
    mean: Any = None,
    variance: Any = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
) -> Any:
    """(x - mean) / sqrt(variance + epsilon) for each feature, times gain, plus bias, all of shape (features,).

    Without a mean and a variance they are the batch's, and the derivative goes through them; to infer, give
    those gathered in training with `batch_statistics`. Raises `ShapeError` where one of the four has another
    shape. Ioffe & Szegedy, *Batch Normalization*, 2015.

    >>> from symdiff.library.normalisation import batch_norm
    >>> batch_norm([[1.0, 2.0], [3.0, 6.0]], bias=[0.0, 5.0], epsilon=0.0)
    array([[-1.,  4.],
           [ 1.,  6.]])
    """
    x = asarray(x)
    along = normalise_axis(axis, x.ndim)
    if mean is None or variance is None:
        found = batch_statistics(x, axis=along)
        mean, variance = (found[0] if mean is None else mean), (found[1] if variance is None else variance)
    given = {"gain": gain, "bias": bias, "mean": mean, "variance": variance}
    spread: dict[str, Any] = {
        name: value if value is None else _along(asarray(value), x, along) for name, value in given.items()
    }
    y = (x - spread["mean"]) / sqrt(spread["variance"] + epsilon)
    return _affine(y, spread["gain"], spread["bias"])


def _affine(y: Any, gain: Any, bias: Any) -> Any:
    scaled = y if gain is None else y * asarray(gain)
    return scaled if bias is None else scaled + asarray(bias)


def _along(value: Any, x: Any, axis: int) -> Any:
    """One number for each feature, so that it broadcasts along the features' axis."""
    if value.shape != (x.shape[axis],):
        problem = f"{shape_text(value.shape)} isn't one number for each of the {x.shape[axis]} features"
        raise complaint(ShapeError, f"batch_norm: {problem}", "say which axis the features are", x=x, value=value)
    return reshape(value, (value.shape[0], *[1] * (x.ndim - 1 - axis)))
