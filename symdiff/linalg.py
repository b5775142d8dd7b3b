"""Linear algebra under the Array API standard's names: its `linalg` extension, and NumPy's names beside it.

Everything is batched over leading axes and has derivatives in both modes, to second order where they exist; each
function says where they don't. Symmetric factorisations read one triangle, as NumPy's do, and their cotangent lives
in it.
"""

from __future__ import annotations

from typing import Any

from symdiff.ops import arranging
from symdiff.ops.blocks import block_diag, toeplitz
from symdiff.ops.contractions import einsum, tensordot
from symdiff.ops.factorisations import EighResult, cholesky, eigh, eigvalsh
from symdiff.ops.linalg import matmul, vector_norm
from symdiff.ops.matrix_functions import expm, logm, sqrtm
from symdiff.ops.norms import cond, matrix_norm, norm
from symdiff.ops.orthogonal import QRResult, qr
from symdiff.ops.products import cross, dot, inner, kron, matrix_power, multi_dot, outer, vecdot
from symdiff.ops.pseudoinverse import matrix_rank, pinv
from symdiff.ops.shape import matrix_transpose
from symdiff.ops.singular import SVDResult, svd
from symdiff.ops.singular import svdvals_op as svdvals
from symdiff.ops.solving import SlogdetResult, det, inv, slogdet, solve
from symdiff.ops.spectra import EigResult, eig
from symdiff.ops.spectra import eigvals_op as eigvals
from symdiff.ops.systems import LstsqResult, cholesky_solve, lstsq, solve_triangular, tensorinv, tensorsolve

__all__ = [
    "EigResult",
    "EighResult",
    "LstsqResult",
    "QRResult",
    "SVDResult",
    "SlogdetResult",
    "block_diag",
    "cholesky",
    "cholesky_solve",
    "cond",
    "cross",
    "det",
    "diagonal",
    "dot",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "einsum",
    "expm",
    "inner",
    "inv",
    "kron",
    "logm",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "sqrtm",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "toeplitz",
    "trace",
    "vecdot",
    "vector_norm",
]


def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonal of the matrices in the last two axes; a positive offset is above it.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> linalg.diagonal(sd.Graph().input("x", ("batch", 3, 3)), offset=1).shape
    (batch, 2)
    """
    return arranging.diagonal(x, offset, -2, -1)


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum of a diagonal of the matrices in the last two axes; integers are summed in 64 bits.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> linalg.trace(sd.Graph().input("x", ("batch", "n", "n"))).shape
    (batch,)
    """
    return arranging.trace(x, offset, -2, -1, dtype)
