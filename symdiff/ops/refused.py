"""What can't be in a static graph, as functions that say so and name what to use instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NoReturn

from symdiff.errors import UnsupportedError

_COUNTED: Final = "its shape would depend on values, which are known when a function is run"


def _refuse(name: str, why: str, instead: str) -> Callable[..., NoReturn]:
    def refused(*operands: Any, **keywords: Any) -> NoReturn:
        raise UnsupportedError(f"{name} can't be in a static graph: {why}", advice=instead)

    refused.__name__ = refused.__qualname__ = name
    refused.__doc__ = f"Always an error: {why}. Instead: {instead}."
    return refused


nonzero = _refuse("nonzero", _COUNTED, "use x != 0 as a condition, sd.where, or sd.count_nonzero")
argwhere = _refuse("argwhere", _COUNTED, "use x != 0 as a condition, sd.where, or sd.count_nonzero")
flatnonzero = _refuse("flatnonzero", _COUNTED, "use x != 0 as a condition, sd.where, or sd.count_nonzero")
extract = _refuse("extract", _COUNTED, "use sd.where(condition, x, 0), which keeps the shape")
compress = _refuse("compress", _COUNTED, "use sd.where(condition, x, 0), which keeps the shape")
unique = _refuse("unique", _COUNTED, "use np.unique on the data before it is given, or sd.sort and compare neighbours")
unique_all = _refuse("unique_all", _COUNTED, "use np.unique_all on the data before it is given")
unique_counts = _refuse("unique_counts", _COUNTED, "use np.unique_counts on the data before it is given")
unique_inverse = _refuse("unique_inverse", _COUNTED, "use np.unique_inverse on the data before it is given")
unique_values = _refuse("unique_values", _COUNTED, "use np.unique_values on the data before it is given")


def from_dlpack(x: Any, /, *, device: Any = None, copy: Any = None) -> NoReturn:
    """Always an error: memory that is shared could change after the graph was built."""
    raise UnsupportedError(
        "from_dlpack can't be in a static graph: memory that is shared could change after it was built",
        advice="use g.constant(np.asarray(x)), which copies",
    )


REFUSED: Final = (
    nonzero, argwhere, flatnonzero, extract, compress, unique, unique_all, unique_counts, unique_inverse,
    unique_values, from_dlpack,
)  # fmt: skip

_WRITTEN: Final = "an expression can't be written into"
_AT: Final = "x.at[index].set(v), with add, multiply, min, max, gives a new array; sd.where replaces by a condition"
_BINS: Final = "sd.digitize finds bins, sd.bincount(x, minlength=n) counts"
_SETS: Final = "use NumPy's on the data before it is given; sd.isin asks for members and keeps the shape"
_SLICES: Final = "call it on the whole array with axis=, or on x[i] for each i, and put the results into sd.stack"

NUMPYS: Final[Mapping[str, Callable[..., NoReturn]]] = MappingProxyType(
    {
        name: _refuse(f"np.{name}", why, instead)
        for names, why, instead in (
            ("copyto fill_diagonal place put put_along_axis putmask", _WRITTEN, _AT),
            ("histogram histogram2d histogram_bin_edges histogramdd", "its bins would depend on values", _BINS),
            ("intersect1d setdiff1d setxor1d trim_zeros union1d", _COUNTED, _SETS),
            ("apply_along_axis apply_over_axes", "it calls a function on values", _SLICES),
        )
        for name in names.split()
    }
)
"""NumPy's functions that can't take expressions, by name."""
