"""What the settings say of rendering: options of kustomize (RND-22, RND-23), tools that are off, values by URL."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.remote_sources import Fetching, RemoteSources
from gitops_action.application.application import HelmSource, KustomizeSource, Source
from gitops_action.application.discovery import Document
from gitops_action.application.fetch_hosts import FetchHosts
from gitops_action.application.rendering_settings import RenderingSettings
from gitops_action.application.settings import parse_settings
from gitops_action.rendering.source_kind import SourceKind
from tests.rendering.conftest import config_map
from tests.rendering.web_server import WebServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rendering.conftest import Repository


def options(*build_options: str) -> dict[str, Any]:
    return {"settings": RenderingSettings(build_options=build_options)}


def test_the_settings_are_read_and_none_of_them_is_called_without_effect() -> None:
    data = {
        "kustomize.buildOptions": " --enable-helm  --load-restrictor=LoadRestrictionsNone ",
        "kustomize.enable": "true",
        "helm.enable": "false",
        "jsonnet.enable": "false",
        "helm.valuesFileSchemes": "https, S3",
        "kustomize.path.v4.5.7": "/custom-tools/kustomize",
        "kustomize.version.v3": "/x",
        "kustomize.buildOptions.v3": "--x",
    }
    settings = parse_settings(Document(file="cm.yaml", line=1, value={"data": data}))

    assert settings.rendering == RenderingSettings(
        build_options=("--enable-helm", "--load-restrictor=LoadRestrictionsNone"),
        disabled=frozenset({"Helm", "Jsonnet"}),
        kustomize_versions=frozenset({"v4.5.7", "v3"}),
        value_schemes=frozenset({"https", "s3"}),
    )
    assert settings.warnings == ("cm.yaml:1: setting kustomize.buildOptions.v3 has no effect in this version",)


def test_a_tool_that_is_off_leaves_manifests(repository: Repository) -> None:
    repository.write({"web/kustomization.yaml": "namePrefix: x-\nresources: [a.yaml]\n", "web/a.yaml": config_map("a")})
    off: dict[str, Any] = {"settings": RenderingSettings(disabled=frozenset({"Kustomize"}))}
    for source in (Source(path="web"), Source(path="web", kustomize=KustomizeSource(name_prefix="y-"))):
        found = repository.render(source, **off)
        assert ([target.name for target in found.targets], found.kinds) == (["a"], (SourceKind.DIRECTORY,))


@pytest.mark.parametrize(
    "words", [("--load-restrictor", "LoadRestrictionsNone"), ("--load-restrictor=LoadRestrictionsNone",)]
)
def test_without_load_restrictions_files_beside_the_roots_are_read(
    repository: Repository, words: tuple[str, ...]
) -> None:
    repository.write(
        {
            "web/kustomization.yaml": "configMapGenerator: [{name: g, files: [k=../common/a.txt]}]\n",
            "common/a.txt": "text",
        }
    )
    for source in (Source(path="web"), Source(path="web", kustomize=KustomizeSource(name_suffix="-x"))):
        assert repository.render(source, **options(*words)).targets[0].object["data"] == {"k": "text"}
    assert "is not in or below" in repository.refusal(Source(path="web")).summary


@pytest.mark.parametrize("entry", ["/etc/hostname", "../../outside", "../.git/config"])
def test_without_load_restrictions_nothing_outside_of_the_repository_is_read(
    repository: Repository, entry: str
) -> None:
    generator = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\n"
    repository.write(
        {
            "web/kustomization.yaml": f"configMapGenerator: [{{name: g, files: ['{entry}']}}]\n",
            "web2/kustomization.yaml": "generators: [g.yaml]\n",
            "web2/g.yaml": f"{generator}files: ['{entry}']\n",
            ".git/config": "secret",
        }
    )
    for path in ("web", "web2"):
        refusal = repository.refusal(Source(path=path), **options("--load-restrictor=LoadRestrictionsNone"))
        assert f"{entry} is outside of the repository" in refusal.summary


@pytest.mark.parametrize(
    "option", ["--enable-exec", "--enable-alpha-plugins", "--helm-command=/x", "--network", "--env=A", "--reorder=x"]
)
def test_options_by_which_kustomize_runs_programs_are_refused(repository: Repository, option: str) -> None:
    repository.write({"web/kustomization.yaml": "resources: []\n"})
    refusal = repository.refusal(Source(path="web"), **options(option))
    assert refusal.summary == f"kustomize.buildOptions: {option} is not supported"


def test_rnd_22_with_helm_a_kustomization_renders_charts_of_its_own_and_of_a_repository(
    repository: Repository, tmp_path: Path
) -> None:
    template = config_map(
        "c", kube="{{ .Capabilities.KubeVersion }}", has='{{ .Capabilities.APIVersions.Has "acme/v1" }}'
    )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        for name, text in {
            "r/Chart.yaml": "apiVersion: v2\nname: r\nversion: 1.0.0\n",
            "r/values.yaml": "",
            "r/templates/r.yaml": config_map("r"),
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            opened.addfile(member, io.BytesIO(text.encode()))
    index = b"entries: {r: [{version: 1.0.0, urls: [r.tgz]}]}"
    with WebServer(files={"/index.yaml": index, "/r.tgz": packed.getvalue()}).running() as server:
        repository.write(
            {
                "web/kustomization.yaml": "helmCharts:\n- {name: own, releaseName: x}\n"
                f"- {{name: r, repo: {server.url}, version: 1.0.0, releaseName: two}}\n",
                "web/charts/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n",
                "web/charts/own/values.yaml": "",
                "web/charts/own/templates/c.yaml": template,
            }
        )
        fetching = Fetching(hosts=FetchHosts(allow_local=True))
        sources = RemoteSources(fetching, SubprocessProcess(), folder=str(tmp_path))
        found = repository.render(
            Source(path="web", kustomize=KustomizeSource(kube_version="v1.29.3-x", api_versions=("acme/v1",))),
            sources=sources,
            **options("--enable-helm"),
        )

    data = {target.name: target.object.get("data") for target in found.targets}
    assert data == {"c": {"kube": "v1.29.3", "has": "true"}, "r": None}
    assert found.fetched == (f"{server.url}/r@1.0.0",)


def test_without_that_option_charts_are_refused_with_a_remedy(repository: Repository) -> None:
    repository.write({"web/kustomization.yaml": "helmCharts: [{name: own}]\n"})
    assert "helm" in repository.refusal(Source(path="web")).remedy.lower()


def test_rnd_23_another_version_of_kustomize_is_told(repository: Repository) -> None:
    repository.write({"web/kustomization.yaml": "resources: [a.yaml]\n", "web/a.yaml": config_map("a")})
    settings = RenderingSettings(kustomize_versions=frozenset({"v4.5.7"}))

    found = repository.render(Source(path="web", kustomize=KustomizeSource(version="v4.5.7")), settings=settings)

    assert len(found.targets) == 1
    assert next(each.message for each in found.conditions).startswith(
        "kustomize version v4.5.7 is not here: rendered with"
    )
    unknown = repository.refusal(Source(path="web", kustomize=KustomizeSource(version="v9.9.9")), settings=settings)
    assert unknown.summary == "kustomize version v9.9.9 is not registered"


def test_the_version_that_is_here_needs_no_word(repository: Repository) -> None:
    repository.write({"web/kustomization.yaml": "resources: [a.yaml]\n", "web/a.yaml": config_map("a")})
    here = unknown_version(repository)
    found = repository.render(Source(path="web", kustomize=KustomizeSource(version=f"v{here}")))
    assert found.conditions == ()


def unknown_version(repository: Repository) -> str:
    refusal = repository.refusal(Source(path="web", kustomize=KustomizeSource(version="v0")))
    return refusal.remedy.rpartition("kustomize ")[2].rstrip(".")


def test_rnd_15_values_by_url_are_fetched_where_the_scheme_is_allowed(repository: Repository, tmp_path: Path) -> None:
    repository.write(
        {
            "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "c/templates/c.yaml": config_map("c", v="{{ .Values.v }}"),
        }
    )
    with WebServer(files={"/v*.yaml": b"v: remote\n"}).running() as server:
        source = Source(path="c", helm=HelmSource(value_files=(f"{server.url}/v*.yaml",)))
        fetching = Fetching(hosts=FetchHosts(allow_local=True))
        sources = RemoteSources(fetching, SubprocessProcess(), folder=str(tmp_path))
        found = repository.render(source, sources=sources)
        refusal = repository.refusal(
            source, sources=sources, settings=RenderingSettings(value_schemes=frozenset({"https"}))
        )

    assert found.targets[0].object["data"] == {"v": "remote"}
    assert found.fetched == (f"{server.url}/v*.yaml",)
    assert refusal.summary == "the URL scheme 'http' is not allowed"
