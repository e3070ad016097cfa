"""Tokens for Amazon EKS, without the AWS CLI: a signed request to STS that EKS sends in our name.

In: the cluster's name and region, perhaps a role, and the keys or the identity in the environment. Out: a token that
lasts 15 minutes. The keys are those of the environment (``AWS_ACCESS_KEY_ID`` …), else those of the role
``AWS_ROLE_ARN`` (or the entry's own) for the workflow's identity; a further role is assumed by these.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from gitops_action.adapters.cloud import Minted, Question
from gitops_action.adapters.oidc import has_identity, identity_token
from gitops_action.adapters.sigv4 import AwsKeys, Scope, presigned_url, signed_headers
from gitops_action.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.adapters.cloud import Cloud

TOKEN_SECONDS = 14 * 60
"""A minute less than EKS takes a token for."""
_AUDIENCE = "sts.amazonaws.com"
_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE"
_SERVICE = "AWS STS"
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}")
_OF_SERVER = re.compile(r"\.([a-z0-9-]+)\.eks\.amazonaws\.com(?:\.cn)?(?::\d+)?$")
_TRUST = "Does the role's trust policy name GitHub's provider (audience sts.amazonaws.com) and this repository's `sub`?"


@dataclass(frozen=True, slots=True, kw_only=True)
class EksLogin:
    """Which cluster, and as whom. ``own`` are variables that the entry brings with it, such as keys."""

    cluster: str
    role_arn: str = ""
    region: str = ""
    server: str = ""
    own: Mapping[str, str] = field(default_factory=dict, repr=False)


def lacks(login: EksLogin, cloud: Cloud) -> str:
    """Return what the environment lacks for a token; empty where nothing."""
    if not login.cluster:
        return "the cluster's name is missing in its arguments"
    if not _region(login, cloud):
        return "AWS_REGION is not set"
    if _given_keys(login, cloud):
        return ""
    if not has_identity(cloud, _FILE):
        return "there are neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor the permission id-token: write"
    return "" if cloud.text("AWS_ROLE_ARN") or login.role_arn else "AWS_ROLE_ARN is not set"


def mint(login: EksLogin, cloud: Cloud) -> Minted:
    """Return a token for the cluster; raises ``ClusterError`` where AWS refuses."""
    region = _region(login, cloud)
    keys = _keys(login, region, cloud)
    now = cloud.now()
    url = presigned_url(
        "GET",
        f"{_endpoint(region, cloud)}/?Action=GetCallerIdentity&Version=2011-06-15",
        headers={"x-k8s-aws-id": login.cluster},
        keys=keys,
        scope=Scope(region=region, service="sts", time=now),
        seconds=60,
    )
    encoded = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return Minted(token=f"k8s-aws-v1.{encoded}", expires=now + TOKEN_SECONDS)


def _keys(login: EksLogin, region: str, cloud: Cloud) -> AwsKeys:
    keys, role = _given_keys(login, cloud), cloud.text("AWS_ROLE_ARN")
    if keys is None:
        first = role or login.role_arn
        keys = _with_identity(first, region, cloud)
        if first == login.role_arn:
            return keys
    return _assumed(login.role_arn, keys, region, cloud) if login.role_arn else keys


def _given_keys(login: EksLogin, cloud: Cloud) -> AwsKeys | None:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    # Keys are never put together of two places.
    source = login.own if login.own.get(names[0]) else cloud.environ
    key_id, secret, session = (source.get(name, "").strip() for name in names)
    if not (key_id and secret):
        return None
    for text in filter(None, (secret, session)):
        cloud.mask(text)
    return AwsKeys(access_key_id=key_id, secret_access_key=secret, session_token=session)


def _with_identity(role: str, region: str, cloud: Cloud) -> AwsKeys:
    form = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": _session_name(cloud),
        "WebIdentityToken": identity_token(cloud, _AUDIENCE, _FILE),
    }
    answer = cloud.ask(Question(service=_SERVICE, url=f"{_endpoint(region, cloud)}/", form=form, remedy=_TRUST))
    return _read(answer, cloud)


def _assumed(role: str, keys: AwsKeys, region: str, cloud: Cloud) -> AwsKeys:
    query = f"Action=AssumeRole&RoleArn={quote(role, safe='')}&RoleSessionName={quote(_session_name(cloud), safe='')}"
    query += "&Version=2011-06-15"
    url = f"{_endpoint(region, cloud)}/?{query}"
    scope = Scope(region=region, service="sts", time=cloud.now())
    headers = signed_headers("GET", url, headers={}, body=b"", keys=keys, scope=scope)
    remedy = f"May the first role assume {role}, and does that one trust it?"
    return _read(cloud.ask(Question(service=_SERVICE, url=url, method="GET", headers=headers, remedy=remedy)), cloud)


def _read(answer: str, cloud: Cloud) -> AwsKeys:
    """Return the keys in an answer of STS, which is XML of a fixed form."""
    texts = [re.search(f"<{name}>([^<]+)</{name}>", answer) for name in _ANSWER]
    if not all(texts):
        raise ClusterError(f"{_SERVICE}: the answer holds no keys", remedy="Does a proxy answer in its place?")
    key_id, secret, session = (found[1] for found in texts if found)
    cloud.mask(secret)
    cloud.mask(session)
    return AwsKeys(access_key_id=key_id, secret_access_key=secret, session_token=session)


_ANSWER = ("AccessKeyId", "SecretAccessKey", "SessionToken")


def _region(login: EksLogin, cloud: Cloud) -> str:
    found = _OF_SERVER.search(login.server)
    named = login.region or login.own.get("AWS_REGION", "") or (found[1] if found else "")
    region = named or cloud.text("AWS_REGION", "AWS_DEFAULT_REGION")
    if region and not _REGION.fullmatch(region):
        raise ClusterError("the AWS region of the cluster is none", remedy="It looks like eu-central-1.")
    return region


def _endpoint(region: str, cloud: Cloud) -> str:
    if override := cloud.text("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"):
        return override.rstrip("/")
    return f"https://sts.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def _session_name(cloud: Cloud) -> str:
    return re.sub(r"[^\w+=,.@-]", "-", cloud.text("AWS_ROLE_SESSION_NAME") or "gitops-action")[:64]
