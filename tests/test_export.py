"""Exported files: they import NumPy only, give the same bits, are the same every time, and hold what no name breaks."""

from __future__ import annotations

import ast
import builtins
import io
import linecache
import pickle
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.backends.runtime import argument, require
from symdiff.backends.standalone import PROGRAM
from symdiff.backends.text import helper_text, helpers_of
from symdiff.errors import ArgumentError
from symdiff.naming import identifier
from symdiff.ops import OPS
from symdiff.ops.family import elementwise
from tests.values import assert_same

RUN_ALONE = """
import importlib.abc, importlib.util, sys

class OnlyNumpy(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "numpy":
            raise ImportError(f"{name} is not NumPy")

sys.path.append(sys.argv[1])
sys.meta_path.insert(0, OnlyNumpy())
import numpy as np
spec = importlib.util.spec_from_file_location("exported", sys.argv[2])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
given = dict(np.load(sys.argv[3]))
results = {}
for call in sys.argv[5:]:
    name, *arguments = call.split(":")
    found = getattr(module, name)(*(given[each] for each in arguments))
    for i, each in enumerate(found if isinstance(found, tuple) else [found]):
        results[f"{name}{i}"] = each
np.savez(sys.argv[4], **results)
assert not [name for name in sys.modules if name.partition(".")[0] in ("symdiff", "sympy", "networkx")]
"""


def run_alone(folder: Path, module: Path, given: dict[str, Any], *calls: str) -> dict[str, Any]:
    """What a module's functions give in a fresh interpreter that can import NumPy only; calls are `f:x:W`."""
    np.savez(folder / "given.npz", **given)
    packages = str(Path(np.__file__).parent.parent)
    files = (packages, str(module), str(folder / "given.npz"), str(folder / "found.npz"))
    command = [sys.executable, "-I", "-S", "-c", RUN_ALONE, *files, *calls]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return dict(np.load(folder / "found.npz"))


def model() -> tuple[list[sd.Expr], sd.Expr, Any]:
    """A two-layer model: its inputs, its loss, and the gradient by its parameters."""
    g = sd.Graph()
    x, t = g.input("x", ("batch", 4)), g.input("t", ("batch", 3))
    W, b, V = g.input("W", (4, 5)), g.input("b", (5,)), g.input("V", (5, 3))
    with g.scope("hidden"):
        h = sd.relu(x @ W + b)
    logits = h @ V
    loss = sd.mean(sd.logsumexp(logits, axis=1) - sd.sum(t * logits, axis=1))
    return [x, t, W, b, V], loss, sd.grad(loss, [W, b, V])


