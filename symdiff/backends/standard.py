"""The dialect of the Python Array API standard (2024.12): code that takes its namespace from its arguments.

Ops bear the standard's names, so most are called as they are; a table spells the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from symdiff.backends import namespaces as helper
from symdiff.backends.dialect import Dialect, Operand, number_first
from symdiff.backends.module import Style
from symdiff.backends.runtime import require
from symdiff.backends.signature import Argument, dims_text, prologue
from symdiff.backends.text import ATOM, UNARY, Text, filled, number_text, value_text
from symdiff.errors import UnsupportedError
from symdiff.op import ARRAY, Op
from symdiff.ops.indexing import by_parts, index_text
from symdiff.provenance import Place, describe
from symdiff.types import TupleType

CALLED: Final = frozenset((
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "conj", "copysign", "cos", "cosh",
    "exp", "expm1", "floor", "hypot", "imag", "isfinite", "isinf", "isnan", "log", "log1p", "log2", "log10",
    "logaddexp", "logical_and", "logical_or", "logical_xor", "logical_not", "maximum", "minimum", "nextafter",
    "pow", "real", "reciprocal", "round", "sign", "signbit", "sin", "sinh", "sqrt", "square", "tan", "tanh",
    "trunc", "where", "sum", "max", "min", "prod", "any", "all", "argmax", "argmin", "reshape", "permute_dims",
    "matrix_transpose", "broadcast_to", "squeeze", "flip", "roll", "tril", "triu", "argsort", "sort",
    "searchsorted", "cumulative_prod",
))  # fmt: skip
"""Ops that are functions of the standard under their own names, with the same keywords."""
ELSEWHERE: Final = {
    "inv": "linalg.inv", "det": "linalg.det", "solve": "linalg.solve",
    "cholesky": "linalg.cholesky", "dft": "fft.fft", "idft": "fft.ifft", "rdft": "fft.rfft", "irdft": "fft.irfft",
}  # fmt: skip
"""Ops that are functions of the standard under other names, or of its extensions."""
COMPLEX: Final = frozenset(("dft", "idft", "irdft"))
"""Functions that take complex numbers only."""
POSITIONS: Final = frozenset(("argmax", "argmin", "argsort", "searchsorted"))
"""Functions that give positions, of which the standard doesn't say how many bits they have."""
HELPERS: Final[Mapping[str, tuple[Callable[..., Any], ...]]] = {
    "relu": (helper.relu,),
    "exp2": (helper.exp2,),
    "sigmoid": (helper.sigmoid,),
    "log_sigmoid": (helper.log_sigmoid,),
    "xlogy": (helper.xlogy,),
    "logsumexp": (helper.logsumexp, helper.below),
    "softmax": (helper.softmax, helper.below),
    "log_softmax": (helper.log_softmax, helper.below),
    "vector_norm": (helper.vector_norm,),
    "cumulative_sum": (helper.cumulative_sum,),
    "getitem": (helper.gather, helper.places),
    "gather": (helper.gather, helper.places),
    "solve_triangular": (helper.solve_triangular,),
    "take_along": (helper.take_along, helper.lines, helper.gather, helper.places),
    "put_along": (helper.put_along, helper.lines, helper.scatter_add, helper.places, helper.add_at),
    "scatter_add": (helper.scatter_add, helper.places, helper.add_at),
}
"""Ops that are written in the standard, with the functions that takes."""
NUMERIC: Final = frozenset((
    "floor_divide", "remainder", "pow", "square", "less", "less_equal", "greater", "greater_equal", "isnan", "isfinite",
    "isinf", "abs", "relu", "floor", "ceil", "trunc", "matmul", "argsort", "sort", "searchsorted",
))  # fmt: skip
"""Functions that aren't for booleans."""
ORDERED: Final = frozenset(("argsort", "sort", "searchsorted"))
"""Functions that aren't for complex numbers, which NumPy has in an order."""
OF_TRUTHS: Final = {"add": "{0} | {1}", "maximum": "{0} | {1}", "multiply": "{0} & {1}", "minimum": "{0} & {1}"}
"""What NumPy's arithmetic is of booleans, for which the standard has none."""
PLAIN: Final = frozenset(("stop_gradient", "astype", "expand_dims", "concat", "stack", "size", "arange"))

