"""``check tasks``: the whole answer for files, as its contract says it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.cli import main
from gitops_action.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Ask = Callable[..., list[str]]

APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  source: {repoURL: "https://github.com/acme/shop", path: shop}
  destination: {server: "https://kubernetes.default.svc", namespace: default}
  syncPolicy: {syncOptions: [%s]}
"""


def an(kind: str, name: str, *, wave: int | None = None, owner: str = "", **more: Any) -> dict[str, Any]:
    versions = {"Deployment": "apps/v1", "Job": "batch/v1", "ClusterRole": "rbac.authorization.k8s.io/v1"}
    version = versions.get(kind, "example.com/v1" if kind in ("Widget", "Planet") else "v1")
    group = version.rpartition("/")[0]
    annotations = dict(more.pop("annotations", {}))
    if wave is not None:
        annotations["argocd.argoproj.io/sync-wave"] = str(wave)
    namespace = more.pop("namespace", "")
    if owner:
        annotations["argocd.argoproj.io/tracking-id"] = f"{owner}:{group}/{kind}:{namespace or 'default'}/{name}"
    metadata = {"name": name, "annotations": annotations} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version, "kind": kind, "metadata": metadata | more.pop("metadata", {}), **more}


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    def asked(
        targets: list[dict[str, Any]],
        live: list[dict[str, Any]],
        *flags: str,
        options: str = "",
        app: bool = True,
        settings: dict[str, str] | None = None,
    ) -> list[str]:
        arguments = ["check", "tasks", *flags]
        for name, found in (("target", targets), ("live", live)):
            path = tmp_path / f"{name}.yaml"
            path.write_text("".join(f"---\n{json.dumps(each)}\n" for each in found))
            arguments += [f"--{name}", str(path)]
        if app:
            (tmp_path / "app.yaml").write_text(APPLICATION % options)
            arguments += ["--app", str(tmp_path / "app.yaml")]
        if settings is not None:
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": settings}
            (tmp_path / "settings.json").write_text(json.dumps(body))
            arguments += ["--settings", str(tmp_path / "settings.json")]
        assert main(arguments) == ExitCode.OK
        tasks = json.loads(capsys.readouterr().out)
        return [
            f"{t['phase']} {t['wave']} {t['action']} {t['kind']} {t['namespace']}/{t['name']}{' (hook)' * t['hook']}"
            for t in tasks
        ]

    return asked


