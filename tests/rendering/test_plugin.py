"""Config management plug-ins: only those that the workflow allows, by Argo CD's contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import ConditionType, Source
from gitops_action.application.discovery import Document
from gitops_action.application.plugin import Plugin, parse_plugin
from gitops_action.errors import UsageError
from gitops_action.rendering.source_kind import SourceKind
from tests.rendering.conftest import REVISION, config_map

if TYPE_CHECKING:
    from tests.rendering.conftest import Repository

_SHOW = """\
cat <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: shown}
data:
  environment: '$(env | sort | tr '\\n' ';')'
  file: '$(cat made)'
END
"""
SHELL = Plugin(name="shell", init=("sh", "-c", "echo by-init > made"), generate=("sh", "-c", _SHOW))


def environment(repository: Repository, plugin: Plugin, block: Any, **changes: Any) -> dict[str, str]:
    repository.write({"web/x.txt": ""})
    block = {"name": plugin.called, **block}
    found = repository.render(Source(path="web", plugin=block), plugins={plugin.called: plugin}, **changes)
    assert found.kinds == (SourceKind.PLUGIN,)
    assert found.targets[0].object["data"]["file"] == "by-init"
    pairs = (each.partition("=") for each in found.targets[0].object["data"]["environment"].split(";"))
    return {name: value for name, _, value in pairs if name}


def test_a_plugin_gets_its_variables_and_nothing_of_ours(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    block = {
        "env": [{"name": "REVISION", "value": "at-$ARGOCD_APP_REVISION_SHORT"}, {"name": "EMPTY"}],
        "parameters": [
            {"name": "image-tag", "string": "v1"},
            {"name": "list", "array": ["a", "b"]},
            {"name": "map", "map": {"some.key": "c"}},
        ],
    }
    before = repository.snapshot()
    found = environment(repository, SHELL, block, kube_version="v1.30.1", api_versions=("v1", "apps/v1"))

    expected = {
        "ARGOCD_APP_NAME": "web",
        "ARGOCD_APP_NAMESPACE": "shop",
        "ARGOCD_APP_PROJECT_NAME": "default",
        "ARGOCD_APP_REVISION": REVISION,
        "ARGOCD_APP_SOURCE_PATH": "web",
        "ARGOCD_ENV_REVISION": f"at-{REVISION[:7]}",
        "ARGOCD_ENV_EMPTY": "",
        "KUBE_VERSION": "1.30.1",
        "KUBE_API_VERSIONS": "v1,apps/v1",
        "PARAM_IMAGE_TAG": "v1",
        "PARAM_LIST_0": "a",
        "PARAM_LIST_1": "b",
        "PARAM_MAP_SOME_KEY": "c",
    }
    assert found.items() >= expected.items()
    assert json.loads(found["ARGOCD_APP_PARAMETERS"]) == block["parameters"]
    assert not {"GITHUB_TOKEN", "KUBECONFIG", "HTTPS_PROXY"} & found.keys()
    assert found["HOME"].startswith(str(repository.scratch))
    assert repository.snapshot() == {**before, "web/x.txt": b""}
    assert not list(repository.scratch.glob("plugin-*"))


def test_a_plugin_is_called_with_its_version(repository: Repository) -> None:
    versioned = Plugin(name="shell", version="v1.0", init=SHELL.init, generate=SHELL.generate)
    assert versioned.called == "shell-v1.0"
    assert environment(repository, versioned, {})["ARGOCD_APP_NAME"] == "web"


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"name": "other"}, "the config management plugin other is not allowed in this run"),
        ({}, "plugins are not discovered: the source has a plugin without a name"),
    ],
)
def test_a_plugin_that_the_workflow_does_not_name_is_a_condition(
    repository: Repository, block: dict[str, str], message: str
) -> None:
    repository.write({"web/a.yaml": config_map("a")})
    found = repository.render(Source(path="web", plugin=block), plugins={"shell": SHELL})
    assert [(each.type, each.message) for each in found.conditions] == [(ConditionType.COMPARISON_ERROR, message)]
    assert found.targets == ()


def test_a_file_beside_the_manifests_cannot_call_another_plugin(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a"), "web/.argocd-source.yaml": "plugin: {name: other}\n"})
    found = repository.render(Source(path="web"), plugins={"shell": SHELL})
    assert [each.message for each in found.conditions] == [
        "the config management plugin other is not allowed in this run"
    ]


def test_a_plugin_that_fails_is_told_in_its_words(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a")})
    failing = Plugin(name="f", generate=("sh", "-c", "echo 'no such value' >&2; exit 3"))
    refusal = repository.refusal(Source(path="web", plugin={"name": "f"}), plugins={"f": failing})
    assert refusal.summary == "sh: no such value"


def test_a_definition_is_read_from_its_document() -> None:
    spec = {"version": "v2", "init": {"command": ["a"]}, "generate": {"command": ["sh", "-c"], "args": ["b"]}}
    document = {"kind": "ConfigManagementPlugin", "metadata": {"name": "x"}, "spec": spec}
    assert parse_plugin(Document(file="p.yaml", line=1, value=document)) == Plugin(
        name="x", version="v2", init=("a",), generate=("sh", "-c", "b")
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"kind": "ConfigMap"}, "kind is not ConfigManagementPlugin"),
        ({"kind": "ConfigManagementPlugin", "metadata": {"name": "x"}}, "spec.generate.command are required"),
        ({"kind": "ConfigManagementPlugin", "spec": {"generate": {"command": "x"}}}, "spec.generate.command"),
    ],
)
def test_what_is_no_definition_is_an_error(document: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_plugin(Document(file="p.yaml", line=1, value=document))
    assert message in caught.value.summary
