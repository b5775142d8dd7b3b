"""Makes the laws that tests share importable wherever pytest is started, and random tests the same every time."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
pytest.register_assert_rewrite(
    "tests.ops.input_laws", "tests.ops.laws", "tests.ops.size_laws", "tests.optimize.laws", "tests.values"
)

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")
