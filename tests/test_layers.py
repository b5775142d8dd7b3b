"""The shape of the package: imports point down only, files and functions are small, and importing it is cheap."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import symdiff

PACKAGE = Path(symdiff.__file__).parent
LAYERS = (
    ("errors", "sizes", "types", "tree"),
    ("op", "provenance", "arena", "core", "language"),
    ("expr", "graph", "transplant"),
    ("differentiate", "rewriting", "cost", "naming"),
    ("ops",),
    ("optimize", "backends", "library"),
    (
        "report",
        "request",
        "compiling",
        "function",
        "export",
        "checking",
        "inspect",
        "interop",
        "fft",
        "linalg",
        "random",
        "special",
        "cli",
    ),
    ("",),
)
SIBLINGS = LAYERS[5]
ANYWHERE = "_version"
LATE = ("sympy", "networkx")
LONGEST_FILE = 400
LONGEST_FUNCTION = 35


def part_of(module: str) -> str:
    """What a layer lists: the first name below the package, or the empty string for the package itself."""
    return module.split(".")[0]


def layer_of(module: str) -> int | None:
    """The number of a module's layer; None where no layer lists it."""
    return next((number for number, parts in enumerate(LAYERS) if part_of(module) in parts), None)


def modules(root: Path) -> dict[str, Path]:
    """The package's files by their names below it: `ops.shape`, `ops` for its `__init__`, "" for the package."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix("__init__").removesuffix("."): path
        for path in sorted(root.rglob("*.py"))
    }


def imports_of(tree: ast.Module, known: set[str]) -> Iterator[tuple[int, str]]:
    """The package's own modules that a file imports, wherever in it, with the line of each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "symdiff":
                    yield node.lineno, alias.name.partition(".")[2]
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "symdiff"):
            if node.level:
                yield node.lineno, "." * node.level + (node.module or "")
                continue
            base = (node.module or "").partition(".")[2]
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                yield node.lineno, inner if inner in known else base


def problems(root: Path) -> Iterator[str]:
    """Everything in the package below `root` that breaks a rule of its shape, one line each."""
    files = modules(root)
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        graph[module] = {imported for _, imported in imports_of(tree, set(files))}
        for line, imported in imports_of(tree, set(files)):
            complaint = _direction(module, imported)
            if complaint:
                yield f"{module}:{line} {complaint}"
        yield from (f"{module}:{complaint}" for complaint in _style(tree, text))
    yield from (f"{module} imports itself, by way of others" for module in sorted(graph) if _reaches(graph, module))


def _direction(module: str, imported: str) -> str:
    """What is wrong with one module's importing another, or the empty string."""
    if imported.startswith("."):
        return f"imports {imported} relatively"
    if imported == ANYWHERE or module == ANYWHERE:
        return ""
    own, other = layer_of(module), layer_of(imported)
    if own is None or other is None:
        return f"{(module if own is None else imported)!r} is in no layer"
    if other > own:
        return f"imports {imported!r} of layer {other} from layer {own}"
    if part_of(module) in SIBLINGS and part_of(imported) in SIBLINGS and part_of(module) != part_of(imported):
        return f"imports its sibling {imported!r}"
    return ""


def _style(tree: ast.Module, text: str) -> Iterator[str]:
    if tree.body and ast.get_docstring(tree) is None:
        yield "1 doesn't begin by saying why it exists"
    if text.count("\n") > LONGEST_FILE:
        yield f"1 has {text.count(chr(10))} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield f"{node.lineno} imports a star"
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for inner in ast.walk(node):
                if isinstance(inner, (ast.Import, ast.ImportFrom)) and not set(_roots(inner)) <= set(LATE):
                    yield f"{inner.lineno} imports {', '.join(_roots(inner))} inside a function"


def _roots(node: ast.Import | ast.ImportFrom) -> list[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or "."]
    return [name.split(".")[0] for name in names]


def _reaches(graph: dict[str, set[str]], start: str) -> bool:
    """Whether a module comes back to itself along imports."""
    seen: set[str] = set()
    stack = list(graph[start])
    while stack:
        module = stack.pop()
        if module == start:
            return True
        if module not in seen:
            seen.add(module)
            stack += graph.get(module, ())
    return False


def test_the_package_keeps_its_shape() -> None:
    assert list(problems(PACKAGE)) == []


