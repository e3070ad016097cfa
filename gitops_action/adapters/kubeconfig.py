"""Kubeconfig files and the inputs that replace them → how the cluster is reached.

In: the inputs and the environment. Out: a ``Kubeconfig`` whose contexts become ``Connection`` values. kubectl's rules
hold: of several files the first one that names a thing wins. Nothing is opened but the files that are named, no program
is run unless that is allowed, and the pod's own cluster is used only when asked for.

The Kubernetes client library is not used to read the file: importing it takes longer than a whole comparison, it keeps
private keys in temporary files, and of several ``current-context`` it takes the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitops_action.adapters.connection import Connection, Tls
from gitops_action.adapters.credentials import BearerToken, TokenFile, unmasked
from gitops_action.adapters.exec_login import ExecRules
from gitops_action.adapters.kubeconfig_file import Entry, read_file, read_text
from gitops_action.adapters.kubeconfig_user import connection_of
from gitops_action.adapters.server_url import clean_server, decoded_pem, proxy_of
from gitops_action.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_action.adapters.kubeconfig_file import Document

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_HELP = "Set input kubeconfig (its content, from a secret), or server, ca and token."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterInputs:
    """What the user says about the cluster; ``None`` is not said, an empty text is an error."""

    kubeconfig: str | None = field(default=None, repr=False)
    context: str | None = None
    server: str | None = None
    ca: str | None = None
    token: str | None = field(default=None, repr=False)
    in_cluster: bool = False
    allow_exec: bool = False
    """Whether a kubeconfig's ``exec`` plug-in may be run."""
    in_container: bool = False
    """Whether we run in a container, so that an error about loopback can say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubeconfig:
    """The contexts that can be connected to, and which of them is the current one."""

    current: str
    clusters: Mapping[str, Entry]
    contexts: Mapping[str, Entry]
    users: Mapping[str, Entry] = field(repr=False)
    ready: Connection | None = None
    """The one connection there is where inputs, not a file, name it."""
    rules: ExecRules = field(default=ExecRules(), repr=False)

    def servers(self) -> dict[str, str]:
        """Return the server's URL of each context that has one."""
        if self.ready:
            return {self.ready.context: self.ready.server}
        named = {name: self.clusters.get(entry.text("cluster")) for name, entry in self.contexts.items()}
        return {name: entry.text("server") for name, entry in named.items() if entry and entry.text("server")}

    def connect(self, context: str = "") -> Connection:
        """Return how a context (the current one if none is named) is reached."""
        if self.ready:
            return self.ready
        name = context or self.current
        if not name:
            raise UsageError(
                "the kubeconfig has no current context",
                remedy=f"Set input context to one of: {_listed(self.contexts)}.",
            )
        entry = self.contexts.get(name)
        if entry is None:
            raise UsageError(
                f"the kubeconfig has no context {name!r}", remedy=f"Contexts there are: {_listed(self.contexts)}."
            )
        cluster = self._named(self.clusters, entry.text("cluster"), "cluster", name)
        user = self._named(self.users, entry.text("user"), "user", name) if entry.text("user") else Entry({}, Path())
        return connection_of(name, entry, cluster, user, rules=self.rules)

    def _named(self, entries: Mapping[str, Entry], name: str, what: str, context: str) -> Entry:
        if name not in entries:
            raise UsageError(
                f"the kubeconfig's context {context!r} names {what} {name!r}, which is not there",
                remedy="`kubectl config view --minify --flatten --context` writes one that is whole.",
            )
        return entries[name]


def load(inputs: ClusterInputs, environ: Mapping[str, str], mask: Callable[[str], None] = unmasked) -> Kubeconfig:
    """Return the contexts that inputs or kubectl's rules name; ``mask`` is told each token before it is used."""
    _check(inputs)
    rules = ExecRules(environ=environ, mask=mask, allow_exec=inputs.allow_exec, in_container=inputs.in_container)
    if inputs.server:
        return _single(_from_inputs(inputs, environ))
    if inputs.in_cluster:
        return _single(_in_cluster(inputs, rules))
    documents = _documents(inputs, environ)
    current = inputs.context or next((document.current for document in documents if document.current), "")
    return Kubeconfig(
        current=current,
        clusters=_merged([document.clusters for document in documents]),
        contexts=_merged([document.contexts for document in documents]),
        users=_merged([document.users for document in documents]),
        rules=rules,
    )


