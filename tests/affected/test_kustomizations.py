"""Kustomizations: every field that names a file, and the same of all bases and components."""

from __future__ import annotations

import pytest

from gitops_action.affected.application import DependencyReader
from tests.affected.memory_tree import Link, MemoryTree, application, plain, why

_EVERY_FIELD = """\
resources: [web.yaml, ../../base]
bases: [../old-base]
components: [../../components/tls]
patches:
  - path: patch-a.yaml
    target: {kind: Deployment}
  - patch: '[{op: remove, path: /spec/not-a-file.yaml}]'
patchesStrategicMerge:
  - patch-b.yaml
  - |
    kind: Deployment
    metadata: {name: inline.yaml}
patchesJson6902:
  - {path: patch-c.yaml, target: {kind: Deployment, name: web}}
configMapGenerator:
  - {name: a, files: [plain.txt, key=named.txt], envs: [a.env], env: b.env}
secretGenerator:
  - {name: b, files: [secret.txt], envs: [c.env]}
configurations: [names.yaml]
crds: [crd.yaml]
replacements:
  - path: replace.yaml
openapi: {path: schema.json}
helmCharts:
  - {name: chart, valuesFile: values.yaml, additionalValuesFiles: [more.yaml]}
generators:
  - generator.yaml
  - |
    apiVersion: builtin
    kind: ConfigMapGenerator
    files: [in-place.txt]
transformers: [../../plugins]
validators: [validator.yaml]
labels:
  - {pairs: {a: b}, fields: [{path: spec/not-a-file, kind: X}]}
"""
_FILES = {
    "shop/overlays/prod/kustomization.yaml": _EVERY_FIELD,
    "shop/overlays/prod/generator.yaml": "{apiVersion: builtin, kind: SecretGenerator, envs: [generated.env]}",
    "shop/base/kustomization.yml": "resources: [deployment.yaml, https://example.com/x.yaml]",
    "shop/overlays/old-base/Kustomization": "resources: [service.yaml]",
    "shop/components/tls/kustomization.yaml": "patches: [legacy-patch.yaml]",
    "shop/plugins/kustomization.yaml": "resources: [patch.yaml]",
    "shop/plugins/patch.yaml": "{apiVersion: builtin, kind: PatchTransformer, path: of-plugin.yaml}",
}
_PROD = "shop/overlays/prod"


@pytest.mark.parametrize(
    "path",
    [
        *(f"{_PROD}/{name}" for name in ("kustomization.yaml", "kustomization.yml", "Kustomization")),
        *(f"{_PROD}/{name}.yaml" for name in ("web", "patch-a", "patch-b", "patch-c", "names", "crd", "replace")),
        *(f"{_PROD}/{name}.txt" for name in ("plain", "named", "secret", "in-place")),
        *(f"{_PROD}/{name}" for name in ("a.env", "b.env", "c.env", "generated.env", "schema.json")),
        *(f"{_PROD}/{name}.yaml" for name in ("values", "more", "generator", "validator")),
        *("shop/base/kustomization.yml", "shop/base/deployment.yaml", "shop/overlays/old-base/service.yaml"),
        *("shop/components/tls/kustomization.yaml", "shop/components/tls/legacy-patch.yaml"),
        *("shop/plugins/patch.yaml", "shop/plugins/of-plugin.yaml", f"{_PROD}/of-plugin.yaml"),
    ],
)
def test_a_file_that_a_field_names_counts(path: str) -> None:
    assert len(why(plain("web", _PROD), _FILES, path)) == 1


@pytest.mark.parametrize(
    "path",
    [
        *(f"{_PROD}/{name}" for name in ("README.md", "unused.yaml", "key", "inline.yaml", "spec/not-a-file")),
        *("shop/base/unused.yaml", "shop/overlays/staging/kustomization.yaml", "shop/base-2/deployment.yaml"),
    ],
)
def test_a_file_that_nothing_names_does_not_count(path: str) -> None:
    assert why(plain("web", _PROD), _FILES, path) == []


def test_the_reason_names_the_kustomization_that_reads_the_file() -> None:
    assert why(plain("web", _PROD), _FILES, "shop/base/deployment.yaml") == [
        "shop/base/deployment.yaml (part of the kustomization shop/base)"
    ]


def test_a_resource_that_is_gone_may_have_been_a_directory() -> None:
    files = {"app/kustomization.yaml": "resources: [../base]"}

    assert why(plain("web", "app"), files, "base/kustomization.yaml", "base/web.yaml") == [
        "base/kustomization.yaml (part of the kustomization app)",
        "base/web.yaml (part of the kustomization app)",
    ]


def test_what_the_application_adds_counts_rnd_21() -> None:
    app = application(
        "{path: app, kustomize: {components: [../extra, ../absent], ignoreMissingComponents: true,"
        " patches: [{path: own.yaml}]}}"
    )
    files = {"app/kustomization.yaml": "", "extra/kustomization.yaml": "resources: [a.yaml]"}

    for path in ("extra/a.yaml", "absent/kustomization.yaml", "app/own.yaml"):
        assert len(why(app, files, path)) == 1


def test_a_base_behind_a_link_is_read_where_it_really_is() -> None:
    files = {
        "app/kustomization.yaml": "resources: [base]",
        "app/base": Link("../real/deep"),
        "real/deep/kustomization.yaml": "resources: [../near]",
        "real/near/kustomization.yaml": "resources: [web.yaml]",
    }

    for path in ("app/base", "real/deep/kustomization.yaml", "real/near/web.yaml"):
        assert why(plain("web", "app"), files, path) != []
    assert why(plain("web", "app"), files, "app/near/web.yaml") == []


def test_circles_broken_yaml_and_odd_values_end() -> None:
    files = {
        "a/kustomization.yaml": "{resources: [../b, 1, {x: y}], transformers: [../a], components: ['']}",
        "b/kustomization.yaml": "{resources: [../a, ../../outside, /absolute], generators: [../b]}",
        "c/kustomization.yaml": "resources: [",
    }

    assert why(plain("web", "a"), files, "b/kustomization.yaml") != []
    assert why(plain("web", "c"), files, "c/kustomization.yaml") != []


def test_a_kustomization_is_read_once_for_all_applications() -> None:
    reads: list[str] = []

    class Counting(MemoryTree):
        def read(self, path: str) -> bytes | None:
            reads.append(path)
            return super().read(path)

    tree = Counting({"base/kustomization.yaml": "", **{f"{n}/kustomization.yaml": "bases: [../base]" for n in "abc"}})
    reader = DependencyReader(tree)
    for name in "abc":
        assert "base/kustomization.yaml" in reader.read(plain(name, name)).files

    assert reads.count("base/kustomization.yaml") == 1


@pytest.mark.parametrize(
    ("text", "path", "counts"),
    [
        ("helmCharts: [{name: a}]", "web/charts/a/templates/a.yaml", True),
        ("helmCharts: [{name: a, valuesFile: v.yaml}]", "web/v.yaml", True),
        ("{helmCharts: [{name: a}], helmGlobals: {chartHome: ../vendored}}", "vendored/a/Chart.yaml", True),
        ("resources: []", "web/charts/a/templates/a.yaml", False),
    ],
)
def test_charts_that_a_kustomization_renders_count(text: str, path: str, *, counts: bool) -> None:
    assert bool(why(application("path: web"), {"web/kustomization.yaml": text}, path)) is counts
