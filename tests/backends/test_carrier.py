"""Exported files can be loaded again: the same graph, the same bytes; nothing in them is ever run or trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends.carrier import PREFIX
from symdiff.backends.readable import digest
from symdiff.errors import FileError, GraphError, SymdiffError
from symdiff.op import Op
from symdiff.ops import OPS
from symdiff.ops.family import elementwise
from tests.backends.models import MODELS
from tests.values import assert_same, draw


def test_every_op_is_loaded_as_it_was(tmp_path: Path) -> None:
    for op in OPS:
        for case in op.samples:
            g = sd.Graph()
            inputs = [g.input(f"x{i}", x.shape, x.dtype) for i, x in enumerate(draw(case.operands))]
            y = g.apply(op, tuple(inputs), dict(case.attributes))
            outputs = [sd.project(y, i) for i in range(len(y.type.elements))] if hasattr(y.type, "elements") else [y]
            function = sd.compile(inputs, outputs, optimize="none", name="f")
            check_round_trip(function, tmp_path)


def check_round_trip(function: sd.Function, folder: Path) -> sd.Function:
    """The function, loaded from a file; its graph and the bytes it is exported to are the same."""
    sd.export(folder / "one.py", {"f": function})
    loaded = sd.load_source(folder / "one.py")["f"]
    assert digest(loaded.graph) == digest(function.graph)
    assert [str(each.type) for each in loaded.graph.arena.nodes] == [
        str(each.type) for each in function.graph.arena.nodes
    ]
    sd.export(folder / "two.py", {"f": loaded})
    assert (folder / "one.py").read_bytes() == (folder / "two.py").read_bytes()
    return loaded


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_is_loaded_as_it_was(model: Callable[[], sd.Function], tmp_path: Path) -> None:
    check_round_trip(model(), tmp_path)


def test_a_loaded_function_runs_and_is_differentiated(tmp_path: Path) -> None:
    g = sd.Graph()
    x = g.input("x", ("n",))
    k = g.constant(np.array([np.nan, -0.0, 5e-324, np.inf, 0.1]))
    y = sd.sum(sd.sin(x)) * sd.size(x) + sd.sum(sd.where(k > 0, 1.0, k)[1:2])
    loaded = check_round_trip(sd.compile([x], y, name="f"), tmp_path)
    values = np.array([0.1, 0.2])
    assert_same(loaded(values), sd.compile([x], y)(values))
    inner = loaded.graph
    slope = sd.grad(inner.expr(inner.outputs[0]), inner.arguments[0])
    np.testing.assert_allclose(slope.eval({"x": values}), 2 * np.cos(values))


def written(folder: Path) -> Path:
    """An exported file to tamper with."""
    g = sd.Graph()
    x = g.input("x", ("n",))
    y = sd.exp(x)[1:] * 2
    sd.export(folder / "f.py", {"f": sd.compile([x], [y, sd.grad(sd.sum(y), x)])})
    return folder / "f.py"


def test_a_changed_line_is_named(tmp_path: Path) -> None:
    file = written(tmp_path)
    lines = file.read_text(encoding="utf-8").split("\n")
    number = next(i for i, line in enumerate(lines) if "np.exp" in line)
    changed = [*lines[:number], lines[number].replace("exp", "expm1"), *lines[number + 1 :]]
    file.write_text("\n".join(changed), encoding="utf-8")
    with pytest.raises(GraphError, match=rf"line {number + 1} differs[^\0]*expm1"):
        sd.load_source(file)
    assert sd.load_source(file, edited=True)["f"].name == "f"
    for other in ([*lines[:number], *lines[number + 1 :]], [*lines[:number], "", *lines[number:]]):
        file.write_text("\n".join(other), encoding="utf-8")
        with pytest.raises(GraphError, match=rf"line {number + 1} differs"):
            sd.load_source(file)


def tampered(file: Path, change: Callable[[Any], Any]) -> None:
    """Put other data into a file's comments."""
    lines = file.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if not line.startswith(PREFIX)]
    data = json.loads("".join(line.removeprefix(PREFIX) for line in lines if line.startswith(PREFIX)))
    data = change(data) or data
    file.write_text("\n".join([*code, PREFIX + json.dumps(data)]) + "\n", encoding="utf-8")


def put(*path: Any, value: Any) -> Callable[[Any], None]:
    """A change of one place in the data."""

    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


