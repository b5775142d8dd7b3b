"""symdiff: a symbol-to-symbol differentiation compiler. The public names; the language is put together here."""

import sys
from types import MappingProxyType

from symdiff import library
from symdiff._version import __version__
from symdiff.core import PROJECT
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
from symdiff.op import Op
from symdiff.ops import NAMES, OPS, numpy_names
from symdiff.ops.family import elementwise, linear
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.rule import equation, rule
from symdiff.transplant import substitute

globals().update(vars(NAMES))

Graph.standard = Language(
    table=MappingProxyType({op.name: op for op in OPS}),
    ops=NAMES,
    namespace=sys.modules[__name__],
    numpy=MappingProxyType(numpy_names()),
    stable_rules=STABLE,
    evaluate=evaluate,
    display=show,
)
