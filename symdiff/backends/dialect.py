"""How generated code is spelled: in NumPy's words; the Array API standard's words are another such record."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends.runtime import argument, require
from symdiff.backends.signature import Argument, prologue
from symdiff.backends.text import ATOM, Text, application, helpers_of, scalar_text
from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.provenance import Place
from symdiff.types import Type


class Operand(NamedTuple):
    """An operand as text, its type, and whether it is a number written down."""

    text: Text
    type: Any
    is_number: bool = False


class Dialect(NamedTuple):
    """The parts of a function that libraries spell differently.

    `prologue` gives the lines that check arguments, by calls of `checks`; `application` an op applied, `helpers`
    what that calls; `scalar` and `array` constants; `result` an output as it is returned.
    """

    prologue: Callable[[list[Argument], Any], Iterable[str]]
    application: Callable[[Op, Sequence[Operand], Mapping[str, Any], Type, Place | None], Text]
    helpers: Callable[[Op], Iterable[Callable[..., Any]]]
    scalar: Callable[[np.ndarray[Any, Any], bool, Op | None], Text]
    array: Callable[[Text, Any], Text]
    result: Callable[[Text, Op, Any, bool], str]
    checks: tuple[Callable[..., Any], ...]
    reserved: tuple[str, ...] = ()


def number_first(op: Op, operands: Sequence[Operand]) -> Sequence[Operand]:
    """The operands with a factor that is a number in front."""
    if op.source == "{0} * {1}" and operands[1].is_number and not operands[0].is_number:
        return operands[::-1]
    return operands


def _application(
    op: Op, operands: Sequence[Operand], attributes: Mapping[str, Any], type_: Any, place: Place | None
) -> Text:
    text = application(op, [each.text for each in number_first(op, operands)], attributes)
    if op.source == "{0}.mT" and len(type_.shape) == 2:
        return Text(text.code.removesuffix("mT") + "T")
    return text


_REDUCTIONS: Final = frozenset((np.sum, np.max, np.min, np.prod, np.any, np.all))


def _result(text: Text, op: Op, type_: Any, shared: bool) -> str:
    if type_.shape:
        return f"np.array({text.code})" if shared else text.code
    # These are NumPy scalars by themselves where no axis is left.
    plain = op is CONSTANT or isinstance(op.kernel, np.ufunc) or op.kernel in _REDUCTIONS or _is_operator(op.kernel)
    return text.code if plain else f"{text.within(ATOM)}[()]"


def _is_operator(kernel: Callable[..., Any]) -> bool:
    return getattr(operator, kernel.__name__, None) is kernel


NUMPY_DIALECT: Final = Dialect(
    prologue, _application, helpers_of, lambda value, weak, op: scalar_text(value, weak), lambda text, value: text,
    _result, (argument, require),
)  # fmt: skip
