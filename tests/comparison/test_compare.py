"""Targets against live objects, row by row: what is synced, what is not, what nobody can tell, and what is not ours."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.application.application import Application, Destination, SyncPolicy
from gitops_action.application.settings import ResourceFilter
from gitops_action.comparison.compare import compare
from gitops_action.comparison.exclusion import ResourceExclusion
from gitops_action.comparison.selection import select
from gitops_action.errors import ApiError, ClusterError, Conflict, Forbidden, Invalid
from gitops_action.resource import Resource, ResourceKey
from gitops_action.resource.tracking import TRACKING_ID, Tracking, TrackingMethod
from tests.comparison.objects import resources
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.comparison.model import Comparison, ResourceComparison
    from tests.fake_cluster import Call

SHOP = "default"
TRACKING = Tracking(instance="shop", namespace=SHOP)
FULL: tuple[ResourceKey, ...] = ()
"""The inventory of a record that names nothing."""


def config(name: str, *, namespace: str = SHOP, annotations: str = "{}", value: str = "1", more: str = "") -> Resource:
    text = f"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: {name}, namespace: {namespace}, annotations: {annotations}{more}}}
        data: {{key: "{value}"}}
    """
    return resources(text)[0]


def application(**differing: Any) -> Application:
    return Application(**{"name": "shop", "destination": Destination(namespace=SHOP), **differing})


def synced(cluster: FakeCluster, *targets: Resource, tracking: Tracking = TRACKING) -> None:
    """Apply targets as a sync does."""
    for target in select(targets, tracking, cluster.catalog(), lambda _: False).compared:
        kind = cluster.catalog().find(target)
        assert kind is not None
        cluster.apply(kind, target)
    cluster.calls.clear()


def compared(
    cluster: FakeCluster, *targets: Resource, inventory: Sequence[ResourceKey] | None = FULL, **differing: Any
) -> Comparison:
    options = {"application": application(), "tracking": TRACKING, **differing}
    return compare(
        options.pop("application"), targets, options.pop("tracking"), cluster, inventory=inventory, parallelism=4,
        **options,
    )  # fmt: skip


def table(comparison: Comparison) -> list[str]:
    """Return a line a row: name, status, method and what is remarkable."""
    return [_line(row) for row in comparison.resources]


def _line(row: ResourceComparison) -> str:
    facts = {
        "adopts": row.adopts,
        "prune": row.requires_pruning,
        "hook": row.is_hook,
        f"obstacle={row.obstacle}": row.obstacle,
        f"refusal={row.refusal}": row.refusal,
        f"unknown={row.unknown}": row.unknown,
    }
    words = [f"{row.key.kind}/{row.key.name}", row.status or "-", row.method]
    return " | ".join([*words, *(fact for fact, holds in facts.items() if holds)])


def refuse(error: ClusterError, **matching: Any) -> Callable[[Call], None]:
    """Return what makes a fake refuse the requests that match."""

    def before(call: Call) -> None:
        if all(getattr(call, name) == value for name, value in matching.items()):
            raise error

    return before


# --- statuses --------------------------------------------------------------------------------------------------------


def test_sst17_nothing_in_git_and_nothing_live_is_synced() -> None:
    comparison = compared(FakeCluster())
    assert (comparison.status, comparison.resources) == ("Synced", ())


def test_what_was_applied_is_synced_without_a_dry_run() -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"), config("b"))
    comparison = compared(cluster, config("a"), config("b"))
    assert table(comparison) == [
        "ConfigMap/a | Synced | owned-fields walk",
        "ConfigMap/b | Synced | owned-fields walk",
    ]
    assert comparison.status == "Synced"
    assert [(call.verb, call.kind) for call in cluster.calls] == [("list", "ConfigMap")]


def test_sst16_rows_are_sorted_and_tell_what_comes_changes_and_goes() -> None:
    cluster = FakeCluster()
    synced(cluster, config("same"), config("changed"), config("gone"))
    comparison = compared(cluster, config("same"), config("new"), config("changed", value="2"))
    assert table(comparison) == [
        "ConfigMap/changed | OutOfSync | server-side dry run",
        "ConfigMap/gone | OutOfSync | not in Git | prune",
        "ConfigMap/new | OutOfSync | not in the cluster",
        "ConfigMap/same | Synced | owned-fields walk",
    ]
    assert comparison.status == "OutOfSync"
    predicted = {row.key.name: row.predicted.object["data"] for row in comparison.resources if row.predicted}
    assert predicted == {"changed": {"key": "2"}, "new": {"key": "1"}}


