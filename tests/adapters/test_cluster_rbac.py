"""The roles of ``examples/rbac`` permit what they say and nothing more, on a real API server.

Each test applies a file under names of its own and acts as the file's service account.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.cluster import ApiServer
from gitops_action.adapters.kubeconfig import ClusterInputs, load
from gitops_action.application.application import Application, Destination
from gitops_action.errors import ApiError, Forbidden, Invalid, NotFound
from gitops_action.ports import ApiKind, Preconditions
from gitops_action.resource import Resource, ResourceKey
from gitops_action.sync.lease import LEASE
from gitops_action.sync.lock import ApplicationLock
from gitops_action.sync.record import record_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.cluster import Cluster

    Role = Callable[[str], ApiServer]

EXAMPLES = Path(__file__).parents[2] / "examples" / "rbac"
WIDTHS = ("cluster-wide", "namespaced")
SECRET = ApiKind(group="", version="v1", kind="Secret", plural="secrets", namespaced=True)
NAMESPACE = ApiKind(group="", version="v1", kind="Namespace", plural="namespaces", namespaced=False)
NODE = ApiKind(group="", version="v1", kind="Node", plural="nodes", namespaced=False)
REVIEW = ApiKind(
    group="authorization.k8s.io",
    version="v1",
    kind="SelfSubjectAccessReview",
    plural="selfsubjectaccessreviews",
    namespaced=False,
)
POLICY = ApiKind(
    group="admissionregistration.k8s.io",
    version="v1",
    kind="ValidatingAdmissionPolicy",
    plural="validatingadmissionpolicies",
    namespaced=False,
)


def secret(namespace: str, name: str = "password", value: str = "aHVudGVyMg==") -> Resource:
    metadata = {"name": name, "namespace": namespace}
    return Resource({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"password": value}})


def key(namespace: str, name: str = "password") -> ResourceKey:
    return ResourceKey("", "Secret", namespace, name)


@pytest.fixture
def admin(cluster: Cluster) -> Iterator[ApiServer]:
    server = ApiServer(load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect())
    yield server
    server.close()


@pytest.fixture
def role(cluster: Cluster, admin: ApiServer, namespace: str) -> Iterator[Role]:
    """Apply a file of the examples and return the cluster as its service account sees it."""
    applied: list[tuple[ApiKind, ResourceKey]] = []
    catalog = admin.catalog()
    connection = load(ClusterInputs(kubeconfig=str(cluster.kubeconfig())), {}).connect()

    def apply(file: str) -> ApiServer:
        text = (EXAMPLES / file).read_text().replace("gitops-action-", f"{namespace}-")
        text = text.replace("gitops-system", namespace).replace("shop", namespace)
        for document in filter(None, yaml.safe_load_all(text)):
            target = Resource(document)
            kind = catalog.find(target)
            assert kind is not None
            admin.apply(kind, target)
            applied.append((kind, target.key))
        user = f"system:serviceaccount:{namespace}:{namespace}-{Path(file).stem}"
        acting = ApiServer(replace(connection, impersonation=(("Impersonate-User", user),)))
        if "preview" in file:
            wait_for_policy(acting, namespace)
        return acting

    yield apply
    for kind, applied_key in applied:
        if not kind.namespaced:
            admin.delete(kind, applied_key)


def wait_for_policy(preview: ApiServer, namespace: str) -> None:
    """Write until the policy refuses: the API server takes some seconds to know it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            preview.apply(SECRET, secret(namespace, "probe"))
        except ApiError as error:
            if "only make dry runs" not in error.summary:
                raise
            return
        time.sleep(0.1)
    raise AssertionError("the policy did not take effect")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_reader_reads_and_cannot_even_dry_run(width: str, role: Role, admin: ApiServer, namespace: str) -> None:
    admin.apply(SECRET, secret(namespace))
    reader = role(f"{width}/reader.yaml")
    assert [item.name for item in reader.list(SECRET, namespace=namespace).items] == ["password"]
    assert reader.cluster_uid() == admin.cluster_uid()
    assert reader.catalog().kinds
    requests: tuple[Callable[[], object], ...] = (
        lambda: reader.apply(SECRET, secret(namespace), dry_run=True),
        lambda: reader.create(SECRET, secret(namespace, "new"), dry_run=True),
        lambda: reader.delete(SECRET, key(namespace)),
        lambda: reader.list(NODE),
    )
    for refused in requests:
        with pytest.raises(Forbidden):
            refused()


