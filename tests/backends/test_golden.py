"""The readable source of a few models, compared with files a person has read; run this file to write them anew."""

import pathlib
import sys
from collections.abc import Callable

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from models import MODELS

import symdiff as sd

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "source"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_source_is_what_a_person_has_read(model: Callable[[], sd.Function]) -> None:
    written = model().source
    assert written == (GOLDEN / f"{model.__name__}.py").read_text(encoding="utf-8")
    assert written == model().source


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for each in MODELS:
        (GOLDEN / f"{each.__name__}.py").write_text(each().source, encoding="utf-8")
