"""Renderers are not trusted: credentials around them and files outside of the repository stay where they are."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import HelmSource, KustomizeSource, Source
from gitops_action.errors import ApplicationError
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.environment import renderer_environment
from tests.rendering.conftest import Repository, config_map

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "ghs_plantedSecretOfTheRunner"
PLANTED = (
    *("GITHUB_TOKEN", "KUBECONFIG", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "INPUT_KUBECONFIG"),
    *("INPUT_GITHUB-TOKEN", "AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_SECRET", "GOOGLE_CREDENTIALS", "SSH_AUTH_SOCK"),
    *("HELM_KUBETOKEN", "HELM_PLUGINS", "HELM_POST_RENDERER", "XDG_CONFIG_HOME", "KUSTOMIZE_PLUGIN_HOME"),
)
CHART = {"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"}


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch, repository: Repository) -> None:
    for name in PLANTED:
        monkeypatch.setenv(name, SECRET)
    repository.write({"../outside/secret.yaml": f"a: {SECRET}\n", "../outside/kustomization.yaml": ""})


@pytest.fixture
def everything_said(repository: Repository) -> Iterator[list[str]]:
    """What the renderings of a test returned or failed with; nothing of it may hold the secret."""
    said: list[str] = []
    yield said
    assert said
    assert SECRET not in "\n".join(said)


def attempt(repository: Repository, source: Source, said: list[str], **changes: Any) -> str:
    try:
        rendered = repository.render(source, **changes)
    except ApplicationError as error:
        said.append(str(error))
        return error.summary
    said.append(repr(rendered))
    return repr(rendered)


def test_the_environment_is_what_renderers_need_and_nothing_else() -> None:
    environment = renderer_environment("/scratch")

    assert {name for name, value in environment.items() if value.startswith("/scratch")} == {
        *("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
        *("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS"),
    }
    assert {name for name, value in environment.items() if not value.startswith("/scratch")} == {
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "GIT_ALLOW_PROTOCOL", "LC_ALL"),
    }
    assert not set(environment) & set(PLANTED) - {"HELM_PLUGINS", "XDG_CONFIG_HOME"}


@pytest.mark.parametrize(
    "template",
    [
        '{{ env "GITHUB_TOKEN" }}',
        '{{ expandenv "$GITHUB_TOKEN" }}',
        '{{ .Files.Get "../outside/secret.yaml" }}',
        '{{ .Files.Get "/etc/hostname" }}',
        '{{ (.Files.Glob "../../**").AsConfig }}',
        '{{ lookup "v1" "Secret" "kube-system" "" | toJson }}',
        '{{ getHostByName "localhost" }}',
        '{{ readFile "/etc/hostname" }}',
    ],
)
def test_a_chart_sees_no_environment_no_cluster_and_no_file_outside(
    repository: Repository, everything_said: list[str], template: str
) -> None:
    repository.write(CHART | {"c/templates/a.yaml": config_map("a", text=template)})

    said = attempt(repository, Source(path="c"), everything_said)

    assert "not defined" in said or "'text': ''" in said or "'text': '{}'" in said


@pytest.mark.parametrize(
    "value_file",
    ["../../outside/secret.yaml", "/../outside/secret.yaml", "link.yaml", "v.yaml,../../outside/secret.yaml"],
)
def test_a_values_file_cannot_leave_the_repository(
    repository: Repository, everything_said: list[str], value_file: str
) -> None:
    repository.write(CHART | {"c/templates/a.yaml": config_map("a", text="{{ .Values | toJson }}")})
    repository.link("c/link.yaml", "../../outside/secret.yaml")
    source = Source(path="c", helm=HelmSource(value_files=(value_file,)))

    attempt(repository, source, everything_said, checkout=Checkout.at(str(repository.root), symlinks=[]))


def test_a_link_in_a_chart_out_of_the_repository_stops_the_rendering(
    repository: Repository, everything_said: list[str]
) -> None:
    repository.write(CHART | {"c/templates/a.yaml": config_map("a", text='{{ .Files.Get "files/secret.yaml" }}')})
    repository.link("c/files", "../../outside")

    assert "out-of-bounds symlinks" in attempt(repository, Source(path="c"), everything_said)


@pytest.mark.parametrize(
    "kustomization",
    [
        "secretGenerator: [{name: a, envs: [names.env]}]\n",
        "configMapGenerator: [{name: a, envs: [names.env]}]\n",
    ],
)
def test_a_name_without_value_in_an_env_file_is_empty(
    repository: Repository, everything_said: list[str], kustomization: str
) -> None:
    """Kustomize takes such a value from its own environment."""
    repository.write({"k/kustomization.yaml": kustomization, "k/names.env": "GITHUB_TOKEN\nKUBECONFIG\nHOME=x\n"})

    assert "'GITHUB_TOKEN': ''" in attempt(repository, Source(path="k"), everything_said)


@pytest.mark.parametrize(
    ("kustomization", "reason"),
    [
        ("configMapGenerator: [{name: a, files: [/etc/hostname]}]\n", "is not in or below"),
        ("configMapGenerator: [{name: a, files: [../../outside/secret.yaml]}]\n", "is not in or below"),
        ("configMapGenerator: [{name: a, files: [link.yaml]}]\n", "is not in or below"),
        ("resources: [../../outside]\n", "outside of the repository"),
        ("resources: [../../outside/secret.yaml]\n", "outside of the repository"),
        ("patches: [{path: ../../outside/secret.yaml}]\n", "is not in or below"),
        ("helmCharts: [{name: a, version: 1.0.0}]\n", "must specify --enable-helm"),
        ("generators: [exec.yaml]\n", "external plugins disabled"),
        ("transformers: [exec.yaml]\n", "external plugins disabled"),
        ("generators: [container.yaml]\n", "external plugins disabled"),
        ("generators: [legacy.yaml]\n", "external plugins disabled"),
    ],
)
def test_a_kustomization_reads_nothing_outside_and_runs_nothing(
    repository: Repository, everything_said: list[str], kustomization: str, reason: str
) -> None:
    function = (
        "apiVersion: acme.io/v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n"
    )
    repository.write(
        {
            "k/kustomization.yaml": kustomization,
            "k/exec.yaml": f"{function}      exec: {{path: ./run.sh}}\n",
            "k/container.yaml": f"{function}      container: {{image: acme/x}}\n",
            "k/legacy.yaml": "apiVersion: acme.io/v1\nkind: X\nmetadata: {name: x}\n",
            "k/run.sh": "#!/bin/sh\ntouch ran\nenv\n",
        }
    )
    (repository.root / "k/run.sh").chmod(0o755)
    repository.link("k/link.yaml", "../../outside/secret.yaml")
    checkout = Checkout.at(str(repository.root), symlinks=[])

    assert reason in attempt(repository, Source(path="k"), everything_said, checkout=checkout)
    assert not list(repository.root.rglob("ran"))


def test_what_a_packed_subchart_would_fetch_goes_nowhere(repository: Repository, everything_said: list[str]) -> None:
    files = {
        "sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "sub/values.schema.json": '{"$ref": "http://192.0.2.1:8080/schema.json"}',
        "sub/templates/a.yaml": config_map("a"),
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
    repository.write(CHART | {"c/templates/a.yaml": config_map("a")})
    repository.write({"c/charts/sub-1.0.0.tgz": packed.getvalue()})

    said = attempt(repository, Source(path="c"), everything_said, timeout=10)

    assert "proxyconnect tcp: dial tcp 127.0.0.1:9" in said


def test_a_chart_cannot_make_kustomize_or_helm_connect_to_us(
    repository: Repository, everything_said: list[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        repository.write(CHART | {"c/templates/a.yaml": config_map("a")})
        repository.write({"k/kustomization.yaml": f"resources: [{url}]\n"})
        attempt(repository, Source(path="c", helm=HelmSource(value_files=(url,))), everything_said)
        attempt(repository, Source(path="k"), everything_said)
        attempt(repository, Source(path="k", kustomize=KustomizeSource(components=(url,))), everything_said)

        with pytest.raises(TimeoutError):
            server.accept()


def test_nothing_of_our_environment_changes(repository: Repository, everything_said: list[str]) -> None:
    before = dict(os.environ)
    repository.write(CHART | {"c/templates/a.yaml": config_map("a")})

    attempt(repository, Source(path="c"), everything_said)

    assert dict(os.environ) == before
