"""Reports that the renderers are shown with: small, mixed, hostile and far too large."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gitops_action.report.model import (
    ApplicationReport,
    ChangeKind,
    ConditionReport,
    ImageChange,
    Mode,
    Report,
    ResourceReport,
)

HEADER = "<!-- gitops-action:v1 eyJtb2RlIjoiZGlmZiJ9 -->"
NOON = 1_795_435_200.0


def a_report(*applications: ApplicationReport, mode: Mode = Mode.DIFF, **fields: Any) -> Report:
    known: dict[str, Any] = {
        "repository": "acme/platform",
        "commit": "9b71e04f0a5be64c1e4d16d1d4db08a8b4f4f3a1",
        "head": "c0ffee4f0a5be64c1e4d16d1d4db08a8b4f4f3a1",
        "base": "77aa510f0a5be64c1e4d16d1d4db08a8b4f4f3a1",
        "branch": "main",
        "event": "pull_request",
        "pull_request": 42,
        "run_url": "https://github.com/acme/platform/actions/runs/1234567890",
        "run_id": 1234567890,
        "run_attempt": 1,
        "actor": "mona",
        "started": NOON,
        "finished": NOON + 1.8,
        "requests": 14,
        "version": "0.1.0",
    }
    return Report(mode=mode, applications=applications, **(known | fields))


def an_application(name: str, *resources: ResourceReport, **fields: Any) -> ApplicationReport:
    differs = any(each.change in {ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.REMOVED} for each in resources)
    known: dict[str, Any] = {
        "namespace": "argocd",
        "project": "default",
        "cluster": "prod-eu",
        "destination_namespace": "shop",
        "revision": "9b71e04f0a5be64c1e4d16d1d4db08a8b4f4f3a1",
        "sync_status": "OutOfSync" if differs else "Synced",
        "health_status": "Healthy",
        "exit_code": 1 if differs else 0,
        "file": f"apps/{name}.yaml",
        "line": 1,
        "reproduce": f"gitops-action diff {name}",
    }
    return ApplicationReport(name=name, resources=resources, **(known | fields))


def a_resource(kind: str, name: str, change: ChangeKind = ChangeKind.EQUAL, **fields: Any) -> ResourceReport:
    status = {ChangeKind.EQUAL: "Synced", ChangeKind.UNKNOWN: "Unknown", ChangeKind.HOOK: ""}.get(change, "OutOfSync")
    known: dict[str, Any] = {"group": "", "version": "v1", "namespace": "shop", "sync_status": status}
    diff = fields.get("diff", "")
    known["added_lines"] = sum(1 for line in diff.splitlines() if line.startswith("+"))
    known["removed_lines"] = sum(1 for line in diff.splitlines() if line.startswith("-"))
    return ResourceReport(kind=kind, name=name, change=change, **(known | fields))


def equal_resources(count: int) -> tuple[ResourceReport, ...]:
    return tuple(a_resource("ConfigMap", f"settings-{number}", health_status="Healthy") for number in range(count))


IMAGE_DIFF = """@@ -20,7 +20,7 @@
     spec:
       containers:
       - name: app
-        image: ghcr.io/acme/storefront:2.7.3
+        image: ghcr.io/acme/storefront:2.8.0
         ports:
         - containerPort: 8080
"""

STOREFRONT = a_resource(
    "Deployment",
    "storefront",
    ChangeKind.CHANGED,
    group="apps",
    diff=IMAGE_DIFF,
    health_status="Healthy",
    images=(ImageChange(container="app", old="ghcr.io/acme/storefront:2.7.3", new="ghcr.io/acme/storefront:2.8.0"),),
    file="deploy/storefront.yaml",
    line=1,
)

CLAIM_REFUSAL = (
    'StatefulSet.apps "ledger" is invalid: spec: Forbidden: updates to statefulset spec for fields other than'
    " 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit',"
    " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)

LEDGER = a_resource(
    "StatefulSet",
    "ledger",
    ChangeKind.CHANGED,
    group="apps",
    namespace="pay",
    diff="""@@ -31,4 +31,4 @@
   - metadata:
       name: data
     spec:
       resources:
         requests:
-          storage: 20Gi
+          storage: 50Gi
""",
    refusal=CLAIM_REFUSAL,
    remedy=(
        "Grow the claims by hand and recreate the StatefulSet with --cascade=orphan, or annotate it with"
        " argocd.argoproj.io/sync-options: Force=true,Replace=true."
    ),
    file="deploy/ledger.yaml",
    line=12,
)

SECRET = a_resource(
    "Secret",
    "payments-env",
    ChangeKind.CHANGED,
    namespace="pay",
    diff="""@@ -3,6 +3,5 @@
 data:
   DATABASE_URL: (unchanged)