def values(seed: int = 0) -> dict[str, Any]:
    """Values for the model's inputs."""
    rng = np.random.default_rng(seed)
    shapes = {"x": (7, 4), "t": (7, 3), "W": (4, 5), "b": (5,), "V": (5, 3)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def test_an_exported_gradient_runs_alone_and_gives_the_same_bits(tmp_path: Path) -> None:
    inputs, loss, slopes = model()
    step = sd.compile(inputs, [loss, *slopes])
    twice = sd.compile(inputs[:1] + inputs[2:], inputs[0] * 2)
    sd.export(tmp_path / "model.py", {"loss_and_grad": step, "twice": twice})
    given = values()
    found = run_alone(tmp_path, tmp_path / "model.py", given, "loss_and_grad:x:t:W:b:V", "twice:x:W:b:V")
    for i, wanted in enumerate(step(*given.values())):
        assert_same(found[f"loss_and_grad{i}"], wanted)
    assert_same(found["twice0"], given["x"] * 2)
    tree = ast.parse((tmp_path / "model.py").read_text(encoding="utf-8"))
    assert ast.unparse(tree.body.pop()) == START
    imported = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert imported == ["import numpy as np"]


def test_an_exported_file_checks_its_arguments(tmp_path: Path) -> None:
    g = sd.Graph()
    x, y = g.input("x", ("n", 3)), g.input("y", ("n",), dtype="float32")
    sd.export(tmp_path / "checked.py", {"f": sd.compile([x, y], x[2:] * 1)})
    names: dict[str, Any] = {}
    exec((tmp_path / "checked.py").read_text(encoding="utf-8"), names)
    f = names["f"]
    assert f(np.ones((3, 3)), np.ones(3, "float32")).shape == (1, 3)
    for wrong, error, text in (
        ((np.ones((3, 3)), np.ones(3)), TypeError, "'y'.*float64.*float32"),
        ((np.ones((3, 2)), np.ones(3, "float32")), ValueError, "'x'"),
        ((np.ones((3, 3)), np.ones(4, "float32")), ValueError, "'y'"),
        ((np.ones((1, 3)), np.ones(1, "float32")), ValueError, "n >= 2"),
    ):
        with pytest.raises(error, match=text):
            f(*wrong)
    assert names["ArgumentError"].__mro__[1] is TypeError
    assert names["ShapeError"].__mro__[1] is ValueError


BUILD = """
import sys
import numpy as np
import symdiff as sd
sys.path.insert(0, sys.argv[1])
from tests.test_export import model

inputs, loss, slopes = model()
k = loss.graph.constant(np.linspace(0, 1, 300))
step = sd.compile(inputs, [loss, *slopes, k])
sd.export(sys.argv[2], {"step": step, "again": step})
"""


def test_the_bytes_are_the_same_every_time(tmp_path: Path) -> None:
    root = str(Path(__file__).parent.parent)
    texts = []
    for seed in ("0", "1", "4242"):
        path = tmp_path / f"{seed}.py"
        command = [sys.executable, "-c", BUILD, root, str(path)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"})
        texts.append(path.read_bytes())
    assert texts[0] == texts[1] == texts[2]
    assert b"\r" not in texts[0]
    assert str(tmp_path).encode() not in texts[0]
    assert root.encode() not in texts[0]


def test_exporting_again_writes_the_same_bytes(tmp_path: Path) -> None:
    inputs, loss, slopes = model()
    for name in ("one.py", "two.py"):
        sd.export(tmp_path / name, {"step": sd.compile(inputs, [loss, *slopes])})
    assert (tmp_path / "one.py").read_bytes() == (tmp_path / "two.py").read_bytes()


def test_the_source_of_a_function_is_what_is_exported(tmp_path: Path) -> None:
    inputs, loss, slopes = model()
    step = sd.compile(inputs, [loss, *slopes])
    sd.export(tmp_path / "step.py", {"step": step}, checks=False, graphs=False)
    assert (tmp_path / "step.py").read_text(encoding="utf-8") == step.source
    sd.export(tmp_path / "step.py", {"step": step})
    assert (tmp_path / "step.py").read_text(encoding="utf-8").startswith(step.source)


def test_functions_with_constants_of_their_own_share_a_file(tmp_path: Path) -> None:
    functions = {}
    for name, scale in (("once", 1.0), ("twice", 2.0)):
        g = sd.Graph()
        x = g.input("x", (100,))
        f = sd.compile([x], x * (np.arange(100.0) * scale), name="f")
        functions[name] = f
    sd.export(tmp_path / "both.py", functions)
    found = run_alone(tmp_path, tmp_path / "both.py", {"x": np.ones(100)}, "once:x", "twice:x")
    assert_same(found["once0"], np.arange(100.0))
    assert_same(found["twice0"], np.arange(100.0) * 2)


def test_a_large_constant_keeps_its_bits(tmp_path: Path) -> None:
    special = np.tile([0.1, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1 / 3], 60)
    x = sd.Graph().input("x")
    f = sd.compile(
        [x], sd.broadcast_to(x, (420,)) * special + x.graph.constant(special.astype("float32")).astype("float64")
    )
    sd.export(tmp_path / "f.py", {"f": f})
    with np.errstate(invalid="ignore"):
        wanted = special + special.astype("float32").astype("float64")
    assert_same(run_alone(tmp_path, tmp_path / "f.py", {"x": np.float64(1)}, "f:x")["f0"], wanted)


START = """
if __name__ == '__main__':
    from argparse import ArgumentParser, RawDescriptionHelpFormatter
    from time import perf_counter
    raise SystemExit(run_program(FUNCTIONS, __doc__))
""".strip()

# Names that try to break out

NASTY = [
    '"""', "'''", 'x"); import os; os.system("true") #', "a\nimport os\n", "a\rimport os", "a\u2028import os", "\\",
    "#", "\\n", "class", "None", "np", "argument", "require", "größe", "变量", "a b", "1x", "", " ", "x" * 300, "{0}",
    "{x}", "%s", "\x00", "\x1b[31m", "{", "}", "'", '"', "x\\", "f", "n", "float", "ShapeError", "\ud800", "a\tb",
    "lambda", "__class__", "_", "FUNCTIONS", "run_program", "__name__", "#| ", "perf_counter",
]  # fmt: skip


def harmless(text: str) -> None:
    """The module holds what a module of ours holds: no import but NumPy's, no statement at its top but definitions."""
    tree = ast.parse(text)
    assert isinstance(tree.body[0], ast.Expr)
    if isinstance(tree.body[-1], ast.If):
        assert ast.unparse(tree.body.pop()) == START
    for statement in tree.body[1:]:
        assert isinstance(statement, (ast.Import, ast.ClassDef, ast.FunctionDef, ast.Assign))
    program = {name.__name__ for name in PROGRAM}
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                assert ast.unparse(node) == "import numpy as np"
            assert not isinstance(node, ast.ImportFrom)
            if isinstance(node, ast.Name) and getattr(statement, "name", "") not in program:
                assert node.id not in ("os", "eval", "exec", "__import__", "open")
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    assert all(comment.isprintable() for comment in comments)
    names = [token.string for token in tokens if token.type == tokenize.NAME]
    assert all(name.isascii() for name in names)


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_no_input_name_breaks_out(name: str, tmp_path: Path) -> None:
    g = sd.Graph()
    if not name:
        with pytest.raises(ArgumentError):
            g.input(name)
        return
    x, y = g.input(name, ("n",)), g.input(name + "2", ("n",))
    f = sd.compile([x, y], sd.tanh(x) * y - x, name="f")
    harmless(f.source)
    assert_same(f([0.0, 2.0], [3.0, 4.0]), np.tanh([0.0, 2.0]) * [3.0, 4.0] - [0.0, 2.0])
    with pytest.raises(ValueError, match="shape"):
        f([0.0], [1.0, 2.0])
    if name != "\ud800":
        sd.export(tmp_path / "f.py", {"f": f})
        harmless((tmp_path / "f.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [each for each in NASTY if each], ids=ascii)
def test_no_alias_or_scope_breaks_out(name: str) -> None:
    g = sd.Graph()
    x = g.input("x", ("n",))
    with g.scope(name):
        h = sd.exp(x).named(name)
        again = sd.sin(h).named(name)
    f = sd.compile([x], [h, again, sd.grad(sd.sum(again), x)], name="f")
    harmless(f.source)
    assert_same(f([0.5])[1], np.sin(np.exp([0.5])))


@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_no_text_at_all_breaks_out(one: str, other: str) -> None:
    g = sd.Graph()
    x = g.input(one)
    y = (x * 2).named(other)
    f = sd.compile([x], [y, sd.grad(sd.sin(y), x)], name="f")
    harmless(f.source)
    assert f(0.0) == [0.0, 2.0]


@pytest.mark.parametrize(
    "comment", ['"""', "\\", "# '''", "\x0c import os", "é \u2028 import os", "a" * 300], ids=ascii
)
def test_no_line_of_the_users_breaks_out_of_its_comment(comment: str) -> None:
    text = f"y = sd.exp(x)  # {comment}\nz = sd.sin(y) * y  # {comment}\n"
    file = f"<model {len(comment)}>\n.py"
    names: dict[str, Any] = {"sd": sd, "x": sd.Graph().input("x")}
    exec(compile(f"\n\n{text}".replace(comment, "-"), file, "exec"), names)
    linecache.cache[file] = (1, None, ["\n", "\n", *text.split("\n")], file)
    try:
        f = sd.compile([names["x"]], [names["z"], sd.grad(names["z"], names["x"])], name="f")
        harmless(f.source)
        assert "sd.exp(x)" in f.source
    finally:
        del linecache.cache[file]


@pytest.mark.parametrize(
    "name", ["argument", "require", "ShapeError", "np", "class", "a b", "", "f()", "float", "f\n", "zip", "TypeError"]
)
def test_a_functions_name_in_a_file_is_a_plain_identifier(name: str, tmp_path: Path) -> None:
    x = sd.Graph().input("x")
    f = sd.compile([x], x + 1)
    with pytest.raises(ArgumentError):
        sd.export(tmp_path / "f.py", {name: f})
    assert not (tmp_path / "f.py").exists()


def test_names_that_generated_code_uses_itself_are_not_given_to_anything_else() -> None:
    texts = [helper_text(each) for op in OPS for each in helpers_of(op)] + [helper_text(argument), helper_text(require)]
    used = {node.id for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    known = {name for name in used if name != "_" and hasattr(builtins, name)}
    known |= {"np", "argument", "require", "ShapeError"}
    assert known >= {"isinstance", "tuple", "zip"}
    assert [name for name in sorted(known) if identifier(name) == name] == []


@pytest.mark.parametrize("name", ["prints", "opened", "ident", "x", "exp", "other_", "_", "os"])
def test_any_other_name_works(name: str, tmp_path: Path) -> None:
    x = sd.Graph().input("x", ("n",))
    f = sd.compile([x], sd.exp(x) + 1, name="f")
    sd.export(tmp_path / "f.py", {name: f, "other": f})
    names: dict[str, Any] = {}
    exec((tmp_path / "f.py").read_text(encoding="utf-8"), names)
    for each in (name, "other"):
        assert_same(names[each]([0.0]), np.array([2.0]))
        with pytest.raises(ValueError, match="shape"):
            names[each]([[0.0]])


def test_sizes_and_names_dont_get_in_each_others_way() -> None:
    g = sd.Graph()
    n, x = g.input("n", ("x",)), g.input("x", ("n",))
    shape = g.input("shape", ("f",))
    f = sd.compile([n, x, shape], [sd.sum(n) + sd.sum(x), sd.size(n), sd.mean(x), sd.size(shape)], name="f")
    found = f([1.0, 2.0], [3.0, 5.0, 7.0], [0.0])
    assert found == [18.0, 2, 5.0, 1]


@pytest.mark.parametrize("name", ["np", "argument", "require", "scatter_parts"])
def test_a_size_with_a_name_that_generated_code_uses_is_refused(name: str) -> None:
    x = sd.Graph().input("x", (name,))
    with pytest.raises(ValueError, match=f"a size can't be called '{name}'"):
        _ = sd.compile([x], sd.grad(sd.sum(sd.exp(x[1:])) + sd.sum(x[:-1]), x), name="f").source


@pytest.mark.parametrize("name", ["x", "f", "FUNCTIONS", "print", "größe", "ShapeError", "d_x"])
def test_any_other_size_works(name: str, tmp_path: Path) -> None:
    x = sd.Graph().input("x", (name,))
    y = sd.mean(sd.exp(x)[1:])
    f = sd.compile([x], [y, sd.grad(y, x)], name="f")
    sd.export(tmp_path / "f.py", {"f": f})
    found = run_alone(tmp_path, tmp_path / "f.py", {"x": np.arange(4.0)}, "f:x")
    np.testing.assert_allclose(found["f0"], np.mean(np.exp([1.0, 2.0, 3.0])))
    np.testing.assert_allclose(found["f1"], f(np.arange(4.0))[1])


def test_two_helpers_of_one_name_cant_share_a_file(tmp_path: Path) -> None:
    def double_kernel(x: Any) -> Any:
        return x * 2

    first = elementwise("double", double_kernel, partials=[lambda y, x: 2], samples=[])

    def double_kernel(x: Any) -> Any:
        return x + x

    second = elementwise("double", double_kernel, partials=[lambda y, x: 2], samples=[])
    functions = {}
    for name, op in (("one", first), ("two", second)):
        x = sd.Graph().input("x")
        functions[name] = sd.compile([x], op(x), name=name)
    with pytest.raises(ArgumentError, match="'double', and mean different ones"):
        sd.export(tmp_path / "f.py", functions)
    assert not (tmp_path / "f.py").exists()


@pytest.mark.parametrize("wrong", [{}, {"f": 3}, {"f": np.exp}, {"f": None}])
def test_only_functions_are_exported(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError):
        sd.export(tmp_path / "f.py", wrong)
    assert not (tmp_path / "f.py").exists()


def test_a_function_that_was_pickled_or_interpreted_exports_the_same(tmp_path: Path) -> None:
    inputs, loss, slopes = model()
    step = sd.compile(inputs, [loss, *slopes])
    interpreted = sd.compile(inputs, [loss, *slopes], name="step", backend="interpreter")
    for name, each in (("a", step), ("b", pickle.loads(pickle.dumps(step))), ("c", interpreted)):
        sd.export(tmp_path / f"{name}.py", {"step": each})
    assert (tmp_path / "a.py").read_bytes() == (tmp_path / "b.py").read_bytes()
    assert (tmp_path / "a.py").read_bytes() == (tmp_path / "c.py").read_bytes()
