"""Many clusters in one run: by context or by Secret, each found by what names it, and none held up by another."""

from __future__ import annotations

import base64
import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gitops_action.adapters import http
from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.cluster_login import connection_to
from gitops_action.adapters.connection import Connection, Tls
from gitops_action.adapters.exec_login import ExecRules
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.application.application import Application, Destination
from gitops_action.application.credential_documents import read_credentials
from gitops_action.application.project import ClusterIdentity
from gitops_action.commands.clusters import Clusters
from gitops_action.commands.session import Ports, open_session
from gitops_action.errors import ClusterError, GitOpsError, UsageError
from gitops_action.github.events import Event
from gitops_action.inputs import parse
from gitops_action.resource import ResourceKey
from tests.adapters.api_server_stub import Answer, StubServer, api_server
from tests.adapters.certificates import client_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.cluster import Cluster

LOCAL = "https://kubernetes.default.svc"


def session_clusters(folder: Path, log: StringIO | None = None, /, **inputs: str) -> Clusters:
    texts = {name.replace("_", "-"): text for name, text in inputs.items()} | {"working-directory": str(folder)}
    ports = Ports(
        process=SubprocessProcess(),
        workflow=connect_workflow({"GITHUB_ACTIONS": "true"}, log or StringIO()),
        clock=SystemClock(),
        environment={"HOME": str(folder)},
    )
    session = open_session(parse(texts), Event(name="", verb="diff"), ports)
    assert session.problems == ()
    return Clusters(session)


def secret(name: str, server: str, config: dict[str, Any] | None = None, **fields: str) -> str:
    document = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": "argocd",
            "labels": {"argocd.argoproj.io/secret-type": "cluster"},
        },
        "stringData": {"name": name, "server": server, "config": json.dumps(config or {}), **fields},
    }
    return f"---\n{json.dumps(document)}\n"


def live(cluster: Cluster, name: str = "live", **fields: str) -> str:
    """Return a Secret of the test cluster, with its administrator's token."""
    return secret(name, cluster.server, admin(cluster), **fields)


def admin(cluster: Cluster) -> dict[str, Any]:
    config = yaml.safe_load(cluster.kubeconfig().read_text())["clusters"][0]["cluster"]
    return {"bearerToken": cluster.token(), "tlsClientConfig": {"caData": config["certificate-authority-data"]}}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def application(title: str, **destination: str) -> Application:
    return Application(name=title, sources=(), destination=Destination(namespace="shop", **destination))


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    """Return a server that takes requests and says nothing."""
    monkeypatch.setattr(http, "_FIRST_SECONDS", 0.5)
    monkeypatch.setattr(http, "_FIRST_READ_SECONDS", 1.0)
    with api_server(Answer(silent=True)) as server:
        yield server


def test_a_secret_is_found_by_name_and_by_url_without_any_kubeconfig(cluster: Cluster, tmp_path: Path) -> None:
    log = StringIO()
    found = session_clusters(tmp_path, log, credentials=live(cluster))
    by_name = found.find(Destination(name="live", namespace="shop"))
    assert by_name is found.find(Destination(server=f"{cluster.server}/", namespace="shop"))
    assert by_name.cluster_uid()
    assert f"::add-mask::{cluster.token()}\n" in log.getvalue()


def test_a_secret_comes_before_a_context_and_contexts_stay_reachable(cluster: Cluster, tmp_path: Path) -> None:
    found = session_clusters(tmp_path, credentials=live(cluster, "by-secret"), kubeconfig=str(cluster.kubeconfig()))
    assert found.find(Destination(server=cluster.server)).context == "by-secret"
    here = found.find(Destination(server=LOCAL))
    assert here.context not in ("", "by-secret")
    assert found.find(Destination(name=here.context)) is here
    assert found.identity(Destination(server=cluster.server)) == ClusterIdentity(
        server=cluster.server, name="by-secret"
    )


def test_argo_cds_own_cluster_is_the_current_context_and_its_secret_names_it(cluster: Cluster, tmp_path: Path) -> None:
    local = secret("main", LOCAL, namespaces="shop")
    found = session_clusters(tmp_path, credentials=local, kubeconfig=str(cluster.kubeconfig()))
    here = found.find(Destination(name="main"))
    assert (here.server, here) == (cluster.server, found.find(Destination(name="in-cluster")))
    assert found.identity(Destination(server=LOCAL)) == ClusterIdentity(server=LOCAL, name="main")
    denial = found.denial(Destination(name="in-cluster"))
    assert (
        denial(ResourceKey("", "ConfigMap", "pay", "a"))
        == 'Namespace "pay" for ConfigMap "a" is not managed (Secret argocd/main: namespaces)'
    )


