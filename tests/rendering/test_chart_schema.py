from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from gitops_action.application.application import HelmSource, Source
from tests.rendering.conftest import Repository, config_map

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "c/values.schema.json"


@pytest.fixture
def chart(repository: Repository) -> Repository:
    return repository.write(
        {
            "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "c/values.yaml": "a: 1\n",
            "c/templates/a.yaml": config_map("a"),
        }
    )


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


@pytest.mark.parametrize(
    "schema",
    [
        '{"$ref": "URL/x.json"}',
        '{"properties": {"a": {"$ref": "URL/x.json#/definitions/a"}}}',
        '{"$schema": "URL/schema"}',
        '{"$id": "URL/root.json", "properties": {"a": {"$ref": "other.json"}}}',
        '{"allOf": [{"$ref": "file:///etc/hostname"}]}',
        '{"$ref": "other.json"}',
    ],
)
def test_a_schema_that_refers_to_another_document_is_refused_before_helm_reads_it(
    chart: Repository, listener: socket.socket, schema: str
) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    chart.write({SCHEMA: schema.replace("URL", url)})

    refusal = chart.refusal(Source(path="c"))

    assert refusal.summary.startswith(f"{SCHEMA} refers to ")
    assert "skipSchemaValidation" in refusal.remedy
    with pytest.raises(TimeoutError):
        listener.accept()


@pytest.mark.parametrize(
    "schema",
    [
        '{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"a": {"type": "integer"}}}',
        (
            '{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"n": {"type": "integer"}},'
            ' "properties": {"a": {"$ref": "#/definitions/n"}}}'
        ),
        (
            '{"$id": "https://acme.example/root.json", "properties": {"a": {"$ref": "root.json#/$defs/n"}},'
            ' "$defs": {"n": {"type": "integer"}}}'
        ),
        (
            '{"$id": "https://acme.example/root.json", "properties": {"a": {"$ref": "/number"}},'
            ' "$defs": {"n": {"$id": "/number", "type": "integer"}}}'
        ),
    ],
)
def test_a_schema_that_is_complete_in_itself_is_helms_matter(chart: Repository, schema: str) -> None:
    chart.write({SCHEMA: schema})

    assert len(chart.render(Source(path="c")).targets) == 1
    wrong = HelmSource(values="a: text")
    assert "got string, want integer" in chart.refusal(Source(path="c", helm=wrong)).summary


def test_a_vendored_subchart_is_looked_at_too(chart: Repository) -> None:
    chart.write({"c/charts/sub/values.schema.json": '{"$ref": "http://192.0.2.1/x"}'})

    assert chart.refusal(Source(path="c")).summary == (
        "c/charts/sub/values.schema.json refers to http://192.0.2.1/x, which is not fetched"
    )


def test_where_the_application_skips_the_schema_nothing_is_refused(chart: Repository) -> None:
    chart.write({SCHEMA: '{"$ref": "http://192.0.2.1/x"}'})

    assert chart.render(Source(path="c", helm=HelmSource(skip_schema_validation=True))).targets


def test_a_broken_schema_is_helms_own_words(chart: Repository) -> None:
    chart.write({SCHEMA: "{broken"})

    assert chart.refusal(Source(path="c")).summary.startswith("helm: ")


def test_a_schema_or_a_subchart_behind_a_link_is_looked_at_too(chart: Repository) -> None:
    chart.write({"evil/schema.json": '{"$ref": "http://192.0.2.1/x"}', "evil/chart/deep/values.schema.json": "{}"})
    chart.write({"other/values.schema.json": '{"$ref": "http://192.0.2.1/y"}'}).link("c/self", ".")

    chart.link(SCHEMA, "../evil/schema.json")
    assert chart.refusal(Source(path="c")).summary == f"{SCHEMA} refers to http://192.0.2.1/x, which is not fetched"
    (chart.root / SCHEMA).unlink()
    chart.link("c/charts/other", "../../other")
    assert "refers to http://192.0.2.1/y" in chart.refusal(Source(path="c")).summary


def test_the_schema_of_a_dependency_in_the_repository_is_looked_at_too(chart: Repository) -> None:
    chart.write(
        {
            "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"
            "dependencies: [{name: lib, version: 1.x, repository: file://../lib}]\n",
            "lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n",
            "lib/values.schema.json": '{"$ref": "http://192.0.2.1/x"}',
        }
    )

    assert "lib/values.schema.json refers to http://192.0.2.1/x" in chart.refusal(Source(path="c")).summary
