"""A repository of Helm charts: its index, read once a run, and the charts that it names.

In: the repository's URL and what fetches. Out: the version that a constraint means, and a chart's archive. An exact
version is taken as it is; its existence shows when it is fetched. Archives are checked against the index's digest.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from gitops_action.adapters.kept_fetches import KeptFetches
from gitops_action.application.fetch_hosts import shown
from gitops_action.application.version import highest, nearest, parse_constraint, parse_version
from gitops_action.errors import ApplicationError
from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitops_action.adapters.download import Answer
    from gitops_action.resource.resource import Json

_INDEX_LIMIT = 50 * 1024 * 1024
_CHART_LIMIT = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartVersion:
    """One entry of the index; ``digest`` is the archive's SHA-256 in hex, empty where the index has none."""

    version: str
    url: str
    digest: str = ""


class ChartRepository:
    """One repository; safe to use from many threads. ``fetch`` gets a URL and the most bytes that it may bring."""

    def __init__(self, url: str, fetch: Callable[[str, int], Answer], kept: KeptFetches | None = None) -> None:
        self._url = url.rstrip("/")
        self._fetch = fetch
        self._kept = kept or KeptFetches()
        self._lock = threading.Lock()
        self._entries: Mapping[str, Json] | None = None
        self._failure: ApplicationError | None = None

    def resolve(self, chart: str, revision: str) -> ChartVersion:
        """Return the version that a revision means, with its digest where the index is known."""
        if parse_version(revision):
            known = self._entries is not None and self._find(chart, revision)
            return known or ChartVersion(version=revision, url="")
        versions = [entry.version for entry in self._versions(chart)]
        found = choose(revision, versions, f"the chart {chart} of {shown(self._url)}")
        return self._find(chart, found) or ChartVersion(version=found, url="")

    def pull(self, chart: str, version: str) -> bytes:
        """Return a chart's archive."""
        found = self._find(chart, version)
        if found is None or not found.url:
            offered = nearest(entry.version for entry in self._versions(chart))
            raise not_satisfied(version, f"the chart {chart} of {shown(self._url)}", offered)
        digest = found.digest.removeprefix("sha256:").lower()
        return self._kept.of_digest("chart", digest, lambda: self._fetched(chart, version, found.url, digest))

    def _fetched(self, chart: str, version: str, url: str, wanted: str) -> bytes:
        answer = checked(self._fetch(url, _CHART_LIMIT), f"the chart {chart} {version}")
        digest = hashlib.sha256(answer.body).hexdigest()
        if wanted and digest != wanted:
            raise ApplicationError(
                f"the chart {chart} {version} is not what the index of {shown(self._url)} names: SHA-256 {digest}",
                remedy="Find out who changed it, before it is used.",
            )
        return answer.body

    def _find(self, chart: str, version: str) -> ChartVersion | None:
        entries = self._versions(chart)
        same = [entry for entry in entries if entry.version == version]
        wanted = parse_version(version)
        same += [entry for entry in entries if wanted is not None and parse_version(entry.version) == wanted]
        return same[0] if same else None

    def _versions(self, chart: str) -> list[ChartVersion]:
        listed = self._index().get(chart)
        if not isinstance(listed, list):
            names = ", ".join(sorted(self._index())[:10]) or "none"
            raise ApplicationError(
                f"{shown(self._url)} has no chart {chart}", remedy=f"Correct the name; charts that it has: {names}."
            )
        entries = [entry for entry in listed if isinstance(entry, dict) and entry.get("version")]
        return [
            ChartVersion(
                version=str(entry["version"]),
                url=urljoin(f"{self._url}/", str((entry.get("urls") or [""])[0])),
                digest=str(entry.get("digest") or ""),
            )
            for entry in entries
        ]

    def _index(self) -> Mapping[str, Json]:
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._entries is None:
                try:
                    self._entries = self._read_index()
                except ApplicationError as error:
                    self._failure = error
                    raise
            return self._entries

    def _read_index(self) -> Mapping[str, Json]:
        where = f"{self._url}/index.yaml"
        answer = checked(self._fetch(where, _INDEX_LIMIT), shown(where))
        try:
            documents = load_documents(answer.body, source=shown(where))
        except YamlError as error:
            raise ApplicationError(f"{shown(where)} is no index of charts", detail=error.summary) from error
        index = documents[0][0] if documents else None
        entries = index.get("entries") if isinstance(index, dict) else None
        if not isinstance(entries, dict):
            raise ApplicationError(f"{shown(where)} is no index of charts", remedy="Check repoURL.")
        return entries


def choose(revision: str, versions: Iterable[str], what: str) -> str:
    """Return the highest version that satisfies a constraint; an error offers what there is."""
    known = list(versions)
    constraint = parse_constraint(revision)
    if constraint is None:
        if revision in known:
            return revision
        raise ApplicationError(
            f"{revision!r} is neither a version nor a constraint of {what}", remedy="Write it as in 1.2.3 or ^1.2."
        )
    found = highest(constraint, known)
    if not found:
        raise not_satisfied(revision, what, nearest(known))
    return found


def not_satisfied(revision: str, what: str, offered: Iterable[str]) -> ApplicationError:
    """Return the error for a version that no release has."""
    names = ", ".join(offered)
    there = f"the highest are {names}" if names else "it has no releases"
    return ApplicationError(
        f"no version of {what} satisfies {revision}: {there}", remedy="Correct targetRevision; prereleases need a -0."
    )


def checked(answer: Answer, what: str) -> Answer:
    """Return an answer that has content; a refusal is an error that names no credential."""
    host = urlsplit(answer.url).netloc.rpartition("@")[2]
    if answer.status in (401, 403):
        raise ApplicationError(
            f"{what}: access refused by {host} ({answer.status})",
            remedy="Check the repository's Secret: its user, password or token, and what they may read.",
        )
    if answer.status != 200:
        raise ApplicationError(
            f"{what}: {host} answers {answer.status}", remedy="Check repoURL, and the chart's version."
        )
    return answer