def test_a_target_in_a_row_is_the_object_that_is_sent_tracked_and_folded() -> None:
    [secret] = resources("""
        apiVersion: v1
        kind: Secret
        metadata: {name: s, namespace: default}
        stringData: {a: x}
    """)
    [row] = compared(FakeCluster(), secret).resources
    assert row.target is not None
    assert row.target.object == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "s",
            "namespace": "default",
            "annotations": {TRACKING_ID: "shop:/Secret:default/s"},
            "labels": {"argocd.argoproj.io/instance": "shop"},
        },
        "data": {"a": "eA=="},
    }


def test_sst5_an_extraneous_object_shows_and_does_not_count() -> None:
    cluster = FakeCluster()
    synced(cluster, config("extra", annotations="{argocd.argoproj.io/compare-options: IgnoreExtraneous}"))
    comparison = compared(cluster, inventory=[ResourceKey("", "ConfigMap", SHOP, "extra")])
    assert table(comparison) == ["ConfigMap/extra | OutOfSync | not in Git | prune"]
    assert comparison.status == "Synced"


def test_sst6_prune_false_does_not_change_the_status() -> None:
    cluster = FakeCluster()
    synced(cluster, config("kept", annotations="{argocd.argoproj.io/sync-options: Prune=false}"))
    assert compared(cluster, inventory=[ResourceKey("", "ConfigMap", SHOP, "kept")]).status == "OutOfSync"


def test_syn6_hooks_are_set_aside_and_skipped_objects_have_no_status() -> None:
    cluster = FakeCluster()
    hook = config("hook", annotations="{argocd.argoproj.io/hook: PreSync}")
    skipped = config("skipped", annotations="{argocd.argoproj.io/hook: Skip}")
    ignored = config("ignored", annotations="{argocd.argoproj.io/hook: PostDelete}")
    comparison = compared(cluster, hook, skipped, ignored, config("plain"))
    assert table(comparison) == [
        "ConfigMap/plain | OutOfSync | not in the cluster",
        "ConfigMap/skipped | - | not compared",
    ]
    assert [hook.name for hook in comparison.hooks] == ["hook"]
    assert comparison.hooks[0].annotations[TRACKING_ID] == "shop:/ConfigMap:default/hook"


def test_a_live_hook_is_no_candidate_for_pruning() -> None:
    cluster = FakeCluster()
    synced(cluster, config("plain"))
    live = TRACKING.mark(config("hook", annotations="{argocd.argoproj.io/hook: PostSync}"))
    cluster.put(live.object)
    assert table(compared(cluster, config("plain"))) == [
        "ConfigMap/hook | - | not compared | hook",
        "ConfigMap/plain | Synced | owned-fields walk",
    ]


# --- what is ours ----------------------------------------------------------------------------------------------------


def test_trk12_without_a_record_the_annotation_alone_finds_what_to_prune() -> None:
    by_annotation = Tracking(instance="shop", namespace=SHOP, method=TrackingMethod.ANNOTATION)
    cluster = FakeCluster(by_annotation.mark(config("gone")).object, config("foreign").object)
    found = compared(cluster, config("new"), inventory=None)
    assert table(found) == [
        "ConfigMap/gone | OutOfSync | not in Git | prune",
        "ConfigMap/new | OutOfSync | not in the cluster",
    ]
    assert table(compared(cluster, config("new"))) == ["ConfigMap/new | OutOfSync | not in the cluster"]


def test_what_the_inventory_names_is_read_by_name_if_no_list_holds_it() -> None:
    by_annotation = Tracking(instance="shop", namespace=SHOP, method=TrackingMethod.ANNOTATION)
    cluster = FakeCluster(by_annotation.mark(config("unlabelled", namespace="kube-system")).object)
    inventory = [ResourceKey("", "ConfigMap", "kube-system", "unlabelled"), ResourceKey("", "ConfigMap", SHOP, "gone")]
    assert table(compared(cluster, inventory=inventory)) == ["ConfigMap/unlabelled | OutOfSync | not in Git | prune"]


def test_an_inventory_of_a_kind_that_is_no_longer_served_is_gone_with_it() -> None:
    assert compared(FakeCluster(), inventory=[ResourceKey("gone.example", "Old", SHOP, "a")]).status == "Synced"


