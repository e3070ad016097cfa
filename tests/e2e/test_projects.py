"""What an AppProject forbids is shown in a review, stops a sync before its first change, and is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode
from tests.e2e.scene import application, config_map, document, says

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

SECRET = document({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"a": "b"}})
NO_SECRETS = "namespaceResourceBlacklist: [{group: '', kind: Secret}]"


def project(namespace: str, more: str = "", repositories: str = "**") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team}\n"
        f'spec:\n  sourceRepos: ["{repositories}"]\n  destinations: [{{name: in-cluster, namespace: "{namespace}"}}]\n'
        f"  {more}\n"
    )


def team(scene: Scene, *manifests: str, name: str = "web") -> dict[str, str | None]:
    """Return the files of an application of the project."""
    return {
        f"apps/{name}.yaml": application(name, scene.namespace).replace("project: default", "project: team"),
        f"{name}/manifests.yaml": "".join(manifests),
    }


def test_a_kind_that_is_not_permitted_is_unknown_in_a_diff_and_refuses_the_sync(scene: Scene) -> None:
    scene.write({"team.yaml": project(scene.namespace, NO_SECRETS), **team(scene, config_map("settings"), SECRET)})
    reason = "resource :Secret is not permitted in project team"
    says(scene.cli("diff"), ExitCode.REFUSED, f"web Secret {scene.namespace}/key", reason)
    says(scene.cli("sync"), ExitCode.REFUSED, f"web: not synced: {reason}")
    assert scene.get("v1/configmaps/settings") is None


def test_the_namespace_that_a_sync_would_create_has_to_be_permitted(scene: Scene) -> None:
    files = team(scene, config_map("settings"))
    app = str(files["apps/web.yaml"]).replace(f"namespace: {scene.namespace}}}", f"namespace: {scene.namespace}-new}}")
    creating = app.replace("automated: {prune: true}", "syncOptions: [CreateNamespace=true]")
    scene.write({**files, "apps/web.yaml": creating, "team.yaml": project(f"{scene.namespace}*")})
    reason = "web: not synced: resource :Namespace is not permitted in project team"
    says(scene.cli("diff"), ExitCode.REFUSED, reason)
    says(scene.cli("sync"), ExitCode.REFUSED, reason)
    permitted = "clusterResourceWhitelist: [{group: '', kind: Namespace, name: test-*}]"
    scene.write({"team.yaml": project(f"{scene.namespace}*", permitted)})
    says(scene.cli("sync"), ExitCode.OK)


def test_a_destination_and_a_source_that_are_not_permitted_keep_it_from_being_rendered(scene: Scene) -> None:
    scene.write({"team.yaml": project("elsewhere", repositories="https://github.com/other/*"), **team(scene, "not: [")})
    ran = scene.cli("diff")
    says(
        ran, ExitCode.USAGE, "application repo https://github.com/octo-org/shop.git is not permitted in project 'team'"
    )
    scene.write({"team.yaml": project("elsewhere")})
    says(scene.cli("sync"), ExitCode.USAGE, f"and namespace '{scene.namespace}' do not match any of the allowed")


def test_trk_13_what_was_permitted_once_is_not_pruned_when_it_no_longer_is(scene: Scene) -> None:
    scene.write({"team.yaml": project(scene.namespace), **team(scene, config_map("settings"), SECRET)})
    says(scene.cli("sync"), ExitCode.OK)
    scene.write({"team.yaml": project(scene.namespace, NO_SECRETS), **team(scene, config_map("settings"))})
    says(scene.cli("sync"), ExitCode.OK)
    assert scene.get("v1/secrets/key") is not None