@pytest.mark.parametrize("width", WIDTHS)
def test_preview_makes_dry_runs_and_every_write_is_denied(
    width: str, role: Role, admin: ApiServer, namespace: str
) -> None:
    admin.apply(SECRET, secret(namespace))
    preview = role(f"{width}/preview.yaml")
    changed = secret(namespace, value="Y2hhbmdlZA==")
    assert preview.apply(SECRET, changed, dry_run=True).object["data"] == {"password": "Y2hhbmdlZA=="}
    assert preview.apply(SECRET, secret(namespace, "new"), dry_run=True).name == "new"
    requests: tuple[Callable[[], object], ...] = (
        lambda: preview.apply(SECRET, changed),
        lambda: preview.apply(SECRET, secret(namespace, "new")),
        lambda: preview.create(SECRET, secret(namespace, "new")),
        lambda: preview.patch(SECRET, key(namespace), [{"op": "remove", "path": "/data/password"}]),
    )
    for write in requests:
        with pytest.raises(Invalid, match="the preview user may only make dry runs"):
            write()
    with pytest.raises(Forbidden):
        preview.delete(SECRET, key(namespace))
    live = admin.get(SECRET, namespace=namespace, name="password")
    assert live is not None
    assert live.object["data"] == secret(namespace).object["data"]
    assert admin.get(SECRET, namespace=namespace, name="new") is None


@pytest.mark.parametrize("width", WIDTHS)
def test_preview_cannot_lift_its_own_policy_and_may_ask_for_its_rights(width: str, role: Role, namespace: str) -> None:
    preview = role(f"{width}/preview.yaml")
    policy = ResourceKey("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "", f"{namespace}-preview")
    requests: tuple[Callable[[], object], ...] = (
        lambda: preview.patch(POLICY, policy, [{"op": "replace", "path": "/spec/failurePolicy", "value": "Ignore"}]),
        lambda: preview.delete(POLICY, policy),
    )
    for lift in requests:
        with pytest.raises(Forbidden):
            lift()
    attributes = {"verb": "patch", "resource": "secrets", "namespace": namespace}
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {}}
    review = preview.create(REVIEW, Resource({**body, "spec": {"resourceAttributes": attributes}}))
    assert review.object["status"]["allowed"] is True


@pytest.mark.parametrize("width", WIDTHS)
def test_the_deployer_applies_waits_records_and_prunes(width: str, role: Role, namespace: str) -> None:
    deployer = role(f"{width}/deployer.yaml")
    made = deployer.apply(SECRET, secret(namespace))
    listing = deployer.list(SECRET, namespace=namespace)
    changed = deployer.apply(SECRET, secret(namespace, value="Y2hhbmdlZA=="))
    event = next(deployer.watch(SECRET, namespace=namespace, resource_version=listing.resource_version, timeout=10))
    assert (event.type, event.object.resource_version) == ("MODIFIED", changed.resource_version)
    deployer.delete(SECRET, key(namespace), preconditions=Preconditions(uid=made.uid), propagation="Background")
    assert deployer.get(SECRET, namespace=namespace, name="password") is None
    with pytest.raises(NotFound, match="not found"):
        deployer.logs(namespace=namespace, pod="none", container="web", lines=3)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_deployer_takes_keeps_and_releases_the_lock_of_an_application(
    width: str, role: Role, admin: ApiServer, namespace: str
) -> None:
    deployer = role(f"{width}/deployer.yaml")
    web = Application(name="web", destination=Destination(namespace=namespace))
    clock, stop, lines = SystemClock(), threading.Event(), list[str]()
    with ApplicationLock(web, deployer, holder="run#1", clock=clock, stop=stop, timeout=5.0, say=lines.append) as lock:
        assert lock.take() is False
        assert lock.renew()
        assert admin.get(LEASE, namespace=namespace, name=record_name(web))
    assert admin.get(LEASE, namespace=namespace, name=record_name(web)) is None
    assert lines == []


def test_only_the_cluster_wide_deployer_makes_namespaces(role: Role, admin: ApiServer, namespace: str) -> None:
    new = Resource({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{namespace}-new"}})
    wide = role("cluster-wide/deployer.yaml")
    wide.apply(NAMESPACE, new)
    admin.delete(NAMESPACE, new.key)


def test_the_namespaced_deployer_makes_none(role: Role, namespace: str) -> None:
    new = Resource({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{namespace}-new"}})
    with pytest.raises(Forbidden) as caught:
        role("namespaced/deployer.yaml").apply(NAMESPACE, new)
    assert caught.value.remedy == (
        'Add to a ClusterRole, bound to this user:\n- apiGroups: [""]\n  resources: ["namespaces"]\n  verbs: ["patch"]'
    )


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/*.yaml")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_no_rule_has_a_wildcard_or_names_the_group_that_policies_do_not_guard(file: Path) -> None:
    for document in yaml.safe_load_all(file.read_text()):
        if document["kind"] not in ("Role", "ClusterRole"):
            continue
        for rule in document["rules"]:
            named = {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}
            assert not {"*", "admissionregistration.k8s.io", "escalate", "bind", "impersonate"} & named
