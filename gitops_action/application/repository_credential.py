"""Which credential opens a repository for an application of a project.

In: a URL, a project's name, and all credentials of the run. Out: the one to use, or ``None``. The repository's own is
first, then the template with the longest prefix; another project's is never used, and no host's for another host.
Reads no secret.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gitops_action.application.fetch_hosts import address_of
from gitops_action.application.repository_url import normalized_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_action.application.credentials import RepositoryCredential, RepositoryCredentials


def credential_for(url: str, project: str, credentials: RepositoryCredentials) -> RepositoryCredential | None:
    """Return the credential for a URL, whatever its spelling.

    A repository's entry without any secret in it takes those of the template, and keeps its own proxy and trust.
    """
    wanted = _comparable(url)
    usable = [each for each in credentials.repositories if each.project in ("", project)]
    exact = _of_project(each for each in usable if not each.is_template and _comparable(each.url) == wanted)
    if exact is not None and _opens(exact):
        return exact
    prefixes = [each for each in usable if each.is_template and _covers(each.url, url)]
    longest = max((len(_comparable(each.url)) for each in prefixes), default=0)
    template = _of_project(each for each in prefixes if len(_comparable(each.url)) == longest)
    if exact is None or template is None:
        return exact or template
    return replace(
        template,
        insecure=exact.insecure or template.insecure,
        proxy=exact.proxy or template.proxy,
        no_proxy=exact.no_proxy or template.no_proxy,
        enable_oci=exact.enable_oci or template.enable_oci,
    )


def _covers(template: str, url: str) -> bool:
    """Return whether a template's URL is a prefix of another one that leads to the same host.

    As text ``https://git.example`` also begins ``https://git.example.org`` and ``https://git.example@elsewhere``, and
    ``..`` leads out of a path again. A slash at the end is kept: who writes it means no ``team-b`` by ``team/``.
    """
    theirs, ours = address_of(template), address_of(url)
    if theirs is None or ours is None or theirs.host != ours.host or ".." in unquote(url).split("/"):
        return False
    slash = "/" if template.rstrip().endswith("/") else ""
    same_port = theirs.scheme != ours.scheme or theirs.port == ours.port
    return same_port and f"{_comparable(url)}/".startswith(_comparable(template) + slash)


def _of_project(found: Iterable[RepositoryCredential]) -> RepositoryCredential | None:
    """Return the first that is the project's own, else the first that is everybody's."""
    return next(iter(sorted(found, key=lambda each: not each.project)), None)


def _opens(credential: RepositoryCredential) -> bool:
    return bool(credential.username or credential.secrets())


def _comparable(url: str) -> str:
    """Return a URL without what registries are named with or without."""
    return (normalized_url(url) or url.lower()).removeprefix("oci://").rstrip("/")
