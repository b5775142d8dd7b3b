"""The examples do what they promise."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_the_digits_are_learned_and_their_gradient_runs_alone(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn isn't installed: see the extra 'examples'")
    example: dict[str, Any] = runpy.run_path(str(EXAMPLES / "digits.py"))
    model, listing = example["build_model"]()
    assert "d_W1" in listing
    parameters, accuracy = example["train"](model, 2)
    assert accuracy > 0.94
    same, distance = example["run_alone"](model, parameters)
    assert same
    assert distance < 1e-13
    assert capsys.readouterr().out.count("held-out accuracy") == 2


@pytest.mark.parametrize("name", ["own_op", "own_rule"])
def test_an_example_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"]()
    assert capsys.readouterr().out.count("\n") > 3
