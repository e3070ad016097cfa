"""Which programs for credentials need not be run, because their token can be made here.

In: a program with its arguments, as an ``exec`` entry of a kubeconfig or a cluster Secret names it, and the job's
environment. Out: what makes the token, or a word on what the environment lacks for it. Known are the AWS CLI and
aws-iam-authenticator, gke-gcloud-auth-plugin, kubelogin, and argocd-k8s-auth, which stands for all three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from gitops_action.adapters import aks_token, eks_token, gke_token
from gitops_action.adapters.minted_token import MintedToken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitops_action.adapters.cloud import Cloud, Minted

_OWN = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")
"""Variables of an entry that count for AWS. None of them is an address."""
_IDENTITIES = ("workloadidentity", "spn")
"""Ways to log in to Azure in which the client of an entry is an identity, and not the program itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program for credentials, as an entry names it; ``server`` is the URL of the cluster that it is for."""

    command: str
    arguments: tuple[str, ...] = field(default=(), repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    server: str = ""


def token_instead(program: Program, cloud: Cloud) -> MintedToken | str:
    """Return what makes the program's token; else what the environment lacks, empty where the program is not known."""
    match PurePath(program.command).name.removesuffix(".exe"), *program.arguments:
        case "aws", *rest if "get-token" in rest:
            return _eks(program, cloud, cluster=("--cluster-name", "--cluster-id"), role=("--role-arn", "--role"))
        case "aws-iam-authenticator", *rest if "token" in rest:
            return _eks(program, cloud, cluster=("-i", "--cluster-id"), role=("-r", "--role"))
        case "argocd-k8s-auth", "aws", *_:
            return _eks(program, cloud, cluster=("--cluster-name",), role=("--role-arn",))
        case ("gke-gcloud-auth-plugin", *_) | ("argocd-k8s-auth", "gcp", *_):
            return _made(partial(gke_token.mint, cloud), gke_token.lacks(cloud), "GKE", cloud)
        case ("kubelogin", "get-token", *_) | ("argocd-k8s-auth", "azure", *_):
            return _aks(program, cloud)
        case _:
            return ""


def _eks(program: Program, cloud: Cloud, *, cluster: Sequence[str], role: Sequence[str]) -> MintedToken | str:
    flags = _flags(program.arguments)
    if _first(flags, ("--profile",)) or program.environment.get("AWS_PROFILE"):
        return "it names an AWS profile, and files of profiles are not read"
    login = eks_token.EksLogin(
        cluster=_first(flags, cluster),
        role_arn=_first(flags, role),
        region=_first(flags, ("--region",)),
        server=program.server,
        own={name: program.environment[name] for name in _OWN if name in program.environment},
    )
    return _made(partial(eks_token.mint, login, cloud), eks_token.lacks(login, cloud), "EKS", cloud)


def _aks(program: Program, cloud: Cloud) -> MintedToken | str:
    flags, own = _flags(program.arguments), program.environment
    way = _first(flags, ("--login", "-l")) or own.get("AAD_LOGIN_METHOD", "")
    client = _first(flags, ("--client-id",)) or own.get("AZURE_CLIENT_ID", "")
    login = aks_token.AksLogin(
        client=client if way in _IDENTITIES else "",
        tenant=_first(flags, ("--tenant-id", "-t")) or own.get("AZURE_TENANT_ID", ""),
        server=_first(flags, ("--server-id",)) or own.get("AAD_SERVER_APPLICATION_ID", "") or aks_token.AKS_SERVER,
        environment=_first(flags, ("--environment", "-e")) or own.get("AAD_ENVIRONMENT_NAME", ""),
    )
    return _made(partial(aks_token.mint, login, cloud), aks_token.lacks(login, cloud), "AKS", cloud)


def _made(mint: Callable[[], Minted], lacking: str, source: str, cloud: Cloud) -> MintedToken | str:
    return lacking or MintedToken(mint, source=source, mask=cloud.mask, now=cloud.now)


def _flags(arguments: Sequence[str]) -> dict[str, str]:
    """Return the arguments that are ``--name value`` or ``--name=value``."""
    found: dict[str, str] = {}
    for position, argument in enumerate(arguments):
        if not argument.startswith("-"):
            continue
        name, equals, value = argument.partition("=")
        follower = arguments[position + 1] if position + 1 < len(arguments) else ""
        found[name] = value if equals else "" if follower.startswith("-") else follower
    return found


def _first(flags: Mapping[str, str], names: Sequence[str]) -> str:
    return next((flags[name] for name in names if flags.get(name)), "")