@pytest.mark.parametrize(
    ("annotations", "more"),
    [
        pytest.param("{}", "", id="tracked for nobody"),
        pytest.param("{argocd.argoproj.io/tracking-id: 'other:/ConfigMap:default/a'}", "", id="another application's"),
        pytest.param("{argocd.argoproj.io/tracking-id: 'shop:/ConfigMap:default/original'}", "", id="a copy (TRK-15)"),
        pytest.param("{argocd.argoproj.io/tracking-id: 'shop:/Secret:default/a'}", "", id="a copy of another kind"),
        pytest.param("{argocd.argoproj.io/tracking-id: nonsense}", "", id="not a tracking-id (TRK-6)"),
        pytest.param(
            "{argocd.argoproj.io/tracking-id: 'shop:/ConfigMap:default/a'}",
            ", ownerReferences: [{kind: Job, name: x, uid: u}]",
            id="a controller's child (TRK-12)",
        ),
    ],
)
def test_what_is_not_ours_is_never_pruned(annotations: str, more: str) -> None:
    cluster = FakeCluster(config("a", annotations=annotations, more=more).object)
    comparison = compared(cluster, inventory=[ResourceKey("", "ConfigMap", SHOP, "a")])
    assert (comparison.status, comparison.resources) == ("Synced", ())


def test_trk8_crds_are_neither_tracked_nor_pruned() -> None:
    [crd] = resources("""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: things.example.com
          annotations:
            argocd.argoproj.io/tracking-id: >-
              shop:apiextensions.k8s.io/CustomResourceDefinition:default/things.example.com
        spec: {group: example.com, names: {kind: Thing, plural: things}, scope: Namespaced, versions: []}
    """)
    cluster = FakeCluster(crd.object)
    key = ResourceKey("apiextensions.k8s.io", "CustomResourceDefinition", "", "things.example.com")
    assert compared(cluster, inventory=[key]).resources == ()
    [row] = compared(cluster, crd).resources
    assert row.adopts is False


def test_adoption_an_untracked_object_is_named_and_one_of_another_application_is_refused() -> None:
    other = "{argocd.argoproj.io/tracking-id: 'team_billing:/ConfigMap:default/theirs'}"
    owner = ", ownerReferences: [{kind: Deployment, name: op, uid: u, controller: true}]"
    cluster = FakeCluster(
        config("free").object,
        config("theirs", annotations=other).object,
        config("child", more=owner).object,
    )
    comparison = compared(cluster, config("free"), config("theirs"), config("child"))
    assert table(comparison) == [
        "ConfigMap/child | OutOfSync | server-side dry run | adopts | obstacle=controlled by Deployment op",
        "ConfigMap/free | OutOfSync | server-side dry run | adopts",
        "ConfigMap/theirs | OutOfSync | server-side dry run | obstacle=tracked by application team/billing",
    ]
    assert [condition.message for condition in comparison.conditions] == [
        "ConfigMap/theirs is part of applications shop and team/billing",
        "removed fields cannot be seen in ConfigMap free: no tool that applies manifests is on record as the writer",
    ]


def test_trk20_trk21_excluded_kinds_are_left_alone_with_a_word() -> None:
    [lease] = resources("{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l, namespace: default}}")
    comparison = compared(FakeCluster(), lease)
    assert (comparison.status, comparison.resources) == ("Synced", ())
    assert [condition.message for condition in comparison.conditions] == [
        "Resource coordination.k8s.io/Lease l is excluded in the settings"
    ]


def test_trk22_an_exclusion_of_the_settings_also_spares_live_objects() -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"))
    exclusion = ResourceExclusion(exclusions=[ResourceFilter(kinds=("ConfigMap",))])
    inventory = [ResourceKey("", "ConfigMap", SHOP, "a")]
    assert compared(cluster, inventory=inventory, excluded=exclusion).resources == ()


# --- requests --------------------------------------------------------------------------------------------------------


def test_from_four_namespaces_on_a_kind_is_listed_once_for_the_cluster() -> None:
    names = ["n1", "n2", "n3"]
    spaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names]
    cluster = FakeCluster(*spaces)
    targets = [config("a", namespace=name) for name in names]
    synced(cluster, *targets)
    assert compared(cluster, *targets).status == "Synced"
    assert [(call.verb, call.namespace) for call in cluster.calls] == [("list", "")]


