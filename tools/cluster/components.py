"""The programs of the control plane and their flags, in starting order.

In: where the files are and which ports are free. Out: argv of each. Starts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports that one cluster takes on loopback."""

    etcd: int
    etcd_peer: int
    apiserver: int
    kubelet: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One program of the control plane."""

    name: str
    argv: tuple[str, ...]


def etcd(directory: Path, binaries: Path, ports: Ports) -> Component:
    """Return the store. It never syncs to disk: what it holds is thrown away."""
    client, peer = f"http://127.0.0.1:{ports.etcd}", f"http://127.0.0.1:{ports.etcd_peer}"
    return _component(
        binaries / "etcd",
        f"--data-dir={directory / 'etcd'}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--log-level=warn",
    )


def apiserver(directory: Path, binaries: Path, ports: Ports) -> Component:
    """Return the API server, with RBAC on and a token for each user.

    Pods get no service account token, for nothing runs in them.
    """
    return _component(
        binaries / "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{ports.etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={ports.apiserver}",
        "--endpoint-reconciler-type=none",
        f"--cert-dir={directory}",
        f"--tls-cert-file={directory / 'server.crt'}",
        f"--tls-private-key-file={directory / 'server.key'}",
        f"--token-auth-file={directory / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={directory / 'service-account.key'}",
        f"--service-account-signing-key-file={directory / 'service-account.key'}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--disable-admission-plugins=ServiceAccount",
        "--allow-privileged=true",
    )


def controllers(directory: Path, binaries: Path, ports: Ports) -> tuple[Component, ...]:
    """Return what needs an API server: controller manager, scheduler and the simulated kubelets."""
    kubeconfig = f"--kubeconfig={directory / 'admin.kubeconfig'}"
    stages = sorted((directory / "stages").glob("*.yaml"))
    return (
        _component(
            binaries / "kube-controller-manager",
            kubeconfig,
            "--controllers=*,-node-ipam-controller",
            "--leader-elect=false",
            "--secure-port=0",
            # A node that is slow to report on a busy machine must never turn its pods unready: nothing turns them back.
            "--node-monitor-grace-period=24h",
            "--kube-api-qps=1000",
            "--kube-api-burst=2000",
            f"--root-ca-file={directory / 'ca.crt'}",
            f"--service-account-private-key-file={directory / 'service-account.key'}",
        ),
        _component(
            binaries / "kube-scheduler",
            kubeconfig,
            "--leader-elect=false",
            "--secure-port=0",
            "--kube-api-qps=1000",
            "--kube-api-burst=2000",
        ),
        _component(
            binaries / "kwok",
            kubeconfig,
            "--manage-all-nodes",
            "--node-ip=127.0.0.1",
            f"--node-port={ports.kubelet}",
            f"--server-address=127.0.0.1:{ports.kubelet}",
            f"--tls-cert-file={directory / 'server.crt'}",
            f"--tls-private-key-file={directory / 'server.key'}",
            *(f"--config={stage}" for stage in stages),
        ),
    )


def _component(binary: Path, *flags: str) -> Component:
    return Component(name=binary.name, argv=(str(binary), *flags))
