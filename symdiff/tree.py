"""Nested containers: what a user passes in dicts, lists and tuples, taken apart and put together again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias


class Leaf(NamedTuple):
    """The place of one value."""


class Branch(NamedTuple):
    """The place of a container: its type, its keys where it is a dict, and what it holds."""

    kind: type
    keys: tuple[Any, ...] | None
    children: tuple[Structure, ...]


Structure: TypeAlias = Leaf | Branch
LEAF = Leaf()


def flatten(value: Any) -> tuple[list[Any], Structure]:
    """The leaves of nested dicts, lists and tuples in order, and the structure that puts them together again.

    >>> leaves, structure = flatten({"W": 1, "layers": [2, (3,)]})
    >>> leaves, rebuild(structure, "abc")
    ([1, 2, 3], {'W': 'a', 'layers': ['b', ('c',)]})
    """
    if isinstance(value, dict):
        keys, children = tuple(value), list(value.values())
    elif isinstance(value, (list, tuple)):
        keys, children = None, list(value)
    else:
        return [value], LEAF
    parts = [flatten(child) for child in children]
    leaves = [leaf for found, _ in parts for leaf in found]
    return leaves, Branch(type(value), keys, tuple(structure for _, structure in parts))


def rebuild(structure: Structure, leaves: Iterable[Any]) -> Any:
    """Containers of this structure around the given leaves."""
    return _rebuild(structure, iter(leaves))


def _rebuild(structure: Structure, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Leaf):
        return next(leaves)
    children = [_rebuild(child, leaves) for child in structure.children]
    if structure.keys is not None:
        return dict(zip(structure.keys, children, strict=True))
    return structure.kind(*children) if hasattr(structure.kind, "_fields") else structure.kind(children)


def flatten_as(structure: Structure, value: Any, complain: Callable[[str], Exception]) -> list[Any]:
    """The leaves of `value`, which must have this structure; dicts may list their keys in any order."""
    if isinstance(structure, Leaf):
        return [value]
    if structure.keys is not None:
        if not isinstance(value, dict) or value.keys() != set(structure.keys):
            raise complain(f"a dict with keys {', '.join(map(repr, structure.keys))}")
        children = [value[key] for key in structure.keys]
    else:
        if not isinstance(value, (list, tuple)) or len(value) != len(structure.children):
            raise complain(f"a {structure.kind.__name__} of {len(structure.children)}")
        children = list(value)
    pairs = zip(structure.children, children, strict=True)
    return [leaf for child, part in pairs for leaf in flatten_as(child, part, complain)]


def result_text(structure: Structure, leaves: Iterable[str] | None = None) -> str | None:
    """Python text that builds containers of this structure around the leaves' texts; None where a literal can't.

    >>> result_text(flatten({"W": 1, "layers": [2, (3,)]})[1], "abc")
    "{'W': a, 'layers': [b, (c,)]}"
    """
    return _text(structure, itertools.repeat("") if leaves is None else iter(leaves))


def _text(structure: Structure, leaves: Iterator[str]) -> str | None:
    if isinstance(structure, Leaf):
        return next(leaves)
    parts = [_text(child, leaves) for child in structure.children]
    inner = None if None in parts else ", ".join(map(str, parts))
    if inner is None:
        return None
    if structure.kind is dict and all(type(key) in (str, int) for key in structure.keys or ()):
        pairs = zip(structure.keys or (), parts, strict=True)
        return f"{{{', '.join(f'{key!r}: {part}' for key, part in pairs)}}}"
    if structure.kind is list:
        return f"[{inner}]"
    return (f"({inner},)" if len(parts) == 1 else f"({inner})") if structure.kind is tuple else None
