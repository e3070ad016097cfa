"""The proof by brute force: what a change does not touch renders the same at base and at head.

A small repository of every kind of source is edited at random and committed. Each application that is not among the
affected ones is rendered again by the real tools, and must give what it gave at the base, errors included.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.commands.affected import find_affected
from gitops_action.errors import ApplicationError
from gitops_action.inputs import parse
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.context import RenderContext
from gitops_action.rendering.render import render

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.application.application import Application
    from tests.conftest import Tools


def _config(name: str, value: str = "0") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{value: '{value}'}}\n"


def _app(name: str, sources: str) -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\n"
        f"spec: {{sources: [{sources}], destination: {{namespace: shop}}}}\n"
    )


_CHART = "apiVersion: v2\nname: {name}\nversion: 1.0.0\n"
_TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Chart.Name }}-{{ .Release.Name }}"}
data:
  values: {{ .Values | toJson | quote }}
  files: {{ (.Files.Glob "files/*").AsConfig | quote }}
"""
_FILES = {
    "apps/flat.yaml": _app("flat", "{path: plain}"),
    "apps/deep.yaml": _app("deep", "{path: plain, directory: {recurse: true, include: '*.yaml', exclude: 'skip/*'}}"),
    "apps/overlay.yaml": _app("overlay", "{path: kustomize/overlay}"),
    "apps/added.yaml": _app("added", "{path: kustomize/base, kustomize: {components: [../component]}}"),
    "apps/chart.yaml": _app(
        "chart",
        "{path: charts/web, helm: {valueFiles: ['../../values/*.yaml', $v/values/deep/x.yml],"
        " ignoreMissingValueFiles: true, fileParameters: [{name: text, path: /values/text.txt}]}}, {ref: v}",
    ),
    "apps/linked.yaml": _app("linked", "{path: charts/current}"),
    "apps/parent.yaml": _app("parent", "{path: charts/parent}"),
    "apps/patching.yaml": _app("patching", "{path: kustomize/apps}"),
    "charts/parent/Chart.yaml": _CHART.format(name="parent"),
    "charts/parent/values.yaml": "path: plain/sub\n",
    "charts/parent/templates/child.yaml": _app("child", "{path: '{{ .Values.path }}'}"),
    "kustomize/apps/kustomization.yaml": (
        "resources: [patched.yaml]\npatches:\n  - target: {kind: Application}\n"
        '    patch: \'[{"op": "replace", "path": "/spec/source/path", "value": "kustomize/base"}]\'\n'
    ),
    "kustomize/apps/patched.yaml": _app("patched", "{path: plain}")
    .replace("sources: [", "source: ")
    .replace("], destination", ", destination"),
    "plain/a.yaml": _config("a"),
    "plain/b.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}',
    "plain/sub/c.yaml": _config("c"),
    "plain/skip/d.yaml": _config("d"),
    "plain/notes.txt": "notes",
    "kustomize/base/kustomization.yaml": "resources: [config.yaml]\n",
    "kustomize/base/config.yaml": _config("base"),
    "kustomize/base/unused.yaml": _config("unused"),
    "kustomize/component/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n"
    ),
    "kustomize/component/patch.yaml": _config("base", "patched"),
    "kustomize/overlay/kustomization.yaml": (
        "resources: [../base, extra]\ncomponents: [../component]\ntransformers: [prefix.yaml]\n"
        "configMapGenerator: [{name: made, files: [text=made.txt], envs: [made.env]}]\n"
        "replacements: [{path: replacement.yaml}]\n"
    ),
    "kustomize/overlay/extra/kustomization.yaml": "resources: [more.yaml]\n",
    "kustomize/overlay/extra/more.yaml": _config("more"),
    "kustomize/overlay/prefix.yaml": (
        "{apiVersion: builtin, kind: PrefixTransformer, metadata: {name: p}, prefix: x-,"
        " fieldSpecs: [{path: metadata/name}]}"
    ),
    "kustomize/overlay/made.txt": "text",
    "kustomize/overlay/made.env": "A=1\n",
    "kustomize/overlay/replacement.yaml": (
        "source: {kind: ConfigMap, name: more, fieldPath: data.value}\n"
        "targets: [{select: {kind: ConfigMap, name: base}, fieldPaths: [data.value]}]\n"
    ),
    "charts/web/Chart.yaml": _CHART.format(name="web")
    + "dependencies: [{name: lib, version: 1.0.0, repository: 'file://../lib'}]\n",
    "charts/web/values.yaml": "a: 1\n",
    "charts/web/templates/web.yaml": _TEMPLATE,
    "charts/web/files/text.txt": "text",
    "charts/lib/Chart.yaml": _CHART.format(name="lib"),
    "charts/lib/values.yaml": "b: 1\n",
    "charts/lib/templates/lib.yaml": _TEMPLATE,
    "values/one.yaml": "one: 1\n",
    "values/deep/x.yml": "x: 1\n",
    "values/text.txt": "text",
    "README.md": "readme",
}
_LINKS = {"charts/current": "lib", "plain/linked.yaml": "../kustomize/base/config.yaml"}
_EDITS = ("change", "delete", "add", "link", "move")


