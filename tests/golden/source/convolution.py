"""convolution: written by symdiff 0.1.0 from graph 876f9b; imports NumPy only.

cost         8964*batch + 2 flops (forward alone: 3024*batch + 1 flops), 27296*batch + 944 bytes moved, peak
             468*batch + 37 floats
conventions  relu'(0) = 0
rewrites     exact: needless_stretch, permutation_as_transpose, reshape_as_expansion, reshape_as_squeeze,
             transposed_twice; rounding: power_of_two, scalar_outward, scalars_first, transposed_product; domain:
             times_reciprocal
"""

import numpy as np


def convolution(images, kernels):
    images = argument("images", images, "float64", (None, 1, 8, 8))
    batch = images.shape[0]
    kernels = argument("kernels", kernels, "float64", (4, 1, 3, 3))

    # (batch, 1, 6, 6, 3, 3)  models.py:149  y = sd.relu(sd.conv2d(images, kernels))
    sliding_windows_images = sliding_windows(
        images, window=(3, 3), axes=(2, 3), stride=(1, 1), dilation=(1, 1)
    )
    # (1, batch, 6, 6, 1, 3, 3)  models.py:149
    permute_dims_1 = sliding_windows_images[:, :, None].transpose((1, 0, 3, 4, 2, 5, 6))
    reshape_kernels = kernels.reshape((1, 4, 9))                  # (1, 4, 9)         models.py:149
    reshape_1 = permute_dims_1.reshape((1, 36*batch, 9))          # (1, 36*batch, 9)  models.py:149
    # (1, batch, 6, 6, 4)  models.py:149
    reshape_2 = (reshape_1 @ reshape_kernels.mT).reshape((1, batch, 6, 6, 4))
    squeeze_1 = reshape_2.transpose((1, 0, 4, 2, 3)).squeeze(1)   # (batch, 4, 6, 6)  models.py:149
    y = np.maximum(squeeze_1, 0)                                  # (batch, 4, 6, 6)  models.py:149
    loss = np.sum(y * y) / (144*batch)                            # ()                models.py:150  loss = sd.mean(y**2)

    d_y = y * (2.0 / np.float64(144*batch))                       # (batch, 4, 6, 6)  via models.py:150  pow.vjp[0]
    # (1, batch, 6, 6, 4)  via models.py:149  permute_dims.vjp[0]
    d_reshape_2 = np.where(y > 0.0, d_y, 0.0)[:, None].transpose((1, 0, 3, 4, 2))
    reshape_3 = d_reshape_2.reshape((1, 36*batch, 4))             # (1, 36*batch, 4)  via models.py:149  reshape.vjp[0]
    # (1, batch, 6, 6, 1, 3, 3)  via models.py:149  reshape.vjp[0]
    d_permute_dims_1 = (reshape_3 @ reshape_kernels).reshape((1, batch, 6, 6, 1, 3, 3))
    d_kernels = (reshape_3.mT @ reshape_1).reshape((4, 1, 3, 3))  # (4, 1, 3, 3)      via models.py:149  reshape.vjp[0]
    # (batch, 1, 1, 6, 6, 3, 3)  via models.py:149  permute_dims.vjp[0]
    permute_dims_2 = d_permute_dims_1.transpose((1, 0, 4, 2, 3, 5, 6))
    # (batch, 1, 8, 8)  via models.py:149  sliding_windows.vjp[0]
    d_images = overlap_add(
        permute_dims_2.squeeze(2), shape=(batch, 1, 8, 8), axes=(2, 3), stride=(1, 1), dilation=(1, 1)
    )
    return loss, d_images, np.array(d_kernels)


class ArgumentError(TypeError):
    """An argument that doesn't cast to the dtype it is declared with."""


class ShapeError(ValueError):
    """An argument whose shape isn't the declared one, or sizes that don't fit together."""


def argument(name, value, dtype, shape):
    """The value as an array of this dtype and shape (None: any size), or an error that says what was found."""
    if hasattr(value, "filled") and np.any(value.mask):
        raise ArgumentError(f"argument {name!r} is a masked array, whose mask would be lost: give value.filled(...)")
    plain = isinstance(value, (bool, int, float, complex, list, tuple)) and not isinstance(value, np.generic)
    try:
        array = np.asarray(value)
    except ValueError:
        raise ShapeError(f"argument {name!r} is not an array: its rows differ in length") from None
    if array.dtype != dtype:
        if not np.can_cast(array.dtype, dtype, "same_kind" if plain and array.dtype.kind != "b" else "safe"):
            raise ArgumentError(
                f"argument {name!r} is {array.dtype} {array.shape}, which doesn't cast safely to {dtype}"
            )
        array = array.astype(dtype)
    fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits:
        wanted = str(tuple("any" if each is None else each for each in shape)).replace("'", "")
        raise ShapeError(f"argument {name!r} has shape {array.shape}, where {wanted} is wanted")
    return array


def sliding_windows(
    x, *, window, axes, stride, dilation
):
    """Windows over axes as a view: an axis counts windows, and a new last axis goes through each."""
    spans = [(size - 1) * step + 1 for size, step in zip(window, dilation, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(x, spans, axes)
    index = [slice(None)] * x.ndim + [slice(None, None, step) for step in dilation]
    for each, step in zip(axes, stride, strict=True):
        index[each] = slice(None, None, step)
    return view[tuple(index)]


def overlap_add(
    windows, *, shape, axes, stride, dilation
):
    """The transpose of `sliding_windows`: an array of a shape, with every window added where it was."""
    whole = np.zeros(shape, windows.dtype)
    for place in np.ndindex(windows.shape[len(shape) :]):
        index = [slice(None)] * len(shape)
        for each, offset, step, spread in zip(axes, place, stride, dilation, strict=True):
            first = offset * spread
            index[each] = slice(first, first + (windows.shape[each] - 1) * step + 1, step)
        whole[tuple(index)] += windows[(..., *place)]
    return whole
