"""Inputs: texts as a workflow gives them become typed values, or an error that names the input."""

from __future__ import annotations

from dataclasses import fields

import pytest

from gitops_action import inputs
from gitops_action.errors import UsageError
from gitops_action.inputs import INPUTS, CommentPolicy, FailOn, Inputs, Limit, from_environment, parse


def test_every_declared_input_has_a_typed_field_and_no_other_field_exists() -> None:
    assert {declared.field for declared in INPUTS} == {declared.name for declared in fields(Inputs)}


def test_the_typed_defaults_are_what_the_declared_default_texts_mean() -> None:
    texts = {declared.name: declared.default for declared in INPUTS if declared.default and not declared.guarded}
    texts.pop("github-token")
    assert parse(texts) == Inputs()


def test_each_type_is_read_as_a_workflow_writes_it() -> None:
    read = parse(
        {
            "applications": "apps/*.yaml  # the apps\n\n# none of these\nmore/**\n",
            "prune": "true",
            "timeout": "1h30m",
            "prune-limit": "20",
            "fail-on": "danger",
            "comment": "never",
            "parallelism": "8",
            "kubeconfig": "apiVersion: v1\n",
        }
    )
    assert read == Inputs(
        applications=("apps/*.yaml", "more/**"),
        prune=True,
        timeout=5400.0,
        prune_limit=Limit(20, is_percent=False),
        fail_on=FailOn.DANGER,
        comment=CommentPolicy.NEVER,
        parallelism=8,
        kubeconfig="apiVersion: v1\n",
    )


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("prune", "yes", "input prune is 'yes', not a boolean"),
        ("timeout", "10 minutes", "input timeout is '10 minutes', not a duration"),
        ("timeout", "", "input timeout is '', not a duration"),
        ("prune-limit", "half", "input prune-limit is 'half'"),
        ("parallelism", "-1", "input parallelism is '-1', not a number"),
        ("fail-on", "always", "input fail-on is 'always'"),
    ],
)
def test_a_text_of_the_wrong_type_is_an_error_naming_the_input(name: str, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        parse({name: text})
    assert error.value.remedy


@pytest.mark.parametrize("name", [declared.name for declared in INPUTS if declared.guarded])
def test_an_empty_credential_is_an_error_and_never_another_cluster(name: str) -> None:
    with pytest.raises(UsageError, match=f"input {name} is set but empty"):
        parse({name: ""})
    assert parse({name: inputs.UNSET}) == Inputs()


def test_the_environment_gives_inputs_with_their_hyphens_and_warns_of_unknown_ones() -> None:
    texts, warnings = from_environment(
        {"INPUT_FAIL-ON": "diff", "INPUT_PRUNE": "", "INPUT_KUBECONFIG": "", "INPUT_TIMOUT": "5m", "HOME": "/root"}
    )
    assert texts == {"fail-on": "diff", "kubeconfig": ""}
    assert warnings == ("unknown input 'timout' is ignored; did you mean 'timeout'?",)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"path": "deploy"}, "needs name and namespace"),
        ({"helm-values": "prod.yaml"}, "input helm-values describes an application without YAML"),
        ({"server": "https://one", "kubeconfig": "x"}, "exclude each other"),
    ],
)
def test_inputs_that_do_not_fit_together_are_an_error(texts: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse(texts)


def test_no_credential_appears_in_the_representation() -> None:
    read = parse({"kubeconfig": "PLANTED-1", "token": "PLANTED-2", "github-token": "PLANTED-3", "server": inputs.UNSET})
    assert "PLANTED" not in repr(read)
