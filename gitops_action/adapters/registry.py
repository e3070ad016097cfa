"""One repository of an OCI registry: tags, manifests and blobs, as the distribution specification has them.

In: the registry's address, the repository's name and what fetches. Out: digests, tags and the one content layer of an
artifact. Whatever was asked for by digest is checked against it. A registry that asks for a token is given one, which
comes from where it says, if the run may fetch from there.
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlencode, urljoin

import orjson

from gitops_action.adapters.chart_repository import checked
from gitops_action.adapters.kept_fetches import KeptFetches
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.adapters.download import Answer
    from gitops_action.resource.resource import JsonObject

CHART_LAYER: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_ACCEPTED: Final = f"{_MANIFEST}, application/vnd.docker.distribution.manifest.v2+json"
_CONTENT: Final = re.compile(r"tar(?:\+gzip|\.gzip)?$")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_CHALLENGE: Final = re.compile(r'([a-z_]+)="([^"]*)"')
_NEXT: Final = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')
_MOST_LAYERS, _MOST_PAGES = 10, 100
_MANIFEST_LIMIT, _BLOB_LIMIT = 4 * 1024 * 1024, 100 * 1024 * 1024


class Fetch(Protocol):
    """Gets a URL; ``authorization`` replaces the credential's own, ``None`` leaves it, empty sends none."""

    def __call__(self, url: str, limit: int, headers: Mapping[str, str], authorization: str | None) -> Answer:
        """Return the answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """An artifact's content; ``digest`` is its manifest's."""

    digest: str
    media_type: str
    content: bytes


class RegistryRepository:
    """One repository; safe to use from many threads. ``base`` is ``https://host``.

    One that did not answer is not asked again.
    """

    def __init__(self, base: str, name: str, fetch: Fetch, kept: KeptFetches | None = None) -> None:
        self._base = base
        self._name = name
        self._fetch = fetch
        self._kept = kept or KeptFetches()
        self._lock = threading.Lock()
        self._token: str | None = None
        self._tags: tuple[str, ...] | None = None
        self._digests: dict[str, str] = {}
        self._failure: ApplicationError | None = None

    def __str__(self) -> str:
        """Return the name as people write it."""
        return f"{self._base.partition('://')[2]}/{self._name}"

    def tags(self) -> tuple[str, ...]:
        """Return all tags, ``_`` read as the ``+`` that tags cannot have (OCI-2)."""
        with self._lock:
            if self._tags is None:
                self._tags = tuple(tag.replace("_", "+") for tag in self._listed())
            return self._tags

    def digest(self, reference: str) -> str:
        """Return the digest of a tag's manifest; empty where there is no such tag."""
        if _DIGEST.fullmatch(reference):
            return reference
        with self._lock:
            if reference not in self._digests:
                answer = self._get(f"manifests/{_tag(reference)}", _MANIFEST_LIMIT, accept=_ACCEPTED)
                if answer.status == 404:
                    return ""
                checked(answer, str(self))
                self._digests[reference] = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
            return self._digests[reference]

    def pull(self, reference: str) -> Artifact:
        """Return the content of a tag or digest (OCI-3)."""
        with self._lock:
            answer = checked(
                self._get(f"manifests/{_tag(reference)}", _MANIFEST_LIMIT, accept=_ACCEPTED), f"{self}:{reference}"
            )
            digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
            if _DIGEST.fullmatch(reference) and digest != reference:
                raise self._damaged(reference, digest)
            layer = self._content_layer(_json(answer.body, str(self)), reference)
            wanted = str(layer.get("digest"))
            content = self._kept.of_digest(
                "blob", wanted.removeprefix("sha256:"), lambda: self._blob(wanted, f"{self}:{reference}")
            )
            return Artifact(digest=digest, media_type=str(layer.get("mediaType")), content=content)

    def _blob(self, wanted: str, what: str) -> bytes:
        blob = checked(self._get(f"blobs/{wanted}", _BLOB_LIMIT), what).body
        found = f"sha256:{hashlib.sha256(blob).hexdigest()}"
        if found != wanted:
            raise self._damaged(wanted, found)
        return blob

    def _content_layer(self, manifest: JsonObject, reference: str) -> JsonObject:
        layers = manifest.get("layers")
        known = [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
        content = [layer for layer in known if _CONTENT.search(str(layer.get("mediaType")))]
        if len(known) > _MOST_LAYERS or len(content) != 1 or not _DIGEST.fullmatch(str(content[0].get("digest"))):
            raise ApplicationError(
                f"{self}:{reference} has {len(known)} layers, {len(content)} of them with files; wanted is one of at"
                f" most {_MOST_LAYERS}",
                remedy="Push the manifests as one layer of media type …tar+gzip; images are not rendered.",
            )
        return content[0]

    def _listed(self) -> list[str]:
        tags: list[str] = []
        path = "tags/list?n=1000"
        for _ in range(_MOST_PAGES):
            answer = checked(self._get(path, _MANIFEST_LIMIT), str(self))
            listed = _json(answer.body, str(self)).get("tags") or []
            tags += [str(tag) for tag in listed] if isinstance(listed, list) else []
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                return tags
            path = urljoin(f"{self._base}/v2/{self._name}/", following[1])
            if not path.startswith(f"{self._base}/v2/"):
                raise ApplicationError(f"{self}: its list of tags goes on elsewhere", remedy="Write an exact version.")
        raise ApplicationError(f"{self} has more than {_MOST_PAGES:,} pages of tags", remedy="Write an exact version.")

    def _get(self, path: str, limit: int, *, accept: str = "*/*") -> Answer:
        if self._failure is not None:
            raise self._failure
        url = urljoin(f"{self._base}/v2/{self._name}/", path)
        try:
            answer = self._fetch(url, limit, {"Accept": accept}, self._token)
            if answer.status == 401 and self._token is None:
                self._token = self._authorized(answer.headers.get("www-authenticate", ""))
                answer = self._fetch(url, limit, {"Accept": accept}, self._token)
        except ApplicationError as error:
            self._failure = error
            raise
        return answer

    def _authorized(self, challenge: str) -> str | None:
        """Return the header that answers a challenge: a token, or the credential itself (``None``)."""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() != "bearer":
            return None
        fields = dict(_CHALLENGE.findall(rest))
        scope = fields.get("scope") or f"repository:{self._name}:pull"
        query = urlencode({"service": fields.get("service", ""), "scope": scope})
        realm = fields.get("realm", "")
        if self._base.startswith("https://") and not realm.lower().startswith("https://"):
            raise ApplicationError(
                f"{self}: the registry's token service is not encrypted, so it is sent no credential"
            )
        answer = checked(self._fetch(f"{realm}{'&' if '?' in realm else '?'}{query}", 1 << 20, {}, None), str(self))
        said = _json(answer.body, str(self))
        token = said.get("token") or said.get("access_token")
        if not isinstance(token, str) or not token.isprintable():
            raise ApplicationError(f"{self}: the registry's token service gives no token", remedy="Check the Secret.")
        return f"Bearer {token}"

    def _damaged(self, wanted: str, found: str) -> ApplicationError:
        return ApplicationError(
            f"{self}: the content of {wanted} is {found}", remedy="Find out who changed it, before it is used."
        )


def _tag(reference: str) -> str:
    return reference.replace("+", "_")


def _json(body: bytes, what: str) -> JsonObject:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApplicationError(f"{what}: the answer is no JSON", remedy="Check repoURL.") from error
    return value if isinstance(value, dict) else {}
