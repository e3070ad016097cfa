"""Argo CD's cluster Secrets → ``ClusterSecret``: a cluster by name and URL, who we are to it, what is managed there.

In: the fields of one Secret and its metadata. Out: the value; a ``UsageError`` names the Secret and the field of its
``config``. Opens nothing. No key, token or password is in a ``repr``.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from gitops_action.application.project import IN_CLUSTER_SERVER
from gitops_action.application.reader import FieldReader
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.application.secret_fields import SecretFields
    from gitops_action.resource import ResourceKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecLogin:
    """``execProviderConfig``: a program that gives a token, and its environment."""

    command: str
    arguments: tuple[str, ...] = field(default=(), repr=False)
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    api_version: str = "client.authentication.k8s.io/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsLogin:
    """``awsAuthConfig``: an EKS cluster's name, and the role that opens it."""

    cluster_name: str
    role_arn: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterLogin:
    """``config`` of the Secret; certificates and keys are PEM texts."""

    username: str = ""
    password: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)
    insecure: bool = False
    server_name: str = ""
    ca: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    proxy_url: str = field(default="", repr=False)
    aws: AwsLogin | None = None
    plugin: ExecLogin | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return every text in it that must not be seen."""
        proxy = urlsplit(self.proxy_url).password if "@" in self.proxy_url else ""
        environment = [value for _, value in self.plugin.environment if len(value) > 7] if self.plugin else []
        return tuple(
            text
            for text in (self.password, self.bearer_token, self.key, proxy, *environment)
            if text is not None and text
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSecret:
    """A cluster as its Secret describes it; ``place`` names the Secret."""

    name: str
    server: str
    login: ClusterLogin = field(default=ClusterLogin())
    project: str = ""
    """The project that the cluster belongs to; empty for none."""
    namespaces: tuple[str, ...] = ()
    """The only namespaces that are managed; empty for all."""
    cluster_resources: bool = False
    """Whether objects without a namespace are managed although only some namespaces are."""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    place: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it describes the cluster that Argo CD itself runs in, which is the current context here."""
        return self.server == IN_CLUSTER_SERVER

    def denial(self, key: ResourceKey) -> str:
        """Return why an object is not managed in this cluster; empty where it is."""
        if not self.namespaces:
            return ""
        if key.namespace:
            kept = key.namespace in self.namespaces
            words = f'Namespace "{key.namespace}" for {key.kind} "{key.name}" is not managed'
            return "" if kept else f"{words} ({self.place}: namespaces)"
        if self.cluster_resources:
            return ""
        words = f'Cluster level {key.kind} "{key.name}" can not be managed when in namespaced mode'
        return f"{words} ({self.place}: clusterResources)"


def parse_cluster(
    fields: SecretFields, labels: Mapping[str, str], annotations: Mapping[str, str]
) -> tuple[ClusterSecret, tuple[str, ...]]:
    """Return the cluster, and notes about what has no effect; raises ``UsageError``."""
    server = fields.required("server").rstrip("/")
    parts = _split(server)
    if parts is None:
        raise fields.wrong("server", "is not a URL with https://", "It looks like https://203.0.113.7:6443.")
    namespaces = tuple(part.strip() for part in fields.text("namespaces").split(",") if part.strip())
    login, unknown = _login(fields)
    found = ClusterSecret(
        name=fields.text("name") or server,
        server=server,
        login=login,
        project=fields.text("project"),
        namespaces=namespaces,
        cluster_resources=fields.flag("clusterResources"),
        labels=labels,
        annotations=annotations,
        place=fields.place,
    )
    fields.text("shard")
    names = (*fields.unknown(), *unknown)
    return found, tuple(f"{fields.place}: field {name} has no effect" for name in names)


def _login(fields: SecretFields) -> tuple[ClusterLogin, list[str]]:
    text = fields.text("config")
    if not text:
        return ClusterLogin(), []
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # The error's own words may quote the text around the place.
        raise fields.wrong("config", f"is not JSON (line {error.lineno}, column {error.colno})") from None
    problems: list[str] = []
    unknown: list[str] = []
    config = FieldReader(value, "config", problems, unknown)
    tls = config.nested("tlsClientConfig")
    login = ClusterLogin(
        username=config.text("username"),
        password=config.text("password"),
        bearer_token=config.text("bearerToken").strip(),
        insecure=tls.boolean("insecure"),
        server_name=tls.text("serverName"),
        ca=_pem(tls.text("caData"), "caData", problems),
        certificate=_pem(tls.text("certData"), "certData", problems),
        key=_pem(tls.text("keyData"), "keyData", problems),
        proxy_url=config.text("proxyUrl"),
        aws=_aws(config),
        plugin=_plugin(config),
    )
    config.ignore("disableCompression")
    tls.finish()
    config.finish()
    problems += _contradictions(login)
    if problems:
        raise UsageError(f"{fields.place}: {problems[0]}", detail="\n".join(problems[1:]))
    return login, unknown


def _aws(config: FieldReader) -> AwsLogin | None:
    if "awsAuthConfig" not in config:
        return None
    aws = config.nested("awsAuthConfig")
    found = AwsLogin(cluster_name=aws.text("clusterName"), role_arn=aws.text("roleARN"), profile=aws.text("profile"))
    aws.finish()
    return found


def _plugin(config: FieldReader) -> ExecLogin | None:
    if "execProviderConfig" not in config:
        return None
    plugin = config.nested("execProviderConfig")
    found = ExecLogin(
        command=plugin.text("command"),
        arguments=plugin.texts("args"),
        environment=tuple(plugin.text_map("env").items()),
        api_version=plugin.text("apiVersion") or ExecLogin(command="").api_version,
    )
    plugin.ignore("installHint")
    plugin.finish()
    return found


def _contradictions(login: ClusterLogin) -> list[str]:
    found = []
    if login.insecure and login.ca:
        found.append("config.tlsClientConfig.insecure and caData exclude each other")
    if bool(login.certificate) != bool(login.key):
        found.append("config.tlsClientConfig.certData and keyData need each other")
    if login.password and not login.username:
        found.append("config.username is missing beside the password")
    if login.aws and not login.aws.cluster_name:
        found.append("config.awsAuthConfig.clusterName is missing")
    if login.plugin and not login.plugin.command:
        found.append("config.execProviderConfig.command is missing")
    return found


def _pem(encoded: str, name: str, problems: list[str]) -> str:
    if not encoded:
        return ""
    try:
        text = base64.b64decode("".join(encoded.split()), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if "-----BEGIN " not in text:
        problems.append(f"config.tlsClientConfig.{name} is not base64 of a PEM text")
    return text


def _split(server: str) -> object | None:
    try:
        parts = urlsplit(server)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None
