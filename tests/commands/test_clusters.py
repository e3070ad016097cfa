"""The clusters of a run: each is connected once, and only the one that is meant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.clock import SystemClock
from gitops_action.adapters.process import SubprocessProcess
from gitops_action.adapters.workflow import connect_workflow
from gitops_action.application.application import Destination
from gitops_action.commands.clusters import Clusters
from gitops_action.commands.session import Ports, open_session
from gitops_action.errors import ClusterError, Refused
from gitops_action.github.events import Event
from gitops_action.inputs import parse

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster import Cluster

HERE = Destination(server="https://kubernetes.default.svc", namespace="shop")


def clusters(folder: Path, log: StringIO | None = None, **inputs: str) -> Clusters:
    texts = {name.replace("_", "-"): text for name, text in inputs.items()} | {"working-directory": str(folder)}
    ports = Ports(
        process=SubprocessProcess(),
        workflow=connect_workflow({"GITHUB_ACTIONS": "true"}, log or StringIO()),
        clock=SystemClock(),
        environment={"HOME": str(folder)},
    )
    return Clusters(open_session(parse(texts), Event(name="", verb="diff"), ports))


def test_a_destination_is_connected_once_however_many_ask_for_it(cluster: Cluster, tmp_path: Path) -> None:
    found = clusters(tmp_path, kubeconfig=str(cluster.kubeconfig()))
    with ThreadPoolExecutor(8) as workers:
        servers = list(workers.map(lambda _: found.find(HERE), range(16)))
    assert len({id(server) for server in servers}) == 1
    discovery = 3
    assert found.requests == discovery
    servers[0].cluster_uid()
    assert found.requests == discovery + 1


def test_url_name_and_the_cluster_itself_mean_the_same_connection(cluster: Cluster, tmp_path: Path) -> None:
    found = clusters(tmp_path, kubeconfig=str(cluster.kubeconfig()))
    by_url = found.find(Destination(server=cluster.server, namespace="shop"))
    by_name = found.find(Destination(name=by_url.context, namespace="pay"))
    assert by_url is by_name is found.find(HERE)


def test_the_credentials_are_masked_before_the_first_request(cluster: Cluster, tmp_path: Path) -> None:
    log = StringIO()
    clusters(tmp_path, log, kubeconfig=str(cluster.kubeconfig())).find(HERE)
    assert f"::add-mask::{cluster.token()}\n" in log.getvalue()


def test_the_cluster_that_the_input_names_is_taken_and_no_other(cluster: Cluster, tmp_path: Path) -> None:
    uid = cluster.request("GET", "/api/v1/namespaces/kube-system")["metadata"]["uid"]
    config = str(cluster.kubeconfig())
    assert clusters(tmp_path, kubeconfig=config, cluster_uid=uid).find(HERE).server == cluster.server
    with pytest.raises(Refused, match="is not the cluster that input cluster-uid names") as refused:
        clusters(tmp_path, kubeconfig=config, cluster_uid=uid[::-1]).find(HERE)
    assert uid in refused.value.detail


def test_a_destination_that_nothing_leads_to_lists_what_there_is(cluster: Cluster, tmp_path: Path) -> None:
    found = clusters(tmp_path, kubeconfig=str(cluster.kubeconfig()))
    with pytest.raises(ClusterError, match="no context of the kubeconfig is destination mars") as error:
        found.find(Destination(name="mars", namespace="shop"))
    assert cluster.server in error.value.remedy
