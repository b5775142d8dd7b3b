"""The vocabulary: every op and every function of the language, in one table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from symdiff.op import Op
from symdiff.ops import (
    arranging,
    axes,
    bessel,
    beta,
    blocks,
    choosing,
    comparing,
    complexes,
    contractions,
    creation,
    cumulative,
    differences,
    dtypes,
    entropies,
    factorisations,
    floating,
    functions,
    gamma,
    gathering,
    gaussian,
    joining,
    kinks,
    linalg,
    marking,
    matrix_functions,
    nans,
    norms,
    orthogonal,
    padding,
    polynomials,
    products,
    protocol,
    pseudoinverse,
    ranges,
    reduction,
    refused,
    sampled,
    shape,
    singular,
    solving,
    sorting,
    special,
    spectra,
    statistics,
    systems,
    updates,
)
from symdiff.ops.arithmetic import ARITHMETIC
from symdiff.ops.arranging import ARRANGING
from symdiff.ops.bessel import BESSEL
from symdiff.ops.beta import BETA
from symdiff.ops.choosing import CHOOSING
from symdiff.ops.complexes import COMPLEXES
from symdiff.ops.contractions import CONTRACTIONS
from symdiff.ops.cumulative import CUMULATIVE
from symdiff.ops.entropies import ENTROPIES
from symdiff.ops.exponential import EXPONENTIAL
from symdiff.ops.extremes import EXTREMES
from symdiff.ops.factorisations import SYMMETRIC_FACTORISATIONS
from symdiff.ops.floating import FLOATING
from symdiff.ops.fourier import FOURIER
from symdiff.ops.gamma import GAMMA
from symdiff.ops.gathering import GATHERING
from symdiff.ops.gaussian import GAUSSIAN
from symdiff.ops.indexing import INDEXING
from symdiff.ops.kinks import KINKS
from symdiff.ops.linalg import LINALG
from symdiff.ops.lines import LINES
from symdiff.ops.logic import LOGIC
from symdiff.ops.matrix_functions import MATRIX_FUNCTIONS
from symdiff.ops.normalising import NORMALISING
from symdiff.ops.orthogonal import ORTHOGONAL
from symdiff.ops.pseudoinverse import PSEUDOINVERSE
from symdiff.ops.randomness import RANDOMNESS
from symdiff.ops.ranges import RANGES
from symdiff.ops.reduction import REDUCTION
from symdiff.ops.shape import SHAPE
from symdiff.ops.singular import SINGULAR
from symdiff.ops.solving import SOLVING
from symdiff.ops.sorting import SORTING
from symdiff.ops.special import SPECIAL
from symdiff.ops.spectra import SPECTRA
from symdiff.ops.triangles import TRIANGLES
from symdiff.ops.trigonometric import TRIGONOMETRIC
from symdiff.ops.updates import UPDATES
from symdiff.ops.windows import WINDOWS

OPS: Final[tuple[Op, ...]] = (
    *ARITHMETIC, *EXPONENTIAL, *TRIGONOMETRIC, *LOGIC, *KINKS, *SHAPE, *RANGES, *INDEXING, *REDUCTION, *LINALG,
    *NORMALISING, *COMPLEXES, *FLOATING, *FOURIER, *GATHERING, *LINES, *UPDATES, *EXTREMES, *ARRANGING,
    *SORTING, *CUMULATIVE, *CHOOSING,
    *SPECIAL, *GAMMA, *GAUSSIAN, *ENTROPIES, *BETA, *BESSEL, *RANDOMNESS, *WINDOWS,
    *TRIANGLES, *SOLVING, *SYMMETRIC_FACTORISATIONS, *ORTHOGONAL, *SINGULAR, *PSEUDOINVERSE, *SPECTRA,
    *MATRIX_FUNCTIONS, *CONTRACTIONS,
)  # fmt: skip

FUNCTIONS: Final[dict[str, Any]] = {
    function.__name__: function
    for function in (
        *refused.REFUSED, *comparing.COMPARING, *nans.NANS, *polynomials.POLYNOMIALS, *sampled.SAMPLED,
        dtypes.__array_namespace_info__, dtypes.astype, dtypes.can_cast, dtypes.finfo, dtypes.iinfo, dtypes.isdtype,
        dtypes.result_type, floating.deg2rad, floating.fabs, floating.float_power, floating.fmax, floating.fmin,
        floating.mod, floating.rad2deg,
        marking.checkpoint, complexes.angle, complexes.conj, complexes.imag, complexes.real, kinks.sign,
        functions.clip, functions.full_like, functions.moveaxis, functions.ones_like, functions.reshape,
        functions.zeros_like,
        gathering.getitem, gathering.one_hot, gathering.take, gathering.take_along_axis, updates.at,
        arranging.diag, arranging.diagflat, arranging.diagonal, arranging.repeat, arranging.rot90,
        arranging.tile, padding.pad,
        axes.fliplr, axes.flipud, axes.ravel, axes.rollaxis, axes.squeeze, axes.swapaxes, joining.append,
        joining.block, joining.delete, joining.insert,
        joining.array_split, joining.atleast_1d, joining.atleast_2d, joining.atleast_3d, joining.broadcast_arrays,
        joining.column_stack, joining.concat, joining.concatenate, joining.dsplit, joining.dstack, joining.hsplit,
        joining.hstack, joining.meshgrid, joining.split, joining.unstack, joining.vsplit, joining.vstack,
        sorting.argpartition, sorting.argsort, sorting.count_nonzero, sorting.partition, sorting.searchsorted,
        sorting.lexsort, sorting.sort,
        choosing.choose, choosing.isin, choosing.nan_to_num, choosing.piecewise, choosing.select,
        creation.empty, creation.empty_like, creation.eye, creation.full, creation.geomspace, creation.identity,
        creation.linspace,
        creation.logspace, creation.ones, creation.tri, creation.zeros,
        cumulative.cumprod, cumulative.cumsum, cumulative.cumulative_prod, cumulative.cumulative_sum, differences.diff,
        differences.gradient, statistics.average, statistics.corrcoef, statistics.cov, statistics.median,
        statistics.percentile, statistics.ptp,
        statistics.quantile, statistics.std, statistics.var,
        factorisations.cholesky, factorisations.eigh, factorisations.eigvalsh, solving.slogdet,
        contractions.einsum, contractions.tensordot, norms.cond, norms.matrix_norm, norms.norm, products.cross,
        products.dot, products.inner, products.kron, products.matrix_power, products.multi_dot, products.outer,
        products.vecdot, orthogonal.qr, pseudoinverse.matrix_rank, pseudoinverse.pinv, singular.svd, spectra.eig,
        blocks.block_diag, blocks.toeplitz, matrix_functions.expm, matrix_functions.logm, matrix_functions.sqrtm,
        systems.cholesky_solve, systems.lstsq, systems.solve_triangular, systems.tensorinv, systems.tensorsolve,
        bessel.i0, bessel.i0e, bessel.i1, bessel.i1e, bessel.iv, bessel.ive, beta.beta, beta.multigammaln,
        entropies.entr, gaussian.ndtri,
        gamma.polygamma, gamma.trigamma, special.sinc,
        linalg.vector_norm, ranges.arange, shape.asarray, shape.size, shape.stack,
        reduction.all, reduction.any, reduction.max, reduction.mean, reduction.min, reduction.prod, reduction.sum,
    )
}  # fmt: skip

# A function with an op's name is how the op is called: it takes the arguments in the standard's way.
NAMES: Final = SimpleNamespace(**{op.name: op for op in OPS} | FUNCTIONS)


def numpy_names() -> dict[Any, Any]:
    """Which of the vocabulary stands for which NumPy function, keyed by the function."""
    return protocol.numpy_names(NAMES)
