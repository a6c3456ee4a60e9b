from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from probe.model.ndjson import from_json, to_json
from probe.model.result import Result
from tests.fakes.results import results

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(results())
def test_a_result_comes_back_as_it_was(result: Result) -> None:
    assert from_json(json.loads(json.dumps(to_json(result)))) == result


@given(results(), st.data())
def test_whatever_stands_in_a_field_it_is_a_result_or_said_to_be_none(result: Result, data: st.DataObject) -> None:
    told = to_json(result)
    field = data.draw(st.sampled_from([*told, "interval_ms"]))
    told[field] = data.draw(anything)
    with suppress(ValueError):
        assert isinstance(from_json(told), Result)