def test_a_destination_that_nothing_leads_to_lists_secrets_and_contexts(cluster: Cluster, tmp_path: Path) -> None:
    found = session_clusters(tmp_path, credentials=live(cluster), kubeconfig=str(cluster.kubeconfig()))
    with pytest.raises(ClusterError) as error:
        found.find(Destination(name="mars"))
    assert error.value.summary == "no cluster Secret and no context of the kubeconfig is destination mars"
    assert f"live ({cluster.server}, Secret argocd/live)" in error.value.remedy
    without = session_clusters(tmp_path, credentials=live(cluster))
    with pytest.raises(ClusterError, match="no cluster Secret and no context"):
        without.find(Destination(server="https://mars.example"))
    with pytest.raises(ClusterError, match="no cluster is configured"):
        without.find(Destination(server=LOCAL))


def test_one_url_of_two_secrets_needs_a_name(cluster: Cluster, tmp_path: Path) -> None:
    found = session_clusters(tmp_path, credentials=live(cluster, "one") + live(cluster, "two"))
    with pytest.raises(ClusterError, match="is the server of several clusters: one, two"):
        found.find(Destination(server=cluster.server))
    assert found.find(Destination(name="two")).context == "two"


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ({"bearerToken": "PLANTED token"}, UsageError, "Secret argocd/bad: the token holds spaces"),
        (
            {"execProviderConfig": {"command": "vault"}},
            ClusterError,
            "Secret argocd/bad: the cluster's credentials come from",
        ),
        (
            {"tlsClientConfig": {"caData": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tClBMQU5URUQK"}},
            UsageError,
            "the cluster's certificate authority is not a PEM certificate",
        ),
    ],
)
def test_a_secret_that_cannot_be_used_is_named(
    tmp_path: Path, config: dict[str, Any], error: type[GitOpsError], message: str
) -> None:
    found = session_clusters(tmp_path, credentials=secret("bad", "https://203.0.113.7", config))
    with pytest.raises(error, match=message) as caught:
        found.find(Destination(name="bad"))
    assert "PLANTED" not in str(caught.value)


def test_user_name_and_password(tmp_path: Path) -> None:
    with api_server(Answer(status=401)) as server:
        config = {"username": "bot", "password": "PLANTED"}
        log = StringIO()
        found = session_clusters(tmp_path, log, credentials=secret("basic", server.url, config))
        with pytest.raises(ClusterError, match="401 Unauthorized") as refused:
            found.find(Destination(name="basic"))
        assert {asked.headers["Authorization"] for asked in server.asked} == {"Basic Ym90OlBMQU5URUQ="}
    assert "PLANTED" not in str(refused.value)
    assert "::add-mask::PLANTED\n" in log.getvalue()


def test_a_client_certificate_and_how_the_server_proves_itself() -> None:
    certificate, key = client_certificate()
    tls = {"caData": encoded(certificate), "certData": encoded(certificate), "keyData": encoded(key)}
    config = {"tlsClientConfig": {**tls, "serverName": "kubernetes"}, "proxyUrl": "http://proxy.example:3128"}
    read = read_credentials([(json.loads(secret("mine", "https://Example.com/", config)[4:]), "here")])
    assert connection_to(read.clusters[0], ExecRules()) == Connection(
        server="https://example.com",
        context="mine",
        tls=Tls(ca=certificate, certificate=certificate, key=key, server_name="kubernetes"),
        proxy="http://proxy.example:3128",
    )


def test_applications_come_as_their_clusters_answer(cluster: Cluster, tmp_path: Path) -> None:
    with api_server(Answer(silent=True)) as silent:
        found = session_clusters(tmp_path, credentials=live(cluster) + secret("silent", silent.url))
        applications = [
            application("a", name="silent"),
            application("b", name="live"),
            application("c", name="nowhere"),
            application("d", name="silent"),
            application("e", name="live"),
        ]
        order = found.as_ready(applications)
        assert [next(order) for _ in range(3)] == [2, 1, 4]
        assert found.find(Destination(name="live")).cluster_uid()
        silent.ends.set()
        assert list(order) == [0, 3]


def test_a_cluster_that_is_silent_fails_once_for_all_of_its_applications(tmp_path: Path, silent: StubServer) -> None:
    found = session_clusters(tmp_path, credentials=secret("silent", silent.url))
    for _ in range(50):
        with pytest.raises(ClusterError, match="did not answer in time"):
            found.find(Destination(name="silent"))
    assert len(silent.asked) == 3
