"""Which credential opens a repository for an application of a project.

In: a URL, a project's name, and all credentials of the run. Out: the one to use, or ``None``. The repository's own is
first, then the template with the longest prefix; another project's is never used. Reads no secret.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
    prefixes = [each for each in usable if each.is_template and wanted.startswith(_comparable(each.url))]
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


def _of_project(found: Iterable[RepositoryCredential]) -> RepositoryCredential | None:
    """Return the first that is the project's own, else the first that is everybody's."""
    return next(iter(sorted(found, key=lambda each: not each.project)), None)


def _opens(credential: RepositoryCredential) -> bool:
    return bool(credential.username or credential.secrets())


def _comparable(url: str) -> str:
    """Return a URL without what registries are named with or without."""
    return (normalized_url(url) or url.lower()).removeprefix("oci://").rstrip("/")
