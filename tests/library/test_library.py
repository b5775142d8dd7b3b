"""The library as a whole: every public function is listed, documented by example, and owns no derivative."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

from symdiff import library
from symdiff.library import LIBRARY
from symdiff.op import Op
from symdiff.ops import OPS

INNER = ("operands",)
MODULES = [importlib.import_module(f"symdiff.library.{each.name}") for each in pkgutil.iter_modules(library.__path__)]


def public(module: ModuleType) -> dict[str, object]:
    """The functions that a module defines for others."""
    found = inspect.getmembers(module, inspect.isfunction)
    return {name: each for name, each in found if each.__module__ == module.__name__ and not name.startswith("_")}


def test_every_public_function_is_listed_by_its_name() -> None:
    expected: dict[str, object] = {}
    for module in MODULES:
        if module.__name__.rpartition(".")[2] not in INNER:
            expected |= public(module)
    assert expected == LIBRARY


@pytest.mark.parametrize("name", LIBRARY)
def test_every_function_is_documented_by_an_example(name: str) -> None:
    doc = inspect.getdoc(LIBRARY[name]) or ""
    assert f"import {name}\n" in doc
    assert f"{name}(" in doc.split(">>>", 1)[1]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_op_is_defined_here(module: ModuleType) -> None:
    assert all(each in OPS for each in vars(module).values() if isinstance(each, Op))