F = ("functions", "f")
HOSTILE = "__import__('os').abort()"
TAMPERINGS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "newer format": (put("format", value=2), "newer symdiff"),
    "unknown op": (put(*F, "nodes", 1, 0, value="system"), "no op 'system'"),
    "another op": (put(*F, "nodes", 1, 0, value="sin"), "not the one that was written"),
    "code as a size": (put(*F, "nodes", 0, 2, 2, value=[{"size": HOSTILE}]), "not a size"),
    "code as a name": (put(*F, "rules", value=[["exact", HOSTILE]]), "damaged"),
    "code as a dtype": (put(*F, "nodes", 0, 2, 1, value={"dtype": HOSTILE}), "dtype"),
    "a dtype of objects": (put(*F, "nodes", 0, 2, 1, value={"dtype": "O"}), "dtype"),
    "an operand to come": (put(*F, "nodes", 1, 1, value=[5]), "damaged"),
    "a negative operand": (put(*F, "nodes", 1, 1, value=[-1]), "damaged"),
    "an operand too many": (put(*F, "nodes", 1, 1, value=[0, 0]), "2 operands"),
    "a wrong output": (put(*F, "outputs", value=[99]), "damaged"),
    "a wrong relation": (put(*F, "requirements", 0, 1, value="; import os;"), "damaged"),
    "a wrong attribute": (put(*F, "nodes", 0, 2, value=[[[]]]), "damaged"),
    "a graph that is none": (put("functions", "f", value=7), "damaged"),
    "no functions": (put("functions", value=None), "missing"),
    "a function's name": (lambda data: data["functions"].update({HOSTILE: data["functions"].pop("f")}), "proper name"),
    "a list": (lambda data: [1], "damaged"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_whatever_is_no_graph_is_an_error_that_says_so(name: str, tmp_path: Path) -> None:
    file = written(tmp_path)
    change, said = TAMPERINGS[name]
    tampered(file, change)
    with pytest.raises(SymdiffError, match=re.escape(said)):
        sd.load_source(file)


def test_no_change_of_one_place_goes_unseen_or_is_anything_but_an_error(tmp_path: Path) -> None:
    file = written(tmp_path)
    text = file.read_text(encoding="utf-8")
    places: list[tuple[Any, ...]] = []

    def collect(data: Any, path: tuple[Any, ...]) -> None:
        for step, each in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
            places.append((*path, step))
            collect(each, (*path, step))

    tampered(file, lambda data: collect(data["functions"]["f"]["nodes"], (*F, "nodes")))
    for path in places:
        for value in (None, -1, 10**30, "x", [], {"size": "q"}, True, 1.5):
            file.write_text(text, encoding="utf-8")
            tampered(file, put(*path, value=value))
            try:
                loaded = sd.load_source(file)["f"]
            except SymdiffError:
                continue
            assert loaded.source in text


@pytest.mark.parametrize("text", ["", "x = 1\n", "\x00", '"""' * 3, "[" * 100_000])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(text, encoding="utf-8")
    with pytest.raises(GraphError, match="carries no graphs"):
        sd.load_source(tmp_path / "other.py")
    file = written(tmp_path)
    code = file.read_text(encoding="utf-8").split(PREFIX)[0]
    file.write_text(f"{code}{PREFIX}{text}\n", encoding="utf-8")
    with pytest.raises(GraphError, match="damaged"):
        sd.load_source(file)


def test_a_file_that_isnt_there_or_cant_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="can't be read"):
        sd.load_source(tmp_path / "none.py")
    x = sd.Graph().input("x")
    for path in (tmp_path / "no" / "folder.py", tmp_path):
        with pytest.raises(OSError, match="can't be written"):
            sd.export(path, {"f": sd.compile([x], x)})


def test_ops_of_ones_own_need_their_language(tmp_path: Path) -> None:
    own: Op = elementwise("cube", lambda x: x**3, partials=[lambda y, x: 3 * x * x], samples=[], source="{0} ** 3")
    language = sd.Graph().language.extended(own)
    g = sd.Graph(language=language)
    x = g.input("x")
    sd.export(tmp_path / "f.py", {"f": sd.compile([x], own(x), name="f")})
    with pytest.raises(GraphError, match="no op 'cube'"):
        sd.load_source(tmp_path / "f.py")
    assert sd.load_source(tmp_path / "f.py", language=language)["f"](2.0) == 8.0