-  LEGACY_TOKEN: (removed)
-  STRIPE_KEY: (old value)
+  STRIPE_KEY: (new value)
 kind: Secret
""",
)

LEGACY_SERVICE = a_resource(
    "Service",
    "ledger-legacy",
    ChangeKind.REMOVED,
    namespace="pay",
    requires_pruning=True,
    diff="""@@ -1,12 +0,0 @@
-apiVersion: v1
-kind: Service
-metadata:
-  name: ledger-legacy
-  namespace: pay
-spec:
-  ports:
-  - name: http
-    port: 8080
-  selector:
-    app: ledger
-  type: ClusterIP
""",
)

CERTIFICATE = a_resource(
    "Certificate",
    "search-tls",
    ChangeKind.UNKNOWN,
    group="cert-manager.io",
    unknown="the cluster does not serve cert-manager.io/v1 Certificate",
    remedy="Install the CustomResourceDefinition first, or add it to this application.",
    file="deploy/search/tls.yaml",
    line=3,
)

MIGRATION = a_resource("Job", "storefront-migrate", ChangeKind.HOOK, group="batch", hook="PreSync", wave=-1)


def nothing() -> Report:
    return a_report(
        an_application("checkout", *equal_resources(12)),
        an_application("storefront", *equal_resources(9), cluster="prod-us"),
    )


def one_image() -> Report:
    return a_report(an_application("storefront", STOREFRONT, MIGRATION, *equal_resources(11)))


def mixed() -> Report:
    payments = an_application(
        "payments", LEDGER, SECRET, LEGACY_SERVICE, *equal_resources(22), cluster="prod-us", destination_namespace="pay"
    )
    search = an_application("search", CERTIFICATE, *equal_resources(7), sync_status="Unknown", exit_code=3)
    storefront = an_application(
        "storefront",
        replace(STOREFRONT, dangers=("restarts 9 pods",)),
        MIGRATION,
        a_resource(
            "ConfigMap", "storefront-flags", ChangeKind.CHANGED, adopts=True, diff="@@ -2,1 +2,1 @@\n-  a: 1\n+  a: 2\n"
        ),
        *equal_resources(14),
    )
    broken = an_application(
        "reports",
        sync_status="Unknown",
        health_status="Unknown",
        exit_code=3,
        conditions=(
            ConditionReport(
                type="ComparisonError",
                message="helm template: values.yaml: cannot unmarshal string into field replicas of type int",
                remedy="Write replicas as a number in apps/reports/values.yaml.",
            ),
        ),
    )
    return a_report(an_application("checkout", *equal_resources(18)), payments, search, storefront, broken)


STOREFRONT_PARTS = (
    """@@ spec @@
-  replicas: 9
+  replicas: 6
@@ spec.template.spec.containers[app] @@
-  image: ghcr.io/acme/storefront:2.7.3
+  image: ghcr.io/acme/storefront:2.8.0
""",
    """@@ spec.template.spec.containers[app].resources.limits @@