class Base(NamedTuple):
    """The repository at the base commit, and what its applications render to."""

    place: Path
    rendered: dict[str, str]
    tools: Tools


@pytest.fixture(scope="module")
def base(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Base:
    place = tmp_path_factory.mktemp("proof") / "base"
    for path, text in _FILES.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    for path, target in _LINKS.items():
        (place / path).symlink_to(target)
    _git(place, "init", "--quiet", "--initial-branch=main")
    _commit(place)
    found = find_affected(parse({"working-directory": str(place)}), SubprocessProcess(), {}).applications
    assert {"child", "patched"} <= {each.name for each in found}
    rendered = {each.name: _rendered(each, place, tools) for each in found}
    assert not [text for text in rendered.values() if text.startswith("error")]
    return Base(place, rendered, tools)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(_EDITS), st.sampled_from(sorted(_FILES)), st.sampled_from(sorted(_FILES))),
        min_size=1,
        max_size=2,
    )
)
def test_what_is_not_affected_renders_the_same_at_base_and_at_head(
    base: Base, edits: list[tuple[str, str, str]]
) -> None:
    head = base.place.with_name("head")
    shutil.rmtree(head, ignore_errors=True)
    shutil.copytree(base.place, head, symlinks=True)
    for number, (edit, path, other) in enumerate(edits):
        _apply(edit, head / path, head / other, number)
    _commit(head)

    inputs = parse({"working-directory": str(head)})
    outcome = find_affected(inputs, SubprocessProcess(), {}, base="HEAD^", head="HEAD")

    affected = {each.application.name for each in outcome.found}
    for application in outcome.applications:
        if application.name not in affected:
            assert _rendered(application, head, base.tools) == base.rendered.get(application.name), application.name


def _apply(edit: str, path: Path, other: Path, number: int) -> None:
    """Edit a file, which an edit before may have taken away."""
    new = path.with_name(f"new-{number}{path.suffix}" if number else other.name)
    match edit:
        case "change" if path.is_file():
            path.write_text(path.read_text().replace("value: '0'", "value: '1'") + "\n# changed\n")
        case "delete":
            path.unlink(missing_ok=True)
        case "add" if path.parent.is_dir() and other.is_file() and not os.path.lexists(new):
            new.write_text(other.read_text())
        case "link" if path.is_file() and other != path:
            path.unlink()
            path.symlink_to(os.path.relpath(other, path.parent))
        case "move" if path.is_file() and not os.path.lexists(new):
            path.rename(new)


def _rendered(application: Application, place: Path, tools: Tools) -> str:
    scratch = place.with_name("scratch")
    scratch.mkdir(exist_ok=True)
    context = RenderContext(
        checkout=Checkout.at(str(place)),
        scratch=str(scratch),
        helm=tools.path("helm"),
        kustomize=tools.path("kustomize"),
    )
    try:
        found = render(application, context, SubprocessProcess())
    except ApplicationError as error:
        return f"error: {error.summary}"
    assert not [each for each in found.conditions if each.is_error]
    return "\n".join(str(target.object) for target in found.targets)


def _commit(place: Path) -> None:
    _git(place, "add", "--all")
    _git(place, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "--message=x")


def _git(place: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=place, check=True, capture_output=True)  # noqa: S607 - git is on PATH