def test_a_cluster_wide_list_that_is_refused_is_made_by_namespace() -> None:
    names = ["n1", "n2", "n3"]
    cluster = FakeCluster(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names))
    targets = [config("a", namespace=name) for name in names]
    synced(cluster, *targets)
    cluster.before = refuse(Forbidden("no", status=403), verb="list", namespace="")
    comparison = compared(cluster, *targets)
    assert (comparison.status, comparison.conditions) == ("Synced", ())


def test_many_missing_objects_are_listed_and_few_are_read_one_by_one() -> None:
    objects = [config(f"c{number}") for number in range(8)]
    cluster = FakeCluster(*(found.object for found in objects))
    compared(cluster, *objects)
    assert Counter(call.verb for call in cluster.calls if not call.dry_run) == {"list": 2}
    cluster.calls.clear()
    compared(cluster, *objects[:3])
    assert Counter(call.verb for call in cluster.calls if not call.dry_run) == {"list": 1, "get": 3}


# --- what nobody can tell --------------------------------------------------------------------------------------------


def test_sst15_a_kind_that_cannot_be_listed_leaves_open_what_is_to_be_pruned() -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"))
    cluster.before = refuse(Forbidden("configmaps is forbidden", status=403, reason="Forbidden"), verb="list")
    comparison = compared(cluster, config("a"))
    assert table(comparison) == ["ConfigMap/a | Synced | owned-fields walk"]
    assert comparison.status == "Unknown"
    [condition] = comparison.conditions
    assert condition.message == (
        "Failed to load live state: cannot list ConfigMap in namespace default: configmaps is forbidden. "
        "Whether something is to be pruned there is unknown."
    )
    assert "verb list on configmaps in " in condition.remedy


def test_an_object_that_cannot_be_read_is_unknown_and_never_synced() -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"))
    cluster.before = lambda call: (
        refuse(Forbidden("forbidden", status=403))(call) if call.verb in ("get", "list") else None
    )
    comparison = compared(cluster, config("a"))
    assert table(comparison) == ["ConfigMap/a | Unknown | not compared | unknown=cannot be read: forbidden"]
    assert comparison.status == "Unknown"


NO_RIGHT = (
    'configmaps "a" is forbidden: User "ci" cannot patch resource "configmaps" in API group "" '
    'in the namespace "default"'
)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        pytest.param(
            Invalid("data: Forbidden: field is immutable when `immutable` is set", status=422, reason="Invalid"),
            "OutOfSync | server-side dry run | refusal=data: Forbidden: field is immutable when `immutable` is set",
            id="the server will not have it",
        ),
        pytest.param(
            Forbidden('admission webhook "policy" denied the request: no latest', status=403),
            'OutOfSync | server-side dry run | refusal=admission webhook "policy" denied the request: no latest',
            id="a policy will not have it",
        ),
        pytest.param(Forbidden(NO_RIGHT, status=403), "OutOfSync | compared on the client", id="no right to ask"),
        pytest.param(Forbidden("expired", status=401), "Unknown | not compared | unknown=expired", id="no credentials"),
        pytest.param(
            ApiError("failed calling webhook: timeout", status=500, reason="InternalError"),
            "Unknown | not compared | unknown=failed calling webhook: timeout",
            id="a webhook that does not answer",
        ),
        pytest.param(
            Invalid('admission webhook "x" does not support dry run', status=400),
            'Unknown | not compared | unknown=admission webhook "x" does not support dry run',
            id="a webhook that cannot dry-run",
        ),
        pytest.param(
            Conflict("modified", status=409), "Unknown | not compared | unknown=modified", id="it changes right now"
        ),
        pytest.param(ClusterError("no answer"), "Unknown | not compared | unknown=no answer", id="no answer"),
    ],
)
def test_a_refused_dry_run_is_shown_as_such_and_an_undecided_one_is_unknown(error: ClusterError, line: str) -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"))
    cluster.before = refuse(error, dry_run=True)
    assert table(compared(cluster, config("a", value="2"))) == [f"ConfigMap/a | {line}"]


def test_a_refusal_of_what_looks_equal_is_unknown_for_the_server_did_not_compare() -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"))
    [live] = cluster.objects("ConfigMap")
    cluster.put(live.with_metadata(managedFields=[]).object)
    cluster.before = refuse(Invalid("denied", status=422), dry_run=True)
    comparison = compared(cluster, config("a"))
    assert table(comparison) == ["ConfigMap/a | Unknown | server-side dry run | refusal=denied | unknown=denied"]
    assert comparison.status == "Unknown"


