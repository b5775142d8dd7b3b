"""The comments at the end of an exported file that carry its graphs, and tell whether its code was changed by hand."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from symdiff.backends.module import Written
from symdiff.errors import GraphError
from symdiff.naming import identifier

FORMAT: Final = 1
PREFIX: Final = "#| "
TITLE: Final = "# The graphs that the functions above were written from, for symdiff to load; not for people to read."
WIDTH: Final = 114


class Carrier(NamedTuple):
    """What a file carries, by the functions' names: graphs as data, their digests, and graphs for checks alone."""

    functions: Mapping[str, Any]
    digests: Mapping[str, str]
    beside: Mapping[str, Any]

    def compare(self, name: str, digest: str) -> None:
        """Complain where a graph that was loaded isn't the one that was written."""
        if self.digests.get(name) != digest:
            raise _damaged(f"the graph of {name!r} is {digest}, not the one that was written")


def attached(text: str, functions: Sequence[Written], version: str) -> str:
    """The module's text with its functions' graphs in comments behind it."""
    data = {
        "format": FORMAT,
        "symdiff": version,
        "lines": _marks(text),
        "digests": {each.name: each.digest for each in functions},
        "functions": {each.name: each.graph for each in functions},
        "beside": {each.name: each.targets.graph for each in functions if each.targets is not None},
    }
    packed = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    lines = [PREFIX + packed[start : start + WIDTH] for start in range(0, len(packed), WIDTH)]
    return "\n".join([text, "", TITLE, *lines]) + "\n"


def detached(text: str, file: str, edited: bool) -> Carrier:
    """What a file's text carries; `edited` says that its code may have been changed."""
    code, title, packed = text.partition(f"\n\n{TITLE}\n")
    if not title:
        raise GraphError(f"{file} carries no graphs", advice="load a file that sd.export has written with graphs=True")
    lines = packed.splitlines()
    try:
        data = json.loads("".join(line.removeprefix(PREFIX) for line in lines))
        version, format_ = str(data["symdiff"])[:20], data["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _damaged("it can't be read") from None
    if format_ != FORMAT:
        raise GraphError(
            f"{file} was written by symdiff {version!a}, whose graphs this version can't read",
            advice="install a newer symdiff, or export the file again",
        )
    functions, digests, marks = data.get("functions"), data.get("digests"), data.get("lines")
    beside = data.get("beside")
    if not all(isinstance(each, dict) for each in (functions, digests, beside)) or not isinstance(marks, str):
        raise _damaged("a part of it is missing")
    if not all(identifier(name) == name for name in functions):
        raise _damaged("a function has no proper name")
    if not edited:
        _check_unchanged(code, marks, file)
    return Carrier(functions, digests, beside)


def _marks(text: str) -> str:
    """Four hexadecimal digits for each line."""
    return "".join(f"{zlib.crc32(line.encode()) & 0xFFFF:04x}" for line in text.splitlines())


def _check_unchanged(code: str, wanted: str, file: str) -> None:
    found = _marks(code)
    if found == wanted:
        return
    places = range(0, max(len(found), len(wanted)), 4)
    number = next(at for at in places if found[at : at + 4] != wanted[at : at + 4]) // 4
    lines = code.splitlines()
    raise GraphError(
        f"{file} was changed by hand: line {number + 1} differs",
        advice="edited=True loads the graphs as they were exported, without the changes",
        context=[ascii(lines[number])[:100] if number < len(lines) else "it is missing"],
    )


def _damaged(how: str) -> GraphError:
    return GraphError(f"the graphs in the file are damaged: {how}", advice="export the functions again")
