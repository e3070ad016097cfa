"""Tokens for Google GKE, without gcloud: the workflow's identity exchanged for a token of Google.

In: a workload identity provider and perhaps a service account, from the environment: ``GCP_WORKLOAD_IDENTITY_PROVIDER``
and ``GCP_SERVICE_ACCOUNT``, or the file that google-github-actions/auth left (``GOOGLE_APPLICATION_CREDENTIALS``). Out:
an access token of an hour. Of such a file only names are believed, never an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import orjson

from gitops_action.adapters.cloud import Minted, Question, required
from gitops_action.adapters.oidc import has_identity, identity_token
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.adapters.cloud import Cloud

_PROVIDER = re.compile(
    r"(?://iam\.googleapis\.com/)?(projects/\d+/locations/global/workloadIdentityPools/[\w-]+/providers/[\w-]+)"
)
_ACCOUNT = re.compile(r"/serviceAccounts/([^/:]+):generateAccessToken$")
_FILES = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_GHA_CREDS_PATH")
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_SCOPES = (_SCOPE, "https://www.googleapis.com/auth/userinfo.email")
_STS = "Google's token service (STS)"
_IAM = "Google's IAM credentials service"
_TRUST = "Does the provider's attribute condition permit this repository?"
_GRANT = "Give the provider's principal the role roles/iam.workloadIdentityUser on the service account."


@dataclass(frozen=True, slots=True, kw_only=True)
class GkeLogin:
    """Who we are to Google: a provider's full name, a service account if one is impersonated, and the audience."""

    provider: str
    service_account: str = ""
    audience: str = ""


def lacks(cloud: Cloud) -> str:
    """Return what the environment lacks for a token; empty where nothing."""
    if not (cloud.text("GCP_WORKLOAD_IDENTITY_PROVIDER") or cloud.text(*_FILES)):
        return "GCP_WORKLOAD_IDENTITY_PROVIDER is not set"
    return "" if has_identity(cloud) else "the job lacks the permission id-token: write"


def mint(cloud: Cloud) -> Minted:
    """Return an access token; raises ``ClusterError`` where Google refuses."""
    login = login_of(cloud)
    audience = f"//iam.googleapis.com/{login.provider}"
    answer = cloud.ask_json(
        Question(
            service=_STS,
            url=f"{_endpoint(cloud, 'STS', 'https://sts.googleapis.com')}/v1/token",
            json={
                "audience": audience,
                "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
                "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
                "scope": _SCOPE,
                "subjectToken": identity_token(cloud, login.audience or f"https:{audience}"),
                "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
            },
            remedy=_TRUST,
        )
    )
    federated = required(answer, "access_token", _STS)
    cloud.mask(federated)
    if not login.service_account:
        seconds = answer.get("expires_in")
        return Minted(token=federated, expires=cloud.now() + seconds if isinstance(seconds, int) else None)
    return _impersonated(login.service_account, federated, cloud)


def login_of(cloud: Cloud) -> GkeLogin:
    """Return who we are, as the environment says."""
    named = cloud.text("GCP_WORKLOAD_IDENTITY_PROVIDER")
    if not named:
        return _from_file(cloud)
    if not (found := _PROVIDER.fullmatch(named)):
        raise ClusterError(
            "GCP_WORKLOAD_IDENTITY_PROVIDER is not the full name of a provider",
            remedy="projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER",
        )
    return GkeLogin(provider=found[1], service_account=cloud.text("GCP_SERVICE_ACCOUNT"))


def _impersonated(account: str, federated: str, cloud: Cloud) -> Minted:
    endpoint = _endpoint(cloud, "IAMCREDENTIALS", "https://iamcredentials.googleapis.com")
    answer = cloud.ask_json(
        Question(
            service=_IAM,
            url=f"{endpoint}/v1/projects/-/serviceAccounts/{quote(account, safe='@')}:generateAccessToken",
            headers={"Authorization": f"Bearer {federated}"},
            json={"scope": list(_SCOPES), "lifetime": "3600s"},
            remedy=_GRANT,
        )
    )
    try:
        expires = datetime.fromisoformat(required(answer, "expireTime", _IAM)).timestamp()
    except ValueError as error:
        raise ClusterError(f"{_IAM}: expireTime is no time") from error
    return Minted(token=required(answer, "accessToken", _IAM), expires=expires)


def _from_file(cloud: Cloud) -> GkeLogin:
    path = _path(cloud)
    content = _content(path)
    found = _PROVIDER.fullmatch(str(content.get("audience") or ""))
    if content.get("type") != "external_account" or not found:
        raise ClusterError(
            f"{path} is not the configuration of a workload identity provider",
            remedy="Let google-github-actions/auth write it, with workload_identity_provider; a key file is not read.",
        )
    account = _ACCOUNT.search(str(content.get("service_account_impersonation_url") or ""))
    source = content.get("credential_source")
    url = str(source.get("url") or "") if isinstance(source, dict) else ""
    return GkeLogin(
        provider=found[1],
        service_account=account[1] if account else "",
        audience=next(iter(parse_qs(urlsplit(url).query).get("audience", [])), ""),
    )


def _path(cloud: Cloud) -> Path:
    """Return the file; what has the runner's path is looked for where a container has the workspace."""
    named = Path(cloud.text(*_FILES))
    moved = Path(cloud.text("GITHUB_WORKSPACE") or ".") / named.name
    return moved if not named.is_file() and moved.is_file() else named


def _content(path: Path) -> Mapping[str, Any]:
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ClusterError(
            f"{path}, which {_FILES[0]} names, cannot be read",
            detail=(isinstance(error, OSError) and error.strerror) or "it is not JSON",
            remedy="In a container only the workspace and RUNNER_TEMP are visible.",
        ) from None
    return content if isinstance(content, dict) else {}


def _endpoint(cloud: Cloud, name: str, default: str) -> str:
    return (cloud.text(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}") or default).rstrip("/")
