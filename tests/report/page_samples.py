"""Reports as the page shows them: everything that it can show at once, and one of five thousand objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gitops_action.report.model import (
    ApplicationReport,
    ChangeKind,
    HiddenReport,
    HistoryReport,
    Mode,
    Report,
    ResourceReport,
    TreeNodeReport,
)
from tests.report import samples
from tests.report.samples import NOON, a_report, a_resource, an_application

_HEALTHY: dict[str, Any] = {"health_status": "Healthy"}


def _replicas(deployment: str, count: int, *, crashing: int = 0) -> tuple[TreeNodeReport, ...]:
    """Return a Deployment's ReplicaSet and its Pods."""
    parent = f"apps/Deployment/shop/{deployment}"
    own = f"apps/ReplicaSet/shop/{deployment}-6d8f"
    replica_set = TreeNodeReport(
        id=own,
        parent=parent,
        group="apps",
        version="v1",
        kind="ReplicaSet",
        namespace="shop",
        name=f"{deployment}-6d8f",
        health_status="Healthy",
        created=NOON - 86_400 * 12,
        info=("revision 14",),
    )
    pods = (
        TreeNodeReport(
            id=f"/Pod/shop/{deployment}-6d8f-{number:05}",
            parent=own,
            group="",
            version="v1",
            kind="Pod",
            namespace="shop",
            name=f"{deployment}-6d8f-{number:05}",
            health_status="Degraded" if number < crashing else "Healthy",
            health_message="back-off 5m0s restarting failed container" if number < crashing else "",
            created=NOON - 3_600 * 5,
            info=("4 restarts",) if number < crashing else ("node-3",),
        )
        for number in range(count)
    )
    return (replica_set, *pods)


def _history() -> tuple[HistoryReport, ...]:
    return tuple(
        HistoryReport(
            id=number,
            revision=f"{number:x}b71e04f0a5be64c1e4d16d1d4db08a8b4f4f3a1"[:40],
            phase="Failed" if number == 12 else "Succeeded",
            initiator="mona" if number % 2 else "hubot",
            run_url=f"https://github.com/acme/platform/actions/runs/{1_234_500_000 + number}",
            started=NOON - (15 - number) * 86_400,
            finished=NOON - (15 - number) * 86_400 + 38,
            can_roll_back=number > 10,
        )
        for number in (14, 13, 12, 11, 10)
    )


def _shop() -> tuple[ResourceReport, ...]:
    """Return the objects of an application that has something of everything."""
    return (
        replace(
            samples.attributed().applications[0].resources[0],
            wave=1,
            file="deploy/shop/storefront.yaml",
            line=1,
            hidden=(HiddenReport(rule="jsonPointer:/spec/replicas", path="/spec/replicas"),),
            **_HEALTHY,
        ),
        a_resource("Deployment", "search", group="apps", wave=1, **_HEALTHY),
        a_resource("Service", "storefront", wave=1, **_HEALTHY),
        a_resource("Ingress", "storefront", group="networking.k8s.io", wave=2, **_HEALTHY),
        a_resource("HorizontalPodAutoscaler", "storefront", group="autoscaling", **_HEALTHY),
        a_resource(
            "ConfigMap",
            "flags",
            ChangeKind.CHANGED,
            diff='@@ data @@\n-  checkout: "on"\n-  limit: "250"\n+  checkout: "off"\n+  limit: "400"\n'
            "@@ data.app.yaml @@\n   server:\n     port: 8080\n-    timeout: 30s # for slow banks\n"
            "+    timeout: 45s # for slow banks\n     keepalive: true\n",
            attribution="change",
            wave=-1,
            file="deploy/shop/flags.yaml",
            line=3,
        ),
        replace(samples.SECRET, namespace="shop", name="storefront-env", wave=-1, attribution="change"),
        replace(samples.LEGACY_SERVICE, namespace="shop", attribution="change"),
        samples.MIGRATION,
        *(a_resource("ConfigMap", f"theme-{number}", wave=-1) for number in range(14)),
    )


