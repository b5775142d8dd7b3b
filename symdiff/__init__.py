"""symdiff: a symbol-to-symbol differentiation compiler. The public names; the language is put together here."""

# ruff: noqa: I001, RUF022
# Names stand in full rows, a module each: three hundred of them are a page; the formatter would make them ten.
# fmt: off

import sys
from types import MappingProxyType
from symdiff import fft, linalg, random, special

from symdiff._version import __version__
from symdiff.checking import check_grad
from symdiff.core import PROJECT as project
from symdiff.differentiate.api import adjoints, grad, hvp, jvp, tangents, vjp
from symdiff.errors import SymdiffError
from symdiff.export import export, load_source
from symdiff.expr import Expr
from symdiff.compiling import compile, evaluate
from symdiff.function import Function
from symdiff.graph import Graph
from symdiff.inspect.cost import cost
from symdiff.inspect.exchange import to_dot, to_networkx
from symdiff.inspect.lints import lint
from symdiff.inspect.show import show
from symdiff.inspect.why import why
from symdiff.language import Language
from symdiff.library import initialisers
from symdiff.library.activations import (
    binary_step, elu, gelu, glu, hard_sigmoid, hard_swish, hard_tanh, leaky_relu, mish, selu, silu, softplus,
    softsign, swish,
)
from symdiff.library.adaptive import adagrad, adam, adamw, lion, rmsprop
from symdiff.library.convolution import average_pool1d, average_pool2d, conv1d, conv2d, max_pool1d, max_pool2d
from symdiff.library.layers import attention, dropout, embedding, linear
from symdiff.library.likelihoods import contrastive, focal, gaussian_nll, huber, kl_divergence, poisson_nll
from symdiff.library.losses import (
    binary_cross_entropy_from_logits, cross_entropy, cross_entropy_from_logits, hinge, mean_squared_error, zero_one,
)
from symdiff.library.normalisation import batch_norm, batch_statistics, layer_norm, rms_norm
from symdiff.library.optimisers import momentum, sgd
from symdiff.library.parameters import flatten_parameters, unflatten_parameters
from symdiff.library.regularisers import l2
from symdiff.library.steps import clip_by_norm, clip_by_value, constant_rate, cosine_rate, exponential_rate, warm_up
from symdiff.op import Op
from symdiff.ops import NAMES, OPS, numpy_names
from symdiff.ops.arithmetic import (
    add, divide, floor_divide, hypot, multiply, negative, positive, pow, reciprocal, remainder, sqrt, square,
    subtract,
)
from symdiff.ops.arranging import diag, diagflat, diagonal, repeat, roll, rot90, tile, tril, triu
from symdiff.ops.axes import fliplr, flipud, ravel, rollaxis, squeeze, swapaxes
from symdiff.ops.bessel import i0, i0e, i1, i1e, iv, ive
from symdiff.ops.beta import beta, betaln, gamma, multigammaln
from symdiff.ops.choosing import choose, heaviside, isin, nan_to_num, piecewise, select
from symdiff.ops.comparing import (
    allclose, array_equal, isclose, iscomplex, iscomplexobj, isneginf, isposinf, isreal, isrealobj, real_if_close,
)
from symdiff.ops.complexes import angle, conj, imag, real
from symdiff.ops.contractions import einsum, tensordot
from symdiff.ops.creation import empty, empty_like, eye, full, geomspace, identity, linspace, logspace, ones, tri, zeros
from symdiff.ops.cumulative import cumprod, cumsum, cumulative_prod, cumulative_sum
from symdiff.ops.differences import diff, gradient
from symdiff.ops.dtypes import (
    __array_namespace_info__, astype, bool, can_cast, complex128, complex64, e, finfo, float32, float64, iinfo, inf,
    int16, int32, int64, int8, isdtype, nan, newaxis, pi, result_type, uint16, uint32, uint64, uint8,
)
from symdiff.ops.entropies import entr, kl_div, logit, rel_entr, xlog1py
from symdiff.ops.exponential import exp, exp2, expm1, log, log10, log1p, log2, log_sigmoid, logaddexp, sigmoid, xlogy
from symdiff.ops.extremes import scatter_max, scatter_min
from symdiff.ops.factorisations import cholesky, eigh, eigvalsh
from symdiff.ops.floating import (
    copysign, deg2rad, fabs, float_power, fmax, fmin, logaddexp2, mod, nextafter, rad2deg, signbit,
)
from symdiff.ops.functions import clip, full_like, moveaxis, ones_like, reshape, zeros_like
from symdiff.ops.gamma import digamma, lgamma, polygamma, trigamma
from symdiff.ops.gathering import gather, one_hot, take, take_along_axis
from symdiff.ops.lines import put_along, take_along
from symdiff.ops.gaussian import erfcinv, erfcx, erfinv, log_ndtr, ndtr, ndtri
from symdiff.ops.indexing import scatter_add
from symdiff.ops.joining import (
    append, array_split, atleast_1d, atleast_2d, atleast_3d, block, broadcast_arrays, column_stack, concat,
    concatenate, delete, dsplit, dstack, hsplit, hstack, insert, meshgrid, split, unstack, vsplit, vstack,
)
from symdiff.ops.kinks import abs, ceil, floor, maximum, minimum, relu, round, sign, stop_gradient, trunc
from symdiff.ops.linalg import matmul, vector_norm
from symdiff.ops.logic import (
    bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor, equal, greater,
    greater_equal, isfinite, isinf, isnan, less, less_equal, logical_and, logical_not, logical_or, logical_xor,
    not_equal, where,
)
from symdiff.ops.marking import checkpoint
from symdiff.ops.nans import (
    nanargmax, nanargmin, nancumprod, nancumsum, nanmax, nanmean, nanmin, nanprod, nanstd, nansum, nanvar,
)
from symdiff.ops.normalising import log_softmax, logsumexp, softmax
from symdiff.ops.norms import matrix_norm, norm
from symdiff.ops.orthogonal import qr
from symdiff.ops.padding import pad
from symdiff.ops.polynomials import convolve, correlate, polyadd, polyder, polyint, polymul, polysub, polyval, vander
from symdiff.ops.products import cross, dot, inner, inv, kron, matrix_power, multi_dot, outer, vecdot
from symdiff.ops.pseudoinverse import matrix_rank, pinv
from symdiff.ops.reduction import all, any, argmax, argmin, max, mean, min, prod, sum
from symdiff.ops.refused import (
    argwhere, compress, extract, flatnonzero, from_dlpack, nonzero, unique, unique_all, unique_counts,
    unique_inverse, unique_values,
)
from symdiff.ops.sampled import bincount, digitize, ediff1d, interp, trapezoid, unwrap
from symdiff.ops.shape import (
    asarray, broadcast_to, expand_dims, flip, matrix_transpose, permute_dims, size, stack,
)
from symdiff.ops.ranges import arange
from symdiff.ops.singular import svd
from symdiff.ops.solving import det, slogdet, solve
from symdiff.ops.sorting import argpartition, argsort, count_nonzero, lexsort, partition, searchsorted, sort
from symdiff.ops.special import cbrt, erf, erfc, sinc
from symdiff.ops.spectra import eig
from symdiff.ops.statistics import average, corrcoef, cov, median, percentile, ptp, quantile, std, var
from symdiff.ops.trigonometric import acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, sin, sinh, tan, tanh
from symdiff.ops.updates import at
from symdiff.ops.windows import sliding_windows
from symdiff.optimize.powers import RECOGNISED
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.rule import equation, rule
from symdiff.transplant import substitute