STYLE: Final = Style(
    ("import numpy as np", "from array_api_compat import array_namespace"),
    "runs on any library of the Array API standard, by way of array-api-compat",
)


def is_spelled(op: Op) -> bool:
    """Whether the op can be written in the standard."""
    return _is_operator(op) or op.name in CALLED or op.name in ELSEWHERE or op.name in HELPERS or op.name in PLAIN


def _is_operator(op: Op) -> bool:
    """Whether the op's source is one of Python's operators, which all arrays have."""
    return isinstance(op.source, str) and re.fullmatch(r"[-+~]?\{0\}( [-+*/%@&|^<>=!]+ \{1\})?", op.source) is not None


def _application(
    op: Op, operands: Sequence[Operand], attributes: Mapping[str, Any], type_: Any, place: Place | None
) -> Text:
    texts = [each.text for each in operands]
    kinds = {each.type.dtype.kind for each in operands if not isinstance(each.type, TupleType)}
    lacking = " of booleans" if "b" in kinds and op.name in NUMERIC else ""
    lacking = " of complex numbers" if "c" in kinds and op.name in ORDERED else lacking
    if not is_spelled(op) or isinstance(type_, TupleType) or lacking:
        raise UnsupportedError(
            f"{op.name}{lacking} has no counterpart in the Array API standard, so it can't be exported for any library",
            advice="export without namespace=, for NumPy; or compute it outside and pass it as an input",
            context=[describe(place) or "its line is not known"],
        )
    if kinds == {"b"} and op.name in OF_TRUTHS:
        return filled(OF_TRUTHS[op.name], texts)
    if _is_operator(op):
        return filled(str(op.source), [each.text for each in number_first(op, operands)])
    special = _SPECIAL.get(op.name)
    if special is not None:
        return special(texts, attributes, operands)
    function = f"xp.{ELSEWHERE.get(op.name, op.name)}"
    if op.name in COMPLEX and operands[0].type.dtype.kind != "c":
        texts = [Text(f"xp.astype({texts[0].code}, xp.{np.result_type(operands[0].type.dtype, np.complex64).name})")]
    if op.name in HELPERS:
        function, texts = op.name, [Text("xp"), *texts]
    given = [f"{key}={_value(_single(value))}" for key, value in attributes.items() if not _is_default(op, key, value)]
    call = f"{function}({', '.join([*(each.code for each in texts), *given])})"
    return Text(f"xp.astype({call}, xp.int64)" if op.name in POSITIONS else call)


def _is_default(op: Op, name: str, value: Any) -> bool:
    return type(value) is type(op.attributes[name]) and value == op.attributes[name]


def _single(value: Any) -> Any:
    """One axis as a number: some of the standard's functions take nothing else."""
    return value[0] if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], int) else value


def _value(value: Any) -> str:
    """An attribute's text, with the namespace's dtypes."""
    return f"xp.{value.name}" if isinstance(value, np.dtype) else value_text(value)


def _index(index: Sequence[Any], arrays: Sequence[Text] = ()) -> str:
    """An index as arguments of `gather`: slices spelled out."""
    rest = iter(arrays)
    entries = [
        f"slice({', '.join(map(str, entry))})" if isinstance(entry, tuple)
        else next(rest).code if entry == ARRAY else "..." if entry == "..." else str(entry)
        for entry in index
    ]  # fmt: skip
    return ", ".join(entries)


def _getitem(texts: list[Text], attributes: Mapping[str, Any], operands: Sequence[Operand]) -> Text:
    """A part by Python's own indexing; backwards by `gather`, since not every library has that."""
    index = attributes["index"]
    if any(isinstance(entry, tuple) and isinstance(entry[2], int) and entry[2] < 0 for entry in index):
        return Text(f"gather(xp, {texts[0].code}, {_index(index)})")
    taken = sum(entry is not None for entry in index)
    entries = [index_text((entry,)).removesuffix(",") for entry in index]
    rest = ["..."] if taken < len(operands[0].type.shape) or not index else []
    return Text(f"{texts[0].within(ATOM)}[{', '.join([*entries, *rest])}]")