def everything() -> Report:
    """Return a review with something of everything."""
    shop = an_application(
        "storefront",
        *_shop(),
        tree=(*_replicas("storefront", 3, crashing=1), *_replicas("search", 12)),
        history=_history(),
    )
    others = samples.mixed().applications
    team = tuple(
        an_application(
            f"team-{name}",
            *(a_resource("Deployment", f"{name}-{number}", group="apps", **_HEALTHY) for number in range(6)),
            cluster=cluster,
            destination_namespace=name,
            health_status=health,
        )
        for name, cluster, health in (
            ("billing", "prod-eu", "Healthy"),
            ("catalog", "prod-eu", "Progressing"),
            ("identity", "prod-us", "Healthy"),
            ("mail", "prod-us", "Suspended"),
            ("reviews", "prod-eu", "Healthy"),
        )
    )
    kept = tuple(each for each in others if each.name != "storefront")
    return a_report(shop, *kept, *team, github_requests=6, cache_hits=9, cache_misses=2)


def a_sync() -> Report:
    """Return a sync whose waves took their time, and of which something failed."""

    def done(resource: ResourceReport, start: float, end: float, **fields: Any) -> ResourceReport:
        known: dict[str, Any] = {"result": "Synced", "result_message": "configured", "sync_phase": "Sync", **_HEALTHY}
        return replace(resource, started=NOON + start, finished=NOON + end, **(known | fields))

    job = done(
        samples.MIGRATION, 0.4, 11.2, sync_phase="PreSync", result_phase="Succeeded", result_message="Job completed"
    )
    rows = _shop()
    waves = tuple(
        done(row, 11.5 + 8 * (row.wave + 1) + at * 0.15, 15.5 + 8 * (row.wave + 1) + at * 0.5)
        for at, row in enumerate(rows)
        if row.change is not ChangeKind.HOOK and row.change is not ChangeKind.REMOVED
    )
    crash = replace(
        waves[0],
        finished=NOON + 58,
        health_status="Degraded",
        health_message='Deployment "storefront" exceeded its progress deadline',
    )
    smoke = done(
        a_resource("Job", "smoke-test", ChangeKind.HOOK, group="batch", hook="PostSync"),
        58.2,
        63.0,
        sync_phase="PostSync",
        result_phase="Failed",
        result_message="Job has reached the specified backoff limit",
    )
    failed = samples.sync_failed().applications
    application = replace(
        failed[0], resources=(job, crash, *waves[1:], smoke), history=_history(), exit_code=5, sync_status="Synced"
    )
    return a_report(application, *failed[1:], mode=Mode.SYNC, event="push", base="", finished=NOON + 64)


def five_thousand(*, changed: int = 250) -> Report:
    """Return ten applications of five hundred objects each, of which every so many differ."""
    kinds = (("ConfigMap", ""), ("Secret", ""), ("Service", ""), ("Deployment", "apps"), ("ServiceAccount", ""))

    def one(number: int) -> ResourceReport:
        kind, group = kinds[number % len(kinds)]
        name = f"{kind.lower()}-{number:04}"
        if number % (5_000 // changed):
            return a_resource(kind, name, group=group, namespace=f"team-{number % 40}", **_HEALTHY)
        lines = "".join(
            f"-  setting-{at}: value-{number}-{at}\n+  setting-{at}: changed-{number}-{at}\n" for at in range(12)
        )
        return a_resource(
            kind, name, ChangeKind.CHANGED, group=group, namespace=f"team-{number % 40}", diff=f"@@ data @@\n{lines}"
        )

    applications: list[ApplicationReport] = [
        an_application(f"platform-{index}", *(one(index * 500 + at) for at in range(500))) for index in range(10)
    ]
    return a_report(*applications)
