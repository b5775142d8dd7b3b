"""The vocabulary: every op and every function of the language, in one table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from symdiff.op import Op
from symdiff.ops import (
    complexes,
    dtypes,
    factorisations,
    floating,
    functions,
    gamma,
    gathering,
    kinks,
    linalg,
    protocol,
    reduction,
    refused,
    shape,
    solving,
    special,
    updates,
)
from symdiff.ops.arithmetic import ARITHMETIC
from symdiff.ops.complexes import COMPLEXES
from symdiff.ops.exponential import EXPONENTIAL
from symdiff.ops.factorisations import SYMMETRIC_FACTORISATIONS
from symdiff.ops.floating import FLOATING
from symdiff.ops.fourier import FOURIER
from symdiff.ops.gamma import GAMMA
from symdiff.ops.gathering import GATHERING
from symdiff.ops.indexing import INDEXING
from symdiff.ops.kinks import KINKS
from symdiff.ops.linalg import LINALG
from symdiff.ops.logic import LOGIC
from symdiff.ops.normalising import NORMALISING
from symdiff.ops.reduction import REDUCTION
from symdiff.ops.shape import SHAPE
from symdiff.ops.solving import SOLVING
from symdiff.ops.special import SPECIAL
from symdiff.ops.triangles import TRIANGLES
from symdiff.ops.trigonometric import TRIGONOMETRIC
from symdiff.ops.updates import UPDATES

OPS: Final[tuple[Op, ...]] = (
    *ARITHMETIC, *EXPONENTIAL, *TRIGONOMETRIC, *LOGIC, *KINKS, *SHAPE, *INDEXING, *REDUCTION, *LINALG, *NORMALISING,
    *COMPLEXES, *FLOATING, *FOURIER, *GATHERING, *UPDATES, *SPECIAL, *GAMMA,
    *TRIANGLES, *SOLVING, *SYMMETRIC_FACTORISATIONS,
)  # fmt: skip

FUNCTIONS: Final[dict[str, Any]] = {
    function.__name__: function
    for function in (
        *refused.REFUSED,
        dtypes.__array_namespace_info__, dtypes.astype, dtypes.can_cast, dtypes.finfo, dtypes.iinfo, dtypes.isdtype,
        dtypes.result_type, floating.deg2rad, floating.fabs, floating.float_power, floating.fmax, floating.fmin,
        floating.mod, floating.rad2deg,
        complexes.angle, complexes.conj, complexes.imag, complexes.real, kinks.sign,
        functions.clip, functions.full_like, functions.moveaxis, functions.ones_like, functions.zeros_like,
        gathering.getitem, gathering.one_hot, gathering.take, gathering.take_along_axis, updates.at,
        factorisations.cholesky, factorisations.eigh, factorisations.eigvalsh, solving.slogdet,
        gamma.polygamma, gamma.trigamma, special.sinc,
        linalg.vector_norm, shape.arange, shape.asarray, shape.size, shape.stack,
        reduction.all, reduction.any, reduction.max, reduction.mean, reduction.min, reduction.prod, reduction.sum,
    )
}  # fmt: skip

# A function with an op's name is how the op is called: it takes the arguments in the standard's way.
NAMES: Final = SimpleNamespace(**{op.name: op for op in OPS} | FUNCTIONS)


def numpy_names() -> dict[Any, Any]:
    """Which of the vocabulary stands for which NumPy function, keyed by the function."""
    return protocol.numpy_names(NAMES)
