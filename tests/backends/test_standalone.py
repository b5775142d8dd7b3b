"""The program in an exported file: it finds the derivative that was made wrong, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import symdiff as sd
from tests.backends.models import MODELS


def run(file: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """What a file prints and returns, where there is nothing but NumPy."""
    return subprocess.run([sys.executable, "-I", str(file), *flags], capture_output=True, text=True, check=False)


def cubes(folder: Path) -> Path:
    """A file of two functions: one with gradients of every kind, one with nothing to check."""
    g = sd.Graph()
    x, w = g.input("x", ("n", 2)), g.input("w", ("n",), "float32")
    i, u = g.input("i", ("n",), "int64"), g.input("u", ("n", 2))
    y = sd.sin(x) * sd.exp(-sd.take(x, i, axis=0))
    loss = sd.sum(y) ** 2 + sd.sum(w**2).astype("float64")
    d_x, d_w = sd.grad(loss, [x, w])
    outputs = [loss, d_x, d_w, y, *sd.vjp(y, [x], u), sd.jvp(y, x, u), sd.hvp(loss, x, u)]
    sd.export(folder / "f.py", {"f": sd.compile([x, w, i, u], outputs), "alone": sd.compile([x], x + 1)})
    return folder / "f.py"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_models_derivatives_are_found_right(model: Callable[[], sd.Function], tmp_path: Path) -> None:
    function = model()
    sd.export(tmp_path / "model.py", {"model": function})
    found = run(tmp_path / "model.py", "--check")
    assert found.returncode == 0, found.stdout + found.stderr
    lines = found.stdout.splitlines()
    assert len(lines) >= len(function.written.derivatives)
    assert len(lines) > 0
    assert all(re.search(r" ok, \S+ of what may differ$", line) for line in lines)


def test_every_kind_of_derivative_is_checked(tmp_path: Path) -> None:
    found = run(cubes(tmp_path), "--check")
    assert found.returncode == 0, found.stdout + found.stderr
    for label in ("d_x, of loss by x", "d_w, of loss by w", "of y by x", "y_along_u, of y by x", "of d_x by x"):
        assert f"{label} " in found.stdout
    assert "alone: unchecked, it returns no derivative" in found.stdout


@pytest.mark.parametrize("namespace", ["numpy", "array_api"])
def test_a_derivative_alone_is_checked_against_what_it_is_one_of(namespace: Any, tmp_path: Path) -> None:
    g = sd.Graph()
    x, w, v = g.input("x", ("n", 3)), g.input("w", (3,)), g.input("v", (3,))
    z = sd.tanh(x @ w)
    loss = sd.sum(z**2)
    functions = {
        "grad": sd.compile([x, w], sd.grad(loss, w)),
        "both": sd.compile([w, x], {"w": sd.grad(loss, w), "z": sd.vjp(z, w, z), "value": z}),
        "product": sd.compile([x, w, v], sd.hvp(loss, w, v)),
    }
    file = tmp_path / "f.py"
    sd.export(file, functions, namespace=namespace)
    found = run(file, "--check")
    assert found.returncode == 0, found.stdout + found.stderr
    assert len(found.stdout.splitlines()) == 4
    assert "unchecked" not in found.stdout
    assert "grad: d_w, of loss by w " in found.stdout
    text = file.read_text(encoding="utf-8")
    assert [name for name in re.findall(r"^def (\w+)", text, re.MULTILINE) if name in text.partition("For checks")[0]]
    function = re.search(r"def product\(.*?    return (\w+)", text, re.DOTALL)
    assert function is not None
    file.write_text(text.replace(f"return {function[1]}", f"return 1.01 * {function[1]}", 1), encoding="utf-8")
    found = run(file, "--check")
    assert found.returncode == 1
    assert sd.load_source(file, edited=True).keys() == functions.keys()


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    file = cubes(tmp_path)
    text = file.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"    d_w = ", line)]
    assert len(lines) == 1
    file.write_text(text.replace(lines[0], f"{lines[0].partition('#')[0]} * np.float32(1.1)"), encoding="utf-8")
    found = run(file, "--check")
    assert found.returncode == 1, found.stdout
    assert found.stdout.splitlines()[-1] == "WRONG: f: d_w, of loss by w"
    assert found.stdout.count("WRONG") == 2


@pytest.mark.parametrize(("old", "new"), [("np.cos(", "np.sin("), ("return loss, d_x", "return loss, -d_x")])
def test_a_wrong_function_or_sign_is_found(old: str, new: str, tmp_path: Path) -> None:
    file = cubes(tmp_path)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    found = run(file, "--check")
    assert found.returncode == 1
    assert "d_x, of loss by x" in found.stdout.splitlines()[-1]


def test_nan_where_the_value_is_finite_is_wrong(tmp_path: Path) -> None:
    x = sd.Graph().input("x")
    y = sd.exp(x)
    sd.export(tmp_path / "f.py", {"f": sd.compile([x], [y, sd.sin(x)])})
    assert "unchecked" in run(tmp_path / "f.py", "--check").stdout
    sd.export(tmp_path / "g.py", {"g": sd.compile([x], [y * y, sd.grad(y * y, x)])})
    text = (tmp_path / "g.py").read_text(encoding="utf-8")
    (tmp_path / "g.py").write_text(re.sub(r"return (.*), (.*)", r"return \1, \2 * np.nan", text, count=1), "utf-8")
    assert run(tmp_path / "g.py", "--check").returncode == 1


def test_conditions_on_sizes_and_domains_are_met(tmp_path: Path) -> None:
    g = sd.Graph()
    x, a = g.input("x", ("n",)), g.input("a", ("m", "m"))
    loss = sd.sum(sd.log(x.reshape(4, -1))) + sd.sum(sd.sqrt(1 - x[7:])) + sd.sum(sd.linalg.cholesky(a))
    sd.export(tmp_path / "f.py", {"f": sd.compile([x, a], [loss, *sd.grad(loss, [x, a])])})
    found = run(tmp_path / "f.py", "--check")
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.count(" ok, ") == 2
    found = run(tmp_path / "f.py", "--check", "--size", "n=5")
    assert "unchecked, no random arguments" in found.stdout


def test_what_is_taken_for_a_constant_is_not_called_wrong(tmp_path: Path) -> None:
    g = sd.Graph()
    x, y = g.input("x", (3,)), g.input("y", (3,))
    loss = sd.sum(sd.stop_gradient(sd.exp(x)) * x * sd.sin(y))
    sd.export(tmp_path / "f.py", {"f": sd.compile([x, y], [loss, *sd.grad(loss, [x, y])])})
    found = run(tmp_path / "f.py", "--check")
    assert found.returncode == 0, found.stdout + found.stderr
    assert re.search(r"d_x, of loss by x +unchecked, stop_gradient", found.stdout)
    assert re.search(r"d_y, of loss by y +ok", found.stdout)


def test_single_precision_on_the_way_is_noise(tmp_path: Path) -> None:
    g = sd.Graph()
    x = g.input("x", (4,))
    loss = sd.sum(sd.sin(x.astype("float32")).astype("float64") * x)
    sd.export(tmp_path / "f.py", {"f": sd.compile([x], [loss, sd.grad(loss, x)])})
    found = run(tmp_path / "f.py", "--check")
    assert found.returncode == 0, found.stdout + found.stderr
    file = tmp_path / "f.py"
    file.write_text(file.read_text(encoding="utf-8").replace("return loss, d_x", "return loss, -d_x"), "utf-8")
    assert run(file, "--check").returncode == 1


def test_help_and_wrong_flags_explain_themselves(tmp_path: Path) -> None:
    file = cubes(tmp_path)
    for flags in ((), ("--help",)):
        found = run(file, *flags)
        assert found.returncode == 0
        assert all(each in found.stdout for each in ("--check", "--bench", "--size", "written by symdiff"))
    for flags, said in ((("--size", "n"), "a name and an integer"), (("--size", "q=3"), "no axis of size 'q'")):
        found = run(file, "--check", *flags)
        assert found.returncode == 2
        assert said in found.stderr


def test_bench_says_how_long_a_call_of_which_shapes_takes(tmp_path: Path) -> None:
    g = sd.Graph()
    x = g.input("x", ("batch", 3))
    sd.export(tmp_path / "f.py", {"f": sd.compile([x], sd.exp(x))})
    found = run(tmp_path / "f.py", "--bench", "--size", "batch=7")
    assert re.fullmatch(r"f: \d+\.\d us a call with x: \(7, 3\)\n", found.stdout), found.stdout + found.stderr


def test_without_checks_a_file_is_functions_only(tmp_path: Path) -> None:
    x = sd.Graph().input("x")
    sd.export(tmp_path / "f.py", {"run_program": sd.compile([x], x + 1)}, checks=False)
    text = (tmp_path / "f.py").read_text(encoding="utf-8")
    assert "__main__" not in text
    with pytest.raises(TypeError, match="run_program"):
        sd.export(tmp_path / "g.py", {"run_program": sd.compile([x], x + 1)})
