"""What is kept of a rendering: for a day, after three failures for an hour, and only what comes out as it went in."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.errors import ApplicationError
from gitops_action.rendering.cache import (
    ATTEMPTS,
    LIFETIME,
    PAUSE,
    Damaged,
    Entry,
    Failure,
    answer,
    decode,
    encode,
    failed,
    holds_secret,
    kept,
)
from gitops_action.rendering.context import Rendered
from gitops_action.rendering.source_kind import SourceKind
from gitops_action.resource import Resource
from gitops_action.resource.resource import Origin

_CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"a": "1"}}
_RENDERED = Rendered(
    targets=(Resource(_CONFIG, Origin(file="apps/web.yaml", line=3)),),
    conditions=(ApplicationCondition(type=ConditionType.UNSUPPORTED_WARNING, message="odd", remedy="even"),),
    commands=("cd apps && helm template .",),
    kinds=(SourceKind.HELM,),
    revisions=("9b71e04",),
)
_ERROR = ApplicationError("helm: no such value", detail="To reproduce: …", remedy="Add it.")
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_an_entry_comes_out_as_it_went_in_with_places_and_conditions() -> None:
    entry = kept(_RENDERED, 100.0)
    content = encode(entry)
    assert content is not None
    again = decode(content)
    assert again == entry
    assert isinstance(again.result, Rendered)
    assert again.result.targets[0].origin == Origin(file="apps/web.yaml", line=3)


@given(_JSON)
def test_whatever_json_an_object_holds_is_the_same_afterwards(value: object) -> None:
    entry = kept(Rendered(targets=(Resource({**_CONFIG, "data": value}),)), 0.0)
    content = encode(entry)
    assert content is not None
    assert decode(content) == entry


def test_what_json_cannot_hold_is_not_kept() -> None:
    assert encode(kept(Rendered(targets=(Resource({**_CONFIG, "data": 1 << 70}),)), 0.0)) is None
    assert encode(kept(Rendered(targets=(Resource({**_CONFIG, "data": "\ud800"}),)), 0.0)) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"junk", orjson.dumps({}), encode(Entry(created=0, result=_RENDERED))[:-9] or b""],  # type: ignore[index]  # it is whole
)
def test_bytes_that_are_no_entry_are_damaged(content: bytes) -> None:
    with pytest.raises(Damaged):
        decode(content)


def test_manifests_are_good_for_a_day() -> None:
    entry = kept(_RENDERED, 1_000_000.0)
    assert answer(entry, 1_000_000.0 + LIFETIME - 1) is _RENDERED
    assert answer(entry, 1_000_000.0 + LIFETIME) is None


def test_an_entry_of_a_time_to_come_is_good_only_as_far_as_clocks_differ() -> None:
    entry = kept(_RENDERED, 1_000_000.0)
    assert answer(entry, 1_000_000.0 - 60) is _RENDERED
    assert answer(entry, 1_000_000.0 - 3600) is None


def test_after_three_failures_in_a_row_nothing_is_tried_for_an_hour_from_the_first() -> None:
    entry = failed(_ERROR, None, 0.0)
    for attempt in range(1, ATTEMPTS):
        assert answer(entry, attempt * 60.0) is None
        entry = failed(_ERROR, entry, attempt * 60.0)
    with pytest.raises(ApplicationError) as caught:
        answer(entry, 600.0)
    assert caught.value.summary == "Manifest generation error (cached): helm: no such value"
    assert caught.value.detail == "To reproduce: …"
    assert caught.value.remedy == "Add it. To try it again at once: `gitops-action refresh --hard`."
    assert answer(entry, PAUSE) is None


def test_after_the_pause_failures_are_counted_anew() -> None:
    entry = Entry(created=0.0, result=Failure(summary="s", detail="", remedy="", count=ATTEMPTS))
    again = failed(_ERROR, entry, PAUSE)
    assert isinstance(again.result, Failure)
    assert (again.created, again.result.count) == (PAUSE, 1)


def test_a_failure_after_a_success_is_the_first() -> None:
    again = failed(_ERROR, kept(_RENDERED, 0.0), 60.0)
    assert isinstance(again.result, Failure)
    assert again.result.count == 1


def test_only_the_kind_of_kubernetes_itself_is_a_secret() -> None:
    secret = Resource({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}})
    sealed = Resource({"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"name": "s"}})
    assert holds_secret(Rendered(targets=(secret,)))
    assert not holds_secret(Rendered(targets=(sealed,)))