def _expand_dims(texts: list[Text], attributes: Mapping[str, Any], operands: Sequence[Operand]) -> Text:
    axes = attributes["axis"]
    count = len(operands[0].type.shape) + len(axes)
    entries = ["None" if i in axes else ":" for i in range(max(axes, default=-1) + 1)]
    return Text(f"{texts[0].within(ATOM)}[{', '.join([*entries, *(['...'] if len(entries) < count else [])])}]")


def _reshape(texts: list[Text], attributes: Mapping[str, Any], operands: Sequence[Operand]) -> Text:
    return Text(f"xp.reshape({texts[0].code}, {value_text(attributes['shape'])})")


def _scatter(texts: list[Text], attributes: Mapping[str, Any], operands: Sequence[Operand]) -> Text:
    pairs: list[str] = []
    for (part, arrays), index in zip(by_parts(texts, attributes["indices"]), attributes["indices"], strict=True):
        inner = _index(index, arrays)
        pairs.append(f"({part.code}, ({inner}{',' if len(index) == 1 else ''}))")
    return Text(f"scatter_add(xp, {', '.join([value_text(attributes['shape']), *pairs])})")


def _joined(name: str) -> Callable[..., Text]:
    return lambda texts, attributes, operands: Text(
        f"xp.{name}([{', '.join(each.code for each in texts)}], axis={attributes['axis']})"
    )


_SPECIAL: Final[Mapping[str, Callable[[list[Text], Mapping[str, Any], Sequence[Operand]], Text]]] = {
    "stop_gradient": lambda texts, attributes, operands: texts[0],
    "astype": lambda texts, attributes, operands: Text(f"xp.astype({texts[0].code}, {_value(attributes['dtype'])})"),
    "expand_dims": _expand_dims,
    "getitem": _getitem,
    "gather": lambda texts, attributes, operands: Text(
        f"gather({', '.join(['xp', texts[0].code, _index(attributes['index'], texts[1:])])})"
    ),
    "reshape": _reshape,
    "scatter_add": _scatter,
    "concat": _joined("concat"),
    "stack": _joined("stack"),
    "size": lambda texts, attributes, operands: Text(
        f"constant(xp, like, {attributes['value']}, {_value(attributes['dtype'])})"
    ),
    "arange": lambda texts, attributes, operands: Text(f"xp.arange({attributes['stop']}, dtype=xp.int64)"),
    "permute_dims": lambda texts, attributes, operands: Text(
        f"xp.permute_dims({texts[0].code}, {value_text(attributes['axes'])})"
    ),
    "broadcast_to": lambda texts, attributes, operands: Text(
        f"xp.broadcast_to({texts[0].code}, {value_text(attributes['shape'])})"
    ),
}


def _scalar(value: np.ndarray[Any, Any], weak: bool, op: Op | None) -> Text:
    """A 0-d constant: a bare number beside an operator, else an array."""
    number = re.sub(r"np\.(nan|inf)", r"xp.\1", number_text(value.item()))
    if weak and op is not None and _is_operator(op):
        return Text(number, UNARY if number.startswith("-") else ATOM)
    return Text(f"constant(xp, like, {number}, xp.{value.dtype.name})")


def _prologue(arguments: list[Argument], graph: Any) -> Iterator[str]:
    if not arguments:
        raise UnsupportedError(
            "a function without arguments has no namespace to compute in", advice="export it without namespace="
        )
    yield f"xp = array_namespace({', '.join(each.variable for each in arguments)})"
    yield from prologue(arguments, graph, accepted=_accepted)
    yield f"like = {arguments[0].variable}"


def _accepted(argument: Argument, shape: list[str]) -> str:
    variable, name = argument.variable, json.dumps(argument.name)
    return f"{variable} = accept(xp, {name}, {variable}, xp.{argument.type.dtype.name}, {dims_text(shape)})"


def _result(text: Text, op: Op, type_: Any, shared: bool) -> str:
    return f"xp.asarray({text.code}, copy=True)" if shared else text.code


STANDARD_DIALECT: Final = Dialect(
    _prologue, _application, lambda op: HELPERS.get(op.name, ()), _scalar,
    lambda text, value: Text(f"constant(xp, like, {text.code}, xp.{value.dtype.name})"),
    _result, (helper.accept, helper.constant, require), ("xp", "like", "array_namespace", "constant", "accept"),
)  # fmt: skip