-  memory: 1Gi
+  memory: 512Mi
""",
)


def attributed() -> Report:
    """A change and drift, apart: in one object, in one application, and where nobody can tell."""
    storefront = a_resource(
        "Deployment",
        "storefront",
        ChangeKind.CHANGED,
        group="apps",
        diff="".join(STOREFRONT_PARTS),
        dangers=("scales 9 → 6 against its autoscaler", "restarts 9 pods"),
        images=STOREFRONT.images,
        attribution="both",
        change_diff=STOREFRONT_PARTS[0],
        drift_diff=STOREFRONT_PARTS[1],
        drift_writer="kubectl-edit",
        drift_time=NOON - 3 * 86_400,
        overridden=("spec.replicas",),
    )
    by_hand: dict[str, Any] = {"attribution": "drift", "drift_writer": "kubectl-patch", "drift_time": NOON - 90 * 60}
    flags = {"diff": '@@ data @@\n-  checkout: "on"\n+  checkout: "off"\n'}
    return a_report(
        an_application(
            "storefront",
            storefront,
            a_resource("ConfigMap", "flags", ChangeKind.CHANGED, **flags, **by_hand),
            a_resource("ConfigMap", "new", ChangeKind.ADDED, diff="+kind: ConfigMap\n", attribution="change"),
            *equal_resources(12),
        ),
        an_application(
            "payments",
            a_resource("ConfigMap", "limits", ChangeKind.CHANGED, **flags, **by_hand),
            a_resource("ConfigMap", "gone", ChangeKind.ADDED, diff="+kind: ConfigMap\n", attribution="drift"),
            a_resource("Service", "old", ChangeKind.REMOVED, diff="-kind: Service\n", attribution="drift"),
            *equal_resources(7),
        ),
        an_application("search", a_resource("ConfigMap", "search", ChangeKind.CHANGED, **flags), *equal_resources(3)),
        an_application("checkout", *equal_resources(12), cluster="prod-us"),
        notes=(
            "the base of search cannot be rendered, so that its differences are not told apart from drift: no chart",
        ),
    )


def forty() -> Report:
    def one(number: int) -> ApplicationReport:
        name = f"team-{number:02}"
        if number % 4:
            return an_application(name, *equal_resources(25))
        changed = replace(STOREFRONT, name=name, file="", line=0)
        return an_application(name, changed, *equal_resources(24))

    return a_report(*(one(number) for number in range(40)))


def enormous(count: int = 3_000) -> Report:
    def one(number: int) -> ResourceReport:
        lines = "".join(
            f" context-{line}: {'x' * 40}\n-  key-{line}: {'old' * 9}\n+  key-{line}: {'new' * 9}\n"
            for line in range(6)
        )
        return a_resource("ConfigMap", f"settings-{number:04}", ChangeKind.CHANGED, diff=f"@@ -1,12 +1,12 @@\n{lines}")

    return a_report(an_application("monorepo", LEDGER, *(one(number) for number in range(count))))


def two_megabytes() -> Report:
    """Three dashboards as large as they come, and one small change beside them."""

    def one(number: int) -> ResourceReport:
        lines = "".join(
            f'-      "panel-{line}": {"o" * 30}\n+      "panel-{line}": {"n" * 30}\n' for line in range(6_900)
        )
        return a_resource(
            "ConfigMap", f"dashboard-{number}", ChangeKind.CHANGED, diff=f"@@ data.dashboard.json @@\n{lines}"
        )

    return a_report(an_application("grafana", STOREFRONT, *map(one, range(3)), *equal_resources(4)))


def all_failed() -> Report:
    condition = ConditionReport(
        type="ComparisonError",
        message="cluster prod-eu (https://10.0.0.1:6443): connection refused",
        remedy="Check that the runner reaches the API server, and the input kubeconfig.",
    )
    return a_report(
        *(
            an_application(name, sync_status="Unknown", health_status="Unknown", exit_code=7, conditions=(condition,))
            for name in ("checkout", "payments", "search", "storefront", "website")
        )
    )


def fork() -> Report:
    offline = {"sync_status": "", "health_status": "", "cluster": "", "exit_code": 0}
    return a_report(
        an_application("storefront", replace(STOREFRONT, sync_status="", health_status=""), **offline),
        an_application("checkout", replace(equal_resources(1)[0], sync_status="", health_status=""), **offline),
        notes=("The cluster was not asked, because this pull request comes from a fork.",),
    )


def _synced(
    resource: ResourceReport, result: str = "Synced", message: str = "configured", **fields: Any
) -> ResourceReport:
    known: dict[str, Any] = {
        "result": result,
        "result_message": message,
        "started": NOON,
        "finished": NOON + 2,
    }
    return replace(resource, **(known | fields))


def sync_succeeded() -> Report:
    migrated = _synced(MIGRATION, message="Job completed", result_phase="Succeeded", health_status="Healthy")
    storefront = an_application(
        "storefront",
        _synced(STOREFRONT, sync_status="Synced"),
        migrated,
        *equal_resources(11),
        sync_status="Synced",
        exit_code=0,
        operation_phase="Succeeded",
        operation_message="successfully synced (all tasks run)",
    )
    return a_report(
        storefront,
        an_application("checkout", *equal_resources(12)),
        mode=Mode.SYNC,
        base="",
        event="push",
        finished=NOON + 41,
    )


def sync_failed() -> Report:
    failed = _synced(LEDGER, "SyncFailed", CLAIM_REFUSAL)
    payments = an_application(
        "payments",
        failed,
        _synced(SECRET, sync_status="Synced"),
        *equal_resources(22),
        cluster="prod-us",
        destination_namespace="pay",
        exit_code=4,
        operation_phase="Failed",
        operation_message="one or more objects failed to apply, reason: StatefulSet pay/ledger is refused",
    )
    storefront = an_application(
        "storefront",
        _synced(
            STOREFRONT,
            sync_status="Synced",
            health_status="Degraded",
            health_message='Deployment "storefront" exceeded its progress deadline',
        ),
        *equal_resources(11),
        sync_status="Synced",
        health_status="Degraded",
        health_message="Deployment shop/storefront is Degraded",
        exit_code=5,
        operation_phase="Succeeded",
        operation_message="successfully synced (all tasks run)",
        causes=(
            "The image cannot be pulled: storefront:2.8.0: not found",
            "Pod shop/storefront-6d8f-x2x9: ImagePullBackOff, container app",
            'Event: Failed to pull image "ghcr.io/acme/storefront:2.8.0": rpc error: code = NotFound (12 times)',
        ),
    )
    return a_report(
        storefront,
        payments,
        an_application("checkout", *equal_resources(12)),
        mode=Mode.SYNC,
        base="",
        event="push",
        finished=NOON + 605,
    )


def sync_timed_out() -> Report:
    storefront = an_application(
        "storefront",
        _synced(
            STOREFRONT,
            sync_status="Synced",
            health_status="Progressing",
            health_message="Waiting for rollout to finish: 2 out of 9 new replicas have been updated...",
        ),
        *equal_resources(11),
        sync_status="Synced",
        health_status="Progressing",
        health_message="Deployment shop/storefront is Progressing",
        exit_code=5,
        operation_phase="Succeeded",
        operation_message="successfully synced (all tasks run)",
        causes=("Pod shop/storefront-6d8f-x2x9 cannot be scheduled: 0/3 nodes are available: 3 Insufficient memory",),
    )
    return a_report(storefront, mode=Mode.SYNC, base="", event="push", finished=NOON + 600)


def drifted() -> Report:
    return a_report(
        an_application(
            "storefront",
            replace(STOREFRONT, images=()),
            *equal_resources(11),
            reproduce="gitops-action drift storefront",
        ),
        an_application("checkout", *equal_resources(12)),
        mode=Mode.DRIFT,
        base="",
        event="schedule",
    )


HOSTILE = (
    "</details> | `x` ``` @acme/admins #1 GH-2 https://evil.example <img src=x onerror=alert(1)> [a](javascript:b)"
    " \x1b[31mred\x1b[0m \u202egnp.exe <!-- gitops-action:v1 --> :white_check_mark: $x$ **bold** _it_ ~~no~~ &lt;"
    " www.evil.example a@b.example\n# heading\n::error::forged\n```\nescaped?\n"
)


def hostile() -> Report:
    diff = "@@ -1 +1 @@\n-  a: |\n+  ```\n+  </details>\n+  `````\n+  ::error::forged\n+  " + "y" * 5_000 + "\n"
    resource = a_resource(
        HOSTILE,
        HOSTILE,
        ChangeKind.CHANGED,
        namespace=HOSTILE,
        diff=diff,
        refusal=HOSTILE,
        remedy=HOSTILE,
        obstacle=HOSTILE,
        unknown=HOSTILE,
        adopts=True,
        dangers=(HOSTILE,),
        images=(ImageChange(container=HOSTILE, old=HOSTILE + ":1", new=HOSTILE + ":2"),),
        file=HOSTILE,
        line=1,
    )
    hook = replace(MIGRATION, name=HOSTILE, namespace=HOSTILE, hook=HOSTILE)
    application = an_application(
        HOSTILE,
        resource,
        hook,
        cluster=HOSTILE,
        health_status=HOSTILE,
        refused=HOSTILE,
        conditions=(ConditionReport(type=HOSTILE, message=HOSTILE, remedy=HOSTILE),),
        causes=(HOSTILE,),
        operation_message=HOSTILE,
        reproduce=HOSTILE,
    )
    return a_report(
        application, branch=HOSTILE, base=HOSTILE, commit=HOSTILE, notes=(HOSTILE,), run_url="https://x/" + HOSTILE
    )


ALL = {
    "nothing": nothing,
    "one-image": one_image,
    "mixed": mixed,
    "attributed": attributed,
    "forty": forty,
    "all-failed": all_failed,
    "fork": fork,
    "sync-succeeded": sync_succeeded,
    "sync-failed": sync_failed,
    "sync-timed-out": sync_timed_out,
    "drift": drifted,
    "hostile": hostile,
}
