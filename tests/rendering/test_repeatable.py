"""An application that renders differently each time is named with the fields, and without their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.application.application import Source
from gitops_action.rendering.context import Rendered
from gitops_action.rendering.repeatable import unrepeatable
from gitops_action.resource import Resource

if TYPE_CHECKING:
    from tests.rendering.conftest import Repository


def _rendered(*objects: dict[str, object]) -> Rendered:
    return Rendered(targets=tuple(Resource({"apiVersion": "v1", "kind": "ConfigMap", **each}) for each in objects))


def test_a_chart_with_random_values_and_dates_is_named_by_the_fields(repository: Repository) -> None:
    repository.write(
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
            "chart/templates/all.yaml": (
                "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\n"
                "stringData: {fixed: a, password: '{{ randAlphaNum 20 }}'}\n---\n"
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'job-{{ uuidv4 }}'}\n"
            ),
        }
    )
    first, second = (repository.render(Source(path="chart")) for _ in range(2))
    (condition,) = unrepeatable(first, second)
    names = [rendered.targets[1].name for rendered in (first, second)]
    assert condition.message == (
        "two renderings of the same sources differ in Secret shop/web stringData.password, "
        f"ConfigMap shop/{names[0]} (in one of them only), ConfigMap shop/{names[1]} (in one of them only)"
    )
    assert not condition.is_error
    assert str(first.targets[0].object["stringData"]["password"]) not in condition.message


def test_what_renders_the_same_has_no_condition(repository: Repository) -> None:
    repository.write({"plain/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"})
    first, second = (repository.render(Source(path="plain")) for _ in range(2))
    assert unrepeatable(first, second) == ()


def test_fields_are_named_down_to_the_value_lists_of_one_length_by_position() -> None:
    first = _rendered({"metadata": {"name": "a"}, "list": [{"x": 1}, {"x": 2}], "longer": [1], "gone": 1, "type": 1})
    second = _rendered({"metadata": {"name": "a"}, "list": [{"x": 1}, {"x": 3}], "longer": [1, 2], "type": True})
    (condition,) = unrepeatable(first, second)
    assert condition.message == (
        "two renderings of the same sources differ in "
        "ConfigMap a list[1].x, ConfigMap a longer, ConfigMap a gone, ConfigMap a type"
    )


def test_a_message_names_ten_fields_and_counts_the_others() -> None:
    first, second = (_rendered({"metadata": {"name": "a"}, **{f"f{n}": side for n in range(15)}}) for side in (1, 2))
    (condition,) = unrepeatable(first, second)
    assert condition.message.endswith("ConfigMap a f9, and 5 more")
