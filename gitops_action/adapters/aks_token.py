"""Tokens for Azure AKS, without kubelogin: the workflow's identity exchanged for a token of Microsoft Entra.

In: a tenant and the client that trusts the workflow (``AZURE_TENANT_ID``, ``AZURE_CLIENT_ID``, or the entry's own).
Out: an access token for AKS' server application, of about an hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.adapters.cloud import Minted, Question, required
from gitops_action.adapters.oidc import has_identity, identity_token
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from gitops_action.adapters.cloud import Cloud

AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The application that every AKS cluster with Entra is, unless it was set up with one of its own."""
_AUDIENCE = "api://AzureADTokenExchange"
_FILE = "AZURE_FEDERATED_TOKEN_FILE"
_SERVICE = "Microsoft Entra"
_AUTHORITIES = {
    "AZUREPUBLICCLOUD": "https://login.microsoftonline.com",
    "AZUREUSGOVERNMENT": "https://login.microsoftonline.us",
    "AZUREUSGOVERNMENTCLOUD": "https://login.microsoftonline.us",
    "AZURECHINACLOUD": "https://login.chinacloudapi.cn",
}
_ID = re.compile(r"[\w.-]+")
_TRUST = (
    "The application or managed identity needs a federated credential with issuer "
    "https://token.actions.githubusercontent.com, this job's `sub` as subject, and audience api://AzureADTokenExchange."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AksLogin:
    """Which client of which tenant asks for which server; ``environment`` is Azure's name of its cloud."""

    client: str = ""
    tenant: str = ""
    server: str = AKS_SERVER
    environment: str = ""


def lacks(login: AksLogin, cloud: Cloud) -> str:
    """Return what the environment lacks for a token; empty where nothing."""
    if not (login.client or cloud.text("AZURE_CLIENT_ID")):
        return "AZURE_CLIENT_ID is not set"
    if not (login.tenant or cloud.text("AZURE_TENANT_ID")):
        return "AZURE_TENANT_ID is not set"
    return "" if has_identity(cloud, _FILE) else "the job lacks the permission id-token: write"


def mint(login: AksLogin, cloud: Cloud) -> Minted:
    """Return a token for the cluster's server; raises ``ClusterError`` where Entra refuses."""
    tenant = _checked(login.tenant or cloud.text("AZURE_TENANT_ID"), "tenant")
    answer = cloud.ask_json(
        Question(
            service=_SERVICE,
            url=f"{_authority(login, cloud)}/{tenant}/oauth2/v2.0/token",
            form={
                "client_id": login.client or cloud.text("AZURE_CLIENT_ID"),
                "scope": f"{_checked(login.server, 'server')}/.default",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": identity_token(cloud, _AUDIENCE, _FILE),
                "grant_type": "client_credentials",
            },
            remedy=_TRUST,
        )
    )
    seconds = answer.get("expires_in")
    return Minted(
        token=required(answer, "access_token", _SERVICE),
        expires=cloud.now() + float(seconds) if isinstance(seconds, int) else None,
    )


def _authority(login: AksLogin, cloud: Cloud) -> str:
    if override := cloud.text("AZURE_AUTHORITY_HOST"):
        return override.rstrip("/")
    environment = login.environment or "AzurePublicCloud"
    try:
        return _AUTHORITIES[environment.upper()]
    except KeyError as error:
        known = "AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud"
        raise ClusterError("the Azure environment of the cluster is not known", remedy=f"Known are {known}.") from error


def _checked(text: str, what: str) -> str:
    if not _ID.fullmatch(text):
        raise ClusterError(f"the {what} id for {_SERVICE} is none", remedy="It is a UUID, or a domain's name.")
    return text
