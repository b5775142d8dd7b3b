"""symdiff: a symbol-to-symbol differentiation compiler. The public names; the language is put together here."""

import sys
from types import MappingProxyType

from symdiff._version import __version__
from symdiff.core import PROJECT as project
from symdiff.differentiate.api import adjoints, grad, hvp, jvp, tangents, vjp
from symdiff.errors import SymdiffError
from symdiff.export import export
from symdiff.expr import Expr
from symdiff.function import Function, compile, evaluate
from symdiff.graph import Graph
from symdiff.inspect.exchange import to_dot, to_networkx
from symdiff.inspect.show import show
from symdiff.inspect.why import why
from symdiff.language import Language
from symdiff.library import initialisers
from symdiff.library.activations import binary_step, elu, leaky_relu, softplus
from symdiff.library.layers import linear
from symdiff.library.losses import (
    binary_cross_entropy_from_logits,
    cross_entropy,
    cross_entropy_from_logits,
    hinge,
    mean_squared_error,
    zero_one,
)
from symdiff.library.optimisers import momentum, sgd
from symdiff.library.parameters import ravel, unravel
from symdiff.library.regularisers import l2
from symdiff.op import Op
from symdiff.ops import NAMES, OPS, numpy_names
from symdiff.ops.arithmetic import (
    add,
    divide,
    floor_divide,
    hypot,
    multiply,
    negative,
    positive,
    pow,
    reciprocal,
    remainder,
    sqrt,
    square,
    subtract,
)
from symdiff.ops.exponential import exp, exp2, expm1, log, log1p, log2, log10, log_sigmoid, logaddexp, sigmoid, xlogy
from symdiff.ops.functions import clip, full_like, moveaxis, ones_like, zeros_like
from symdiff.ops.indexing import scatter_add
from symdiff.ops.kinks import abs, ceil, floor, maximum, minimum, relu, round, sign, stop_gradient, trunc
from symdiff.ops.linalg import matmul, vector_norm
from symdiff.ops.logic import (
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    equal,
    greater,
    greater_equal,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
    where,
)
from symdiff.ops.normalising import log_softmax, logsumexp, softmax
from symdiff.ops.reduction import all, any, argmax, argmin, max, mean, min, prod, sum
from symdiff.ops.shape import (
    arange,
    asarray,
    astype,
    broadcast_to,
    concat,
    expand_dims,
    flip,
    matrix_transpose,
    permute_dims,
    reshape,
    size,
    squeeze,
    stack,
)
from symdiff.ops.trigonometric import acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, sin, sinh, tan, tanh
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.rule import equation, rule
from symdiff.transplant import substitute

__all__ = [
    "Expr",
    "Function",
    "Graph",
    "Language",
    "Op",
    "SymdiffError",
    "__version__",
    "abs",
    "acos",
    "acosh",
    "add",
    "adjoints",
    "all",
    "any",
    "arange",
    "argmax",
    "argmin",
    "asarray",
    "asin",
    "asinh",
    "astype",
    "atan",
    "atan2",
    "atanh",
    "binary_cross_entropy_from_logits",
    "binary_step",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "broadcast_to",
    "ceil",
    "clip",
    "compile",
    "concat",
    "cos",
    "cosh",
    "cross_entropy",
    "cross_entropy_from_logits",
    "divide",
    "elu",
    "equal",
    "equation",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "export",
    "flip",
    "floor",
    "floor_divide",
    "full_like",
    "grad",
    "greater",
    "greater_equal",
    "hinge",
    "hvp",
    "hypot",
    "initialisers",
    "isfinite",
    "isinf",
    "isnan",
    "jvp",
    "l2",
    "leaky_relu",
    "less",
    "less_equal",
    "linear",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logsumexp",
    "matmul",
    "matrix_transpose",
    "max",
    "maximum",
    "mean",
    "mean_squared_error",
    "min",
    "minimum",
    "momentum",
    "moveaxis",
    "multiply",
    "negative",
    "not_equal",
    "ones_like",
    "permute_dims",
    "positive",
    "pow",
    "prod",
    "project",
    "ravel",
    "reciprocal",
    "relu",
    "remainder",
    "reshape",
    "round",
    "rule",
    "scatter_add",
    "sgd",
    "show",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "size",
    "softmax",
    "softplus",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "stop_gradient",
    "substitute",
    "subtract",
    "sum",
    "tan",
    "tangents",
    "tanh",
    "to_dot",
    "to_networkx",
    "trunc",
    "unravel",
    "vector_norm",
    "vjp",
    "where",
    "why",
    "xlogy",
    "zero_one",
    "zeros_like",
]

Graph.standard = Language(
    table=MappingProxyType({op.name: op for op in OPS}),
    ops=NAMES,
    namespace=sys.modules[__name__],
    numpy=MappingProxyType(numpy_names()),
    stable_rules=STABLE,
    evaluate=evaluate,
    display=show,
)
