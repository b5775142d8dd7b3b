"""full_gaussian: written by symdiff 0.1.0 from graph bc06a5; imports NumPy only.

cost         66*n + 459 flops (forward alone: 27*n + 165 flops), 312*n + 2064 bytes moved, peak 6*n + 28 floats
conventions  none
rewrites     exact: needless_stretch, permutation_as_transpose, plus_negated, times_one; rounding: moved_negative,
             power_of_two, reduced_before_moving, scalar_outward, sum_of_negative; domain: constants_together,
             times_reciprocal
"""

import numpy as np


def full_gaussian(x, mu, cov):
    x = argument("x", x, "float64", (None, 3))
    n = x.shape[0]
    mu = argument("mu", mu, "float64", (3,))
    cov = argument("cov", cov, "float64", (3, 3))

    low = np.linalg.cholesky(cov)                               # (3, 3)  models.py:99  low = sd.linalg.cholesky(cov)
    z = solve_triangular(low, (x - mu).T, lower=True)           # (3, n)  models.py:100  z = sd.linalg.solve_triangular(low, (x - mu).T, lo...
    getitem_1 = low.reshape((9,))[::4]                          # (3,)    models.py:101  loss = 0.5 * sd.sum(z**2) + sd.size(x, 0, dtype="f...
    loss = 0.5 * np.sum(z * z) + n * np.sum(np.log(getitem_1))  # ()      models.py:101

    # (9,)  all ways to low.reshape((9,))
    scatter_add_1 = scatter_parts((9,), (n / getitem_1, np.s_[::4]))
    solve_triangular_1 = solve_triangular(low.T, z)             # (3, n)  via models.py:100  solve_triangular.vjp[0]
    d_mu = -np.sum(solve_triangular_1, axis=1)                  # (3,)    via models.py:100  subtract.vjp[1]
    # (3, 3)  all ways to low
    d_low = scatter_add_1.reshape((3, 3)) - np.tril(solve_triangular_1 @ z.T)
    # (3, 3)  via models.py:99  cholesky.vjp[0]
    solve_triangular_2 = solve_triangular(low.T, halve(low.T @ d_low))
    # (3, 3)  via models.py:99  cholesky.vjp[0]
    solve_triangular_3 = solve_triangular(low.T, solve_triangular_2.T)
    d_cov = fold(solve_triangular_3)                            # (3, 3)  via models.py:99  cholesky.vjp[0]
    return loss, d_mu, d_cov


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


def solve_triangular(a, b, *, lower=False):
    """The solution of a x = b from one triangle of a; LU of an upper triangle is back substitution."""
    if not lower:
        return np.linalg.solve(np.triu(a), b)
    flipped = b[::-1] if b.ndim == 1 else b[..., ::-1, :]
    found = np.linalg.solve(np.tril(a)[..., ::-1, ::-1], flipped)
    return np.array(found[..., ::-1] if b.ndim == 1 else found[..., ::-1, :])


def scatter_parts(shape, *parts):
    """An array of zeros with (part, index) pairs added in their places, as often as an index array names them."""
    whole = np.zeros(shape, np.result_type(*(part for part, _ in parts)))
    for part, index in parts:
        at = index[0] if isinstance(index, tuple) and len(index) == 1 else index
        if isinstance(at, np.ndarray) and whole.ndim > 1:  # rows: NumPy adds at single positions much faster
            row = whole[0].size if len(whole) else 1
            positions = at[..., None] * row + np.arange(row)
            np.add.at(whole.reshape(-1), positions.reshape(-1), np.reshape(part, -1))
        elif any(isinstance(each, np.ndarray) for each in (index if isinstance(index, tuple) else (index,))):
            np.add.at(whole, index, part)
        else:
            whole[index] += part
    return whole


def halve(x, *, upper=False):
    """The triangle with its diagonal halved."""
    strict, whole = (np.triu(x, 1), np.triu(x)) if upper else (np.tril(x, -1), np.tril(x))
    return (strict + whole) / 2


def fold(x, *, upper=False):
    """The triangle into which the opposite one's conjugate is added, with a real diagonal."""
    half, other = (np.triu(x, 1), np.tril(x, -1)) if upper else (np.tril(x, -1), np.triu(x, 1))
    return np.where(np.eye(x.shape[-1]) > 0, np.real(x), half + np.conj(np.swapaxes(other, -1, -2)))
