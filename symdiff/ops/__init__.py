"""The vocabulary: every op and every function of the language, in one table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from symdiff.op import Op
from symdiff.ops import complexes, fourier, functions, gamma, gathering, kinks, linalg, reduction, shape, special
from symdiff.ops.arithmetic import ARITHMETIC
from symdiff.ops.complexes import COMPLEXES
from symdiff.ops.exponential import EXPONENTIAL
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
from symdiff.ops.special import SPECIAL
from symdiff.ops.trigonometric import TRIGONOMETRIC

OPS: Final[tuple[Op, ...]] = (
    *ARITHMETIC, *EXPONENTIAL, *TRIGONOMETRIC, *LOGIC, *KINKS, *SHAPE, *INDEXING, *REDUCTION, *LINALG, *NORMALISING,
    *COMPLEXES, *FOURIER, *GATHERING, *SPECIAL, *GAMMA,
)  # fmt: skip

FUNCTIONS: Final[dict[str, Any]] = {
    function.__name__: function
    for function in (
        complexes.angle, complexes.conj, complexes.imag, complexes.real, kinks.sign,
        functions.clip, functions.full_like, functions.moveaxis, functions.ones_like, functions.zeros_like,
        gathering.getitem, gathering.one_hot, gathering.take, gathering.take_along_axis,
        gamma.polygamma, gamma.trigamma, special.sinc,
        linalg.vector_norm, shape.arange, shape.asarray, shape.size, shape.stack,
        reduction.all, reduction.any, reduction.max, reduction.mean, reduction.min, reduction.prod, reduction.sum,
    )
}  # fmt: skip

# A function with an op's name is how the op is called: it takes the arguments in the standard's way.
NAMES: Final = SimpleNamespace(**{op.name: op for op in OPS} | FUNCTIONS)


def numpy_names() -> dict[Any, Any]:
    """Which of the vocabulary stands for which NumPy function, keyed by the function."""
    found = {getattr(np, name): value for name, value in vars(NAMES).items() if callable(getattr(np, name, None))}
    found |= {getattr(np.fft, name): getattr(fourier, name) for name in fourier.NUMPY}
    found |= {np.linalg.vector_norm: linalg.vector_norm, np.transpose: _transpose}
    return found


def _transpose(x: Any, axes: Any = None) -> Any:
    return x.transpose() if axes is None else x.transpose(axes)
