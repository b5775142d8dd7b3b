"""Nested containers: taking apart and putting together are inverses, and the structure is checked."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdiff.tree import LEAF, flatten, flatten_as, rebuild


class Layer(NamedTuple):
    """A container of a user's own."""

    W: Any
    b: Any


containers = st.recursive(
    st.integers() | st.text(max_size=2) | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(Layer, inner, inner)
    ),
    max_leaves=8,
)


@given(containers)
def test_rebuilding_what_was_taken_apart_gives_it_back(value: Any) -> None:
    leaves, structure = flatten(value)
    again = rebuild(structure, leaves)
    assert again == value
    assert flatten(again)[1] == structure
    assert type(again) is type(value)


@given(containers)
def test_a_container_has_its_own_structure(value: Any) -> None:
    leaves, structure = flatten(value)
    assert flatten_as(structure, value, ValueError) == leaves


def test_leaves_come_in_order_and_anything_else_is_a_leaf() -> None:
    nothing = object()
    leaves, structure = flatten({"b": [1, (2, Layer(3, {"x": 4}))], "a": nothing, "none": ()})
    assert leaves == [1, 2, 3, 4, nothing]
    assert repr(rebuild(structure, "vwxyz")) == (
        "{'b': ['v', ('w', Layer(W='x', b={'x': 'y'}))], 'a': 'z', 'none': ()}"
    )
    assert flatten(5) == ([5], LEAF)
    assert flatten([])[0] == []


def test_dicts_may_list_their_keys_in_any_order() -> None:
    _, structure = flatten({"W": 1, "b": 2})
    assert flatten_as(structure, {"b": 20, "W": 10}, ValueError) == [10, 20]


@pytest.mark.parametrize(
    ("wanted", "given", "complaint"),
    [
        ({"W": 1, "b": 2}, {"W": 1}, "a dict with keys 'W', 'b'"),
        ({"W": 1}, {"W": 1, "c": 2}, "a dict with keys 'W'"),
        ({"W": 1}, [1], "a dict with keys 'W'"),
        ([1, 2], [1], "a list of 2"),
        ((1, 2), 3, "a tuple of 2"),
        ([[1], 2], [3, 2], "a list of 1"),
        (Layer(1, 2), [1, 2, 3], "a Layer of 2"),
    ],
)
def test_another_structure_is_complained_of(wanted: Any, given: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        flatten_as(flatten(wanted)[1], given, ValueError)


def test_a_leaf_takes_any_value_as_it_is() -> None:
    assert flatten_as(LEAF, [1, 2], ValueError) == [[1, 2]]


def test_a_subclass_of_a_dict_comes_back_as_a_dict() -> None:
    class Parameters(dict[str, int]):
        """A dict of a user's own."""

    leaves, structure = flatten(Parameters(a=1))
    assert rebuild(structure, leaves) == {"a": 1}