def test_an_immutable_field_comes_with_the_remedy() -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"))
    cluster.before = refuse(Invalid("spec.selector: field is immutable", status=422), dry_run=True)
    [row] = compared(cluster, config("a", value="2")).resources
    assert row.remedy == (
        "To delete and recreate it, annotate it with `argocd.argoproj.io/sync-options: Force=true,Replace=true`; "
        "otherwise give it a new name."
    )


def test_a_refusal_never_repeats_the_value_of_a_secret() -> None:
    [secret] = resources("""
        apiVersion: v1
        kind: Secret
        metadata: {name: s, namespace: default}
        stringData: {password: hunter2, pin: "7"}
    """)
    cluster = FakeCluster()
    words = 'data.password: Invalid value: "aHVudGVyMg==": hunter2 is weak, and so is "7"'
    cluster.before = refuse(Invalid(words, status=422), dry_run=True)
    [row] = compared(cluster, secret).resources
    assert row.refusal == 'data.password: Invalid value: "(hidden)": (hidden) is weak, and so is "(hidden)"'


# --- what the same change brings -------------------------------------------------------------------------------------

CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {group: example.com, scope: Namespaced, names: {kind: Thing, plural: things}, versions: [{name: v1}]}
"""
THING = "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t, namespace: default}}"


def test_a_kind_that_the_same_change_defines_is_an_addition() -> None:
    assert table(compared(FakeCluster(), *resources(CRD), *resources(THING))) == [
        "CustomResourceDefinition/things.example.com | OutOfSync | not in the cluster",
        "Thing/t | OutOfSync | not in the cluster",
    ]


def test_a_kind_that_nobody_defines_is_unknown_with_a_remedy() -> None:
    [row] = compared(FakeCluster(), *resources(THING)).resources
    assert (row.status, row.kind) == ("Unknown", None)
    assert row.unknown == "the cluster does not know the kind Thing of example.com/v1"
    assert row.remedy == "Install its CustomResourceDefinition first, or add it to the application."


def test_a_version_that_is_no_longer_served_is_unknown_with_the_one_that_is() -> None:
    [row] = compared(
        FakeCluster(),
        *resources("{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: d, namespace: default}}"),
    ).resources
    assert (row.status, row.unknown) == ("Unknown", "the cluster does not serve Deployment as apps/v1beta1")
    assert row.remedy == "It serves apps/v1: change the object's apiVersion."


def test_objects_in_a_namespace_of_the_same_change_are_additions_without_a_dry_run() -> None:
    [namespace] = resources("{apiVersion: v1, kind: Namespace, metadata: {name: fresh}}")
    cluster = FakeCluster()
    comparison = compared(cluster, namespace, config("a", namespace="fresh"))
    assert table(comparison) == [
        "ConfigMap/a | OutOfSync | not in the cluster",
        "Namespace/fresh | OutOfSync | not in the cluster",
    ]
    assert [call.kind for call in cluster.calls if call.dry_run] == ["Namespace"]


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("CreateNamespace=true",), ["ConfigMap/a | OutOfSync | not in the cluster"]),
        ((), ['ConfigMap/a | OutOfSync | not in the cluster | refusal=namespaces "fresh" not found']),
    ],
)
def test_a_missing_namespace_is_a_refusal_unless_the_sync_creates_it(
    options: tuple[str, ...], lines: list[str]
) -> None:
    app = application(destination=Destination(namespace="fresh"), sync_policy=SyncPolicy(sync_options=options))
    assert table(compared(FakeCluster(), config("a", namespace="fresh"), application=app)) == lines


def test_w18_include_mutation_webhook_turns_the_walk_off() -> None:
    cluster = FakeCluster()
    synced(cluster, config("a"))
    app = application(annotations={"argocd.argoproj.io/compare-options": "IncludeMutationWebhook=true"})
    assert table(compared(cluster, config("a"), application=app)) == ["ConfigMap/a | Synced | server-side dry run"]


def test_a_cluster_that_does_not_answer_ends_the_comparison() -> None:
    cluster = FakeCluster()
    cluster.before = refuse(ClusterError("no answer"), verb="list")
    with pytest.raises(ClusterError, match="no answer"):
        compared(cluster, config("a"))
