"""The package's names are those of the vocabulary, the library and the contract: none is missing, none is another's."""

from types import ModuleType

import pytest

import symdiff as sd
from symdiff.library import LIBRARY
from symdiff.ops import NAMES

INNER = {
    *("getitem", "product_of_others", "replace_part", "halve_diagonal", "cofactor", "inverse_gaps", "mirror", "fold"),
    *("dft", "idft", "rdft", "irdft", "kth_smallest", "linear_recurrence", "overlap_add", "random_bits"),
}
"""Ops that rules ask for, and that are no names for a user."""
IN_LINALG = {
    *("block_diag", "cholesky_solve", "cond", "eigvals", "expm", "logm", "lstsq", "solve_triangular", "sqrtm"),
    *("svdvals", "tensorinv", "tensorsolve", "toeplitz"),
}
INITIALISERS = {name for name, function in LIBRARY.items() if function.__module__.endswith("initialisers")}
CONTRACT = (
    "Graph Expr Function grad vjp jvp hvp adjoints stop_gradient check_grad substitute compile export show why lint"
    " to_networkx to_dot stack asarray linalg fft random cost"
    " checkpoint"
)


def test_the_whole_vocabulary_is_there() -> None:
    missing = {name for name, value in vars(NAMES).items() if getattr(sd, name, None) is not value}
    assert missing - INNER - IN_LINALG == set()
    assert all(hasattr(sd.linalg, name) for name in IN_LINALG)


def test_the_whole_library_is_there() -> None:
    missing = {name for name, value in LIBRARY.items() if getattr(sd, name, None) is not value}
    assert missing <= INITIALISERS
    assert all(hasattr(sd.initialisers, name) for name in INITIALISERS)


@pytest.mark.parametrize("name", CONTRACT.split())
def test_the_contract_is_kept(name: str) -> None:
    assert name in sd.__all__


def test_the_standards_names_are_there() -> None:
    assert sd.__array_api_version__ == "2024.12"
    assert sd.__array_namespace_info__().dtypes()["float32"] is sd.float32
    assert (sd.newaxis, sd.inf) == (None, float("inf"))


def test_everything_public_exists_and_is_documented() -> None:
    for name in sd.__all__:
        value = getattr(sd, name)
        assert isinstance(value, (ModuleType, str, float, type(None))) or value.__doc__, name
