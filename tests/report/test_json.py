"""The report as a document: what is written is read back, what is not a report is refused."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

import jsonschema
import orjson
import pytest

from gitops_action.errors import UsageError
from gitops_action.report import model
from gitops_action.report.json import from_json, required_fields, schema, to_json
from tests.report import samples

CLASSES = (
    model.ApplicationReport,
    model.ResourceReport,
    model.HiddenReport,
    model.ConditionReport,
    model.ImageChange,
    model.TreeNodeReport,
    model.HistoryReport,
)


@pytest.mark.parametrize("name", samples.ALL)
def test_a_report_is_the_same_after_it_was_written_and_read(name: str) -> None:
    report = samples.ALL[name]()
    assert from_json(to_json(report)) == report


@pytest.mark.parametrize("name", samples.ALL)
def test_every_report_satisfies_the_schema(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    assert list(validator.iter_errors(orjson.loads(to_json(samples.ALL[name]())))) == []


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("cls", [model.Report, *CLASSES])
def test_the_schema_names_the_fields_of_each_class_in_order(cls: Any) -> None:
    described = schema() if cls is model.Report else schema()["$defs"][cls.__name__]
    assert list(described["properties"]) == [field.name for field in fields(cls)]
    assert described["additionalProperties"] is False
    assert set(described["required"]) - {"schema_version"} == required_fields(cls)
    hints = get_type_hints(cls)
    names = {str: "string", int: "integer", float: "number", bool: "boolean"}
    for name, property_ in described["properties"].items():
        if "type" in property_ and property_["type"] != "array":
            assert property_["type"] == names[hints[name]], name


def test_the_enumerations_of_the_schema_are_those_of_the_model() -> None:
    assert schema()["properties"]["mode"]["enum"] == [mode.value for mode in model.Mode]
    assert schema()["$defs"]["ResourceReport"]["properties"]["change"]["enum"] == [
        change.value for change in model.ChangeKind
    ]
    assert schema()["properties"]["schema_version"]["const"] == model.SCHEMA_VERSION


def test_fields_with_a_default_may_be_missing() -> None:
    report = from_json(b'{"mode":"diff","repository":"a/b","commit":"c","head":"h","schema_version":1,"started":3}')
    assert report == model.Report(mode=model.Mode.DIFF, repository="a/b", commit="c", head="h", started=3.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 2}, "the report has schema version 2, and this program reads 1"),
        ({"schema_version": None}, "the report has schema version None, and this program reads 1"),
        ({"surprise": 1}, "report: the report has an unknown field 'surprise'"),
        ({"mode": "destroy"}, "report.mode: the report's value is not one of diff, sync, drift"),
        ({"mode": ["diff"]}, "report.mode: the report's value is not one of diff, sync, drift"),
        ({"pull_request": "42"}, "report.pull_request: the report's value is not of type int"),
        ({"pull_request": True}, "report.pull_request: the report's value is not of type int"),
        ({"started": "now"}, "report.started: the report's value is not of type float"),
        ({"notes": "one"}, "report.notes: the report's value is not a list"),
        ({"notes": [1]}, "report.notes[0]: the report's value is not of type str"),
        ({"applications": [1]}, "report.applications[0]: the report's value is not an object"),
        ({"applications": [{}]}, "report.applications[0]: the report lacks field 'cluster'"),
    ],
)
def test_a_document_that_is_no_report_is_refused_with_the_place(change: dict[str, Any], message: str) -> None:
    document = orjson.loads(to_json(samples.nothing())) | change
    with pytest.raises(UsageError) as caught:
        from_json(orjson.dumps(document))
    assert caught.value.summary == message


@pytest.mark.parametrize("document", [b"", b"{", b"\xff", b"<html>"])
def test_what_is_not_json_is_refused(document: bytes) -> None:
    with pytest.raises(UsageError, match="the report is not JSON"):
        from_json(document)


@pytest.mark.parametrize("document", [b"[]", b"null", b"1"])
def test_json_without_a_version_is_refused(document: bytes) -> None:
    with pytest.raises(UsageError, match="schema version None"):
        from_json(document)