def test_every_part_that_a_layer_lists_and_that_exists_is_looked_at() -> None:
    found = {part_of(module) for module in modules(PACKAGE)}
    assert found >= {"errors", "arena", "graph", "differentiate", "ops", "optimize", "backends", "function", ""}
    assert len(modules(PACKAGE)) == len(list(PACKAGE.rglob("*.py")))


def test_files_and_functions_are_small() -> None:
    lines: list[int] = []
    functions: list[int] = []
    for path in modules(PACKAGE).values():
        text = path.read_text(encoding="utf-8")
        lines.append(text.count("\n"))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                functions.append((node.end_lineno or 0) - node.lineno + 1)
    assert statistics.median(lines) < 150
    assert sum(length < LONGEST_FUNCTION for length in functions) >= 0.95 * len(functions)


GOOD = {
    "__init__.py": '"""All."""\nfrom symdiff import library\nfrom symdiff.ops import shape\n',
    "_version.py": '"""Version."""\n',
    "errors.py": '"""Errors."""\nfrom symdiff._version import v\n',
    "sizes.py": '"""Sizes."""\nfrom symdiff.errors import E\ndef f():\n    import sympy\n',
    "ops/__init__.py": '"""Ops."""\nfrom symdiff.ops import shape\n',
    "ops/shape.py": '"""Shape."""\nimport symdiff.sizes\n',
    "library/__init__.py": '"""Library."""\nfrom symdiff.ops.shape import s\n',
    "backends/__init__.py": '"""Backends."""\n',
}
PLANTED = {
    "upwards": ({"errors.py": '"""E."""\nfrom symdiff.ops.shape import s\n'}, "of layer 4 from layer 0"),
    "upwards, by package": ({"sizes.py": '"""S."""\nfrom symdiff import ops\n'}, "of layer 4 from layer 0"),
    "upwards, in a function": ({"errors.py": '"""E."""\ndef f():\n    import symdiff.ops\n'}, "of layer 4"),
    "the package itself": ({"ops/shape.py": '"""S."""\nimport symdiff\n'}, "of layer 7 from layer 4"),
    "a sibling": ({"library/__init__.py": '"""L."""\nimport symdiff.backends\n'}, "its sibling 'backends'"),
    "a cycle": ({"errors.py": '"""E."""\nimport symdiff.sizes\n'}, "imports itself"),
    "a star": ({"sizes.py": '"""S."""\nfrom math import *\n'}, "imports a star"),
    "relative": ({"sizes.py": '"""S."""\nfrom .errors import E\n'}, "relatively"),
    "late": ({"sizes.py": '"""S."""\ndef f():\n    from json import loads\n'}, "imports json inside a function"),
    "too long": ({"sizes.py": '"""S."""\n' + "x = 1\n" * 400}, "has 401 lines"),
    "no docstring": ({"sizes.py": "x = 1\n"}, "why it exists"),
    "in no layer": ({"utils.py": '"""U."""\nimport symdiff.errors\n'}, "'utils' is in no layer"),
}


def _plant(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in {**GOOD, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(problems(root))


def test_a_tree_that_keeps_the_rules_has_no_problems(tmp_path: Path) -> None:
    # A package's __init__ may import its own modules; they don't import it.
    assert _plant(tmp_path, {}) == []


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_violation_is_caught(case: str, tmp_path: Path) -> None:
    files, wanted = PLANTED[case]
    found = _plant(tmp_path, files)
    assert found
    assert any(wanted in each for each in found), found


HEAVY = {
    "sympy", "networkx", "scipy", "matplotlib", "argparse", "asyncio", "concurrent", "decimal", "email", "fractions",
    "gettext", "html", "http", "logging", "multiprocessing", "random", "socket", "statistics", "subprocess", "tempfile",
    "unittest", "urllib", "xml",
}  # fmt: skip
"""What takes a millisecond or more to import, and isn't needed to build, compile and call."""


def test_importing_symdiff_imports_nothing_heavy() -> None:
    code = "import sys, numpy; before = {*sys.modules}; import symdiff; print(*{*sys.modules} - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    added = {name.partition(".")[0] for name in run.stdout.split()}
    assert "symdiff" in added
    assert not added & HEAVY


def test_plain_names_as_sizes_do_not_need_sympy() -> None:
    code = """
import sys, symdiff as sd
g = sd.Graph()
x, W = g.input("x", ("batch", 4)), g.input("W", (4, "units"))
loss = sd.sum(sd.tanh(x @ W))
dx, dW = sd.grad(loss, [x, W])
print("sympy" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
