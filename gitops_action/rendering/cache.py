"""What is kept of a rendering, for how long, and when a failure is answered from the cache.

In: what a rendering gave, or how it failed, and the time. Out: an ``Entry`` and its bytes, and back. Reads no clock and
no file. Argo CD's rules: manifests are good for a day; after three failures in a row the same sources are not tried
again for an hour.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.errors import ApplicationError
from gitops_action.rendering.context import Rendered
from gitops_action.rendering.source_kind import SourceKind
from gitops_action.resource import Resource
from gitops_action.resource.resource import Origin

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject

LIFETIME: Final = 24 * 3600.0
"""Seconds for which manifests are good."""
ATTEMPTS: Final = 3
PAUSE: Final = 3600.0
"""Seconds, from the first failure, for which nothing is tried after ``ATTEMPTS`` failures in a row."""
_AHEAD: Final = 300.0
"""Seconds that another machine's clock may be ahead of ours."""
_LARGEST: Final = 256 * 1024 * 1024
_PREFIX: Final = "Manifest generation error (cached): "


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a rendering failed, and how often in a row."""

    summary: str
    detail: str
    remedy: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kept rendering: what it gave or how it failed; ``created`` is when, of failures the first."""

    created: float
    result: Rendered | Failure


class Damaged(Exception):
    """Bytes that are no entry."""


def answer(entry: Entry, now: float) -> Rendered | None:
    """Return the rendering that an entry still stands for, ``None`` where it has to be made.

    Raises ``ApplicationError`` where it failed too often to be tried again so soon.
    """
    age = now - entry.created
    match entry.result:
        case Rendered() as rendered:
            return rendered if -_AHEAD <= age < LIFETIME else None
        case Failure() as failure:
            if failure.count >= ATTEMPTS and -_AHEAD <= age < PAUSE:
                raise ApplicationError(
                    _PREFIX + failure.summary,
                    detail=failure.detail,
                    remedy=f"{failure.remedy} To try it again at once: `gitops-action refresh --hard`.".lstrip(),
                )
            return None


def kept(rendered: Rendered, now: float) -> Entry:
    """Return the entry of a rendering."""
    return Entry(created=now, result=rendered)


def failed(error: ApplicationError, before: Entry | None, now: float) -> Entry:
    """Return the entry of a failure; ``before`` is what was known of the same sources."""
    count, first = 1, now
    known = before.result if before is not None and -_AHEAD <= now - before.created < LIFETIME else None
    if before is not None and isinstance(known, Failure) and known.count < ATTEMPTS:
        count, first = known.count + 1, before.created
    failure = Failure(summary=error.summary, detail=error.detail, remedy=error.remedy, count=count)
    return Entry(created=first, result=failure)


def holds_secret(rendered: Rendered) -> bool:
    """Return whether a Secret is among the targets."""
    return any(target.kind == "Secret" and not target.group for target in rendered.targets)


def is_repeatable(rendered: Rendered) -> bool:
    """Return whether a rendering is whole, and looked at nothing that may be other tomorrow, such as a remote base."""
    return not rendered.fetched and not any(condition.is_error for condition in rendered.conditions)


def encode(entry: Entry) -> bytes | None:
    """Return the bytes of an entry; ``None`` where JSON cannot hold it, such as a number of more than 64 bits."""
    match entry.result:
        case Rendered() as rendered:
            body: JsonObject = {"rendered": _plain(rendered)}
        case Failure() as failure:
            words = {"summary": failure.summary, "detail": failure.detail, "remedy": failure.remedy}
            body = {"failure": {**words, "count": failure.count}}
    try:
        return zlib.compress(orjson.dumps({"created": entry.created, **body}), 1)
    except TypeError:  # orjson.JSONEncodeError is one
        return None


def decode(content: bytes) -> Entry:
    """Return the entry that bytes hold; raises ``Damaged``."""
    try:
        unpacked = zlib.decompressobj()
        text = unpacked.decompress(content, _LARGEST)
        if unpacked.unconsumed_tail:
            raise Damaged("larger than an entry can be")
        value = orjson.loads(text)
        if failure := value.get("failure"):
            return Entry(created=float(value["created"]), result=Failure(**failure))
        return Entry(created=float(value["created"]), result=_rendered(value["rendered"]))
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(str(error)) from error


def _plain(rendered: Rendered) -> JsonObject:
    return {
        "targets": [[target.object, target.origin.file, target.origin.line] for target in rendered.targets],
        "conditions": [[each.type.value, each.message, each.remedy] for each in rendered.conditions],
        "commands": rendered.commands,
        "revisions": rendered.revisions,
        "kinds": [kind.value for kind in rendered.kinds],
    }


def _rendered(value: Json) -> Rendered:
    return Rendered(
        targets=tuple(Resource(content, Origin(file=file, line=line)) for content, file, line in value["targets"]),
        conditions=tuple(
            ApplicationCondition(type=ConditionType(kind), message=message, remedy=remedy)
            for kind, message, remedy in value["conditions"]
        ),
        commands=tuple(value["commands"]),
        revisions=tuple(value["revisions"]),
        kinds=tuple(SourceKind(kind) for kind in value["kinds"]),
    )