def _check(inputs: ClusterInputs) -> None:
    for name in ("kubeconfig", "context", "server", "ca", "token"):
        value = getattr(inputs, name)
        if value is not None and not value.strip():
            raise UsageError(
                f"input {name} is set but empty",
                remedy="An empty secret must not mean another cluster. Secrets are empty for pull requests from forks "
                "and Dependabot, and where the job lacks the `environment` that has them. Remove the input if it is "
                "not meant.",
            )
    ways = [name for name, given in (("kubeconfig", inputs.kubeconfig), ("server", inputs.server)) if given is not None]
    ways += ["in-cluster"] if inputs.in_cluster else []
    if len(ways) > 1:
        raise UsageError(f"inputs {' and '.join(ways)} exclude each other", remedy="Keep the one that is meant.")
    if inputs.server is None and (inputs.ca is not None or inputs.token is not None):
        raise UsageError("inputs ca and token need input server", remedy="Set server, or put them into a kubeconfig.")
    if inputs.context is not None and (inputs.server is not None or inputs.in_cluster):
        raise UsageError("input context needs a kubeconfig", remedy="Remove context, or set kubeconfig.")


def _from_inputs(inputs: ClusterInputs, environ: Mapping[str, str]) -> Connection:
    server = clean_server(inputs.server or "")
    if inputs.token is None:
        raise UsageError("input server needs input token", remedy="A service account's token will do.")
    return Connection(
        server=server,
        tls=Tls(ca=decoded_pem(inputs.ca) if inputs.ca else ""),
        credentials=BearerToken(inputs.token.strip()),
        proxy=proxy_of(server, environ),
        in_container=inputs.in_container,
    )


def _in_cluster(inputs: ClusterInputs, rules: ExecRules) -> Connection:
    environ = rules.environ
    host, port = environ.get("KUBERNETES_SERVICE_HOST", ""), environ.get("KUBERNETES_SERVICE_PORT", "")
    ca = _SERVICE_ACCOUNT / "ca.crt"
    if not (host and port and ca.is_file()):
        raise ClusterError(
            "in-cluster is set, but this is not a pod with a service account",
            remedy=f"KUBERNETES_SERVICE_HOST and {_SERVICE_ACCOUNT} are missing. {_HELP}",
        )
    return Connection(
        server=clean_server(f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"),
        context="in-cluster",
        tls=Tls(ca=ca.read_text(encoding="ascii")),
        credentials=TokenFile(_SERVICE_ACCOUNT / "token", rules.mask),
        in_container=inputs.in_container,
    )


def _single(connection: Connection) -> Kubeconfig:
    return Kubeconfig(current=connection.context, clusters={}, contexts={}, users={}, ready=connection)


def _documents(inputs: ClusterInputs, environ: Mapping[str, str]) -> list[Document]:
    if inputs.kubeconfig is not None:
        return [read_text(inputs.kubeconfig) if _is_content(inputs.kubeconfig) else read_file(Path(inputs.kubeconfig))]
    if named := [part for part in environ.get("KUBECONFIG", "").split(":") if part]:
        paths = [Path(part).expanduser() for part in named]
        missing = f"KUBECONFIG names {', '.join(named)}, which cannot be found"
    else:
        paths = [Path(environ.get("HOME") or "~").expanduser() / ".kube" / "config"]
        missing = "no cluster is configured: there is neither input kubeconfig nor KUBECONFIG nor ~/.kube/config"
    present = [path for path in paths if path.exists()]
    if not present:
        raise ClusterError(
            missing, remedy=f"{_HELP} In a container action only the workspace and RUNNER_TEMP are visible."
        )
    return [read_file(path) for path in present]


def _is_content(text: str) -> bool:
    return "\n" in text.strip() or text.lstrip().startswith("{")


def _merged(parts: list[Mapping[str, Entry]]) -> dict[str, Entry]:
    merged: dict[str, Entry] = {}
    for part in reversed(parts):
        merged.update(part)
    return merged


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(sorted(names)) or "none"