def test_the_answer_has_these_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.json").write_text(json.dumps(an("Deployment", "web", wave=2)))
    (tmp_path / "l.json").write_text("")
    (tmp_path / "a.yaml").write_text(APPLICATION % "")
    files = (
        "--target",
        str(tmp_path / "t.json"),
        "--live",
        str(tmp_path / "l.json"),
        "--app",
        str(tmp_path / "a.yaml"),
    )
    assert main(["check", "tasks", *files]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == [
        {
            "phase": "Sync",
            "wave": 2,
            "group": "apps",
            "kind": "Deployment",
            "namespace": "default",
            "name": "web",
            "action": "apply",
            "hook": False,
        }
    ]


def test_phases_waves_kinds_and_hooks_in_the_order_of_execution(ask: Ask) -> None:
    targets = [
        an("Job", "after", annotations={"argocd.argoproj.io/hook": "PostSync"}),
        an("Deployment", "web"),
        an("ClusterRole", "reader", namespace="default"),
        an("ConfigMap", "late", wave=1),
        an("Job", "before", annotations={"helm.sh/hook": "pre-install", "helm.sh/hook-weight": "-5"}),
    ]
    assert ask(targets, []) == [
        "PreSync -5 create Job default/before (hook)",
        "Sync 0 apply ClusterRole /reader",
        "Sync 0 apply Deployment default/web",
        "Sync 1 apply ConfigMap default/late",
        "PostSync 0 create Job default/after (hook)",
    ]


def test_an_unnamed_hook_gets_its_prefix_and_a_stable_suffix_syn_11(ask: Ask) -> None:
    hook = an("Job", "", annotations={"argocd.argoproj.io/hook": "PreSync"}, metadata={"generateName": "migrate-"})
    del hook["metadata"]["name"]
    assert ask([hook], []) == ["PreSync 0 create Job default/migrate--presync-0 (hook)"]


def test_candidates_are_what_is_tracked_for_the_application_and_no_hook(ask: Ask) -> None:
    live = [
        an("ConfigMap", "ours", owner="shop", namespace="default"),
        an("ConfigMap", "kept", owner="shop", namespace="default", annotations={SYNC_OPTIONS: "Prune=false"}),
        an("ConfigMap", "theirs", owner="other", namespace="default"),
        an("ConfigMap", "nobodys", namespace="default"),
        an("Job", "hook", owner="shop", namespace="default", annotations={"argocd.argoproj.io/hook": "Sync"}),
        an("ConfigMap", "child", owner="shop", namespace="default", metadata={"ownerReferences": [{"uid": "1"}]}),
    ]
    assert ask([], live, "--prune") == [
        "Sync 0 prune-skipped ConfigMap default/kept",
        "Sync 0 prune ConfigMap default/ours",
    ]
    assert ask([], live) == [
        "Sync 0 prune-skipped ConfigMap default/kept",
        "Sync 0 prune-skipped ConfigMap default/ours",
    ]


SYNC_OPTIONS = "argocd.argoproj.io/sync-options"


def test_without_an_application_it_is_the_one_for_which_live_objects_are_tracked(ask: Ask) -> None:
    live = [an("ConfigMap", "old", owner="shop", namespace="default")]
    assert ask([], live, "--prune", app=False) == ["Sync 0 prune ConfigMap default/old"]
    assert ask([], [*live, an("Secret", "s", owner="other", namespace="default")], "--prune", app=False) == []


def test_prune_waves_are_reversed_and_prune_last_comes_last_syn_20_syn_21(ask: Ask) -> None:
    live = [an("ConfigMap", f"w{wave}", owner="shop", namespace="default", wave=wave) for wave in (1, 3, 4)]
    targets = [an("ConfigMap", "new", wave=7)]
    assert ask(targets, live, "--prune") == [
        "Sync 1 prune ConfigMap default/w4",
        "Sync 3 prune ConfigMap default/w3",
        "Sync 4 prune ConfigMap default/w1",
        "Sync 7 apply ConfigMap default/new",
    ]
    assert ask(targets, live, "--prune", options="PruneLast=true") == [
        "Sync 7 apply ConfigMap default/new",
        "Sync 8 prune ConfigMap default/w1",
        "Sync 8 prune ConfigMap default/w3",
        "Sync 8 prune ConfigMap default/w4",
    ]


def test_a_missing_namespace_is_created_before_all_syn_44(ask: Ask) -> None:
    expected = ["PreSync 0 apply Namespace /default", "Sync 0 apply ConfigMap default/a"]
    assert ask([an("ConfigMap", "a")], [], options="CreateNamespace=true") == expected
    there = an("Namespace", "default")
    assert ask([an("ConfigMap", "a")], [there], options="CreateNamespace=true") == expected[1:]


def test_only_what_is_out_of_sync_where_the_application_asks_for_it(ask: Ask) -> None:
    same, changed = an("ConfigMap", "same", data={"a": "1"}), an("ConfigMap", "changed", data={"a": "2"})
    live = [
        an("ConfigMap", "same", owner="shop", namespace="default", data={"a": "1"}),
        an("ConfigMap", "changed", owner="shop", namespace="default", data={"a": "1"}),
    ]
    targets = [same, changed, an("ConfigMap", "new")]
    assert ask(targets, live, options="ApplyOutOfSyncOnly=true") == [
        "Sync 0 apply ConfigMap default/changed",
        "Sync 0 apply ConfigMap default/new",
    ]
    assert ask(targets, live)[2] == "Sync 0 apply ConfigMap default/same"


def test_the_scope_of_a_custom_kind_is_that_of_its_crd_or_of_what_lives(ask: Ask) -> None:
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Cluster", "names": {"kind": "Widget"}},
    }
    tasks = ask([an("Widget", "a", wave=-1), crd, an("Planet", "b")], [an("Planet", "c")])
    assert tasks == [
        "Sync -1 apply CustomResourceDefinition /widgets.example.com",
        "Sync -1 apply Widget /a",
        "Sync 0 apply Planet /b",
    ]


def test_the_same_object_twice_is_one_task_and_a_warning(
    ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask([an("ConfigMap", "a"), an("ConfigMap", "a", wave=3)], []) == ["Sync 3 apply ConfigMap default/a"]
    main(["check", "tasks", "--target", str(tmp_path / "target.yaml"), "--live", str(tmp_path / "live.yaml")])
    assert "warning: Resource /ConfigMap//a appeared 2 times" in capsys.readouterr().err


def test_tracking_and_exclusions_are_those_of_the_settings(ask: Ask) -> None:
    live = [
        an("ConfigMap", "old", namespace="default", metadata={"labels": {"team/app": "shop"}}),
        an("Secret", "old", namespace="default", metadata={"labels": {"team/app": "shop"}}),
    ]
    settings = {
        "application.resourceTrackingMethod": "label",
        "application.instanceLabelKey": "team/app",
        "resource.exclusions": '[{apiGroups: [""], kinds: [Secret]}]',
    }
    assert ask([], live, "--prune", settings=settings) == ["Sync 0 prune ConfigMap default/old"]


def test_a_file_that_is_wrong_is_an_error_naming_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.yaml")
    assert main(["check", "tasks", "--target", missing, "--live", missing]) == ExitCode.USAGE
    assert missing in capsys.readouterr().err