__all__ = [
    "Expr", "Function", "Graph", "Language", "Op", "SymdiffError", "__array_namespace_info__", "__version__", "abs",
    "acos", "acosh", "adagrad", "adam", "adamw", "add", "adjoints", "all", "allclose", "angle", "any", "append",
    "arange", "argmax", "argmin", "argpartition", "argsort", "argwhere", "array_equal", "array_split", "asarray",
    "asin", "asinh", "astype", "at", "atan", "atan2", "atanh", "atleast_1d", "atleast_2d", "atleast_3d",
    "attention", "average", "average_pool1d", "average_pool2d", "batch_norm", "batch_statistics", "beta", "betaln",
    "binary_cross_entropy_from_logits", "binary_step", "bincount", "bitwise_and", "bitwise_invert",
    "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "block", "bool", "broadcast_arrays",
    "broadcast_to", "can_cast", "cbrt", "ceil", "check_grad", "checkpoint", "cholesky", "choose", "clip",
    "clip_by_norm", "clip_by_value", "column_stack", "compile", "complex128", "complex64", "compress", "concat",
    "concatenate", "conj", "constant_rate", "contrastive", "conv1d", "conv2d", "convolve", "copysign", "corrcoef",
    "correlate", "cos", "cosh", "cosine_rate", "cost", "count_nonzero", "cov", "cross", "cross_entropy",
    "cross_entropy_from_logits", "cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "deg2rad", "delete",
    "det", "diag", "diagflat", "diagonal", "diff", "digamma", "digitize", "divide", "dot", "dropout", "dsplit",
    "dstack", "e", "ediff1d", "eig", "eigh", "eigvalsh", "einsum", "elu", "embedding", "empty", "empty_like",
    "entr", "equal", "equation", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "exp", "exp2", "expand_dims", "expm1",
    "exponential_rate", "export", "extract", "eye", "fabs", "fft", "finfo", "flatnonzero", "flatten_parameters",
    "flip", "fliplr", "flipud", "float32", "float64", "float_power", "floor", "floor_divide", "fmax", "fmin",
    "focal", "from_dlpack", "full", "full_like", "gamma", "gather", "gaussian_nll", "gelu", "geomspace", "glu",
    "grad", "gradient", "greater", "greater_equal", "hard_sigmoid", "hard_swish", "hard_tanh", "heaviside", "hinge",
    "hsplit", "hstack", "huber", "hvp", "hypot", "i0", "i0e", "i1", "i1e", "identity", "iinfo", "imag", "inf",
    "initialisers", "inner", "insert", "int16", "int32", "int64", "int8", "interp", "inv", "isclose", "iscomplex",
    "iscomplexobj", "isdtype", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "isreal", "isrealobj",
    "iv", "ive", "jvp", "kl_div", "kl_divergence", "kron", "l2", "layer_norm", "leaky_relu", "less", "less_equal",
    "lexsort", "lgamma", "linalg", "linear", "linspace", "lint", "lion", "load_source", "log", "log10", "log1p",
    "log2", "log_ndtr", "log_sigmoid", "log_softmax", "logaddexp", "logaddexp2", "logical_and", "logical_not",
    "logical_or", "logical_xor", "logit", "logspace", "logsumexp", "matmul", "matrix_norm", "matrix_power",
    "matrix_rank", "matrix_transpose", "max", "max_pool1d", "max_pool2d", "maximum", "mean", "mean_squared_error",
    "median", "meshgrid", "min", "minimum", "mish", "mod", "momentum", "moveaxis", "multi_dot", "multigammaln",
    "multiply", "nan", "nan_to_num", "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean",
    "nanmin", "nanprod", "nanstd", "nansum", "nanvar", "ndtr", "ndtri", "negative", "newaxis", "nextafter",
    "nonzero", "norm", "not_equal", "one_hot", "ones", "ones_like", "outer", "pad", "partition", "percentile",
    "permute_dims", "pi", "piecewise", "pinv", "poisson_nll", "polyadd", "polyder", "polygamma", "polyint",
    "polymul", "polysub", "polyval", "positive", "pow", "prod", "project", "ptp", "put_along", "qr", "quantile",
    "rad2deg", "random", "ravel", "real", "real_if_close", "reciprocal", "rel_entr", "relu", "remainder", "repeat",
    "reshape", "result_type", "rms_norm", "rmsprop", "roll", "rollaxis", "rot90", "round", "rule", "scatter_add",
    "scatter_max", "scatter_min", "searchsorted", "select", "selu", "sgd", "show", "sigmoid", "sign", "signbit",
    "silu", "sin", "sinc", "sinh", "size", "sliding_windows", "slogdet", "softmax", "softplus", "softsign", "solve",
    "sort", "special", "split", "sqrt", "square", "squeeze", "stack", "std", "stop_gradient", "substitute",
    "subtract", "sum", "svd", "swapaxes", "swish", "take", "take_along", "take_along_axis", "tan", "tangents",
    "tanh", "tensordot", "tile", "to_dot", "to_networkx", "trapezoid", "tri", "trigamma", "tril", "triu", "trunc",
    "uint16", "uint32", "uint64", "uint8", "unflatten_parameters", "unique", "unique_all", "unique_counts",
    "unique_inverse", "unique_values", "unstack", "unwrap", "vander", "var", "vecdot", "vector_norm", "vjp",
    "vsplit", "vstack", "warm_up", "where", "why", "xlog1py", "xlogy", "zero_one", "zeros", "zeros_like",
]
# fmt: on

__array_api_version__ = "2024.12"

Graph.standard = Language(
    table=MappingProxyType({op.name: op for op in OPS}),
    ops=NAMES,
    namespace=sys.modules[__name__],
    numpy=MappingProxyType(numpy_names()),
    stable_rules=(*STABLE, *RECOGNISED),
    evaluate=evaluate,
    display=show,
)
