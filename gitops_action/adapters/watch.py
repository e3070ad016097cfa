"""A ``WATCH`` as a sequence of events that outlives broken connections.

In: the collection's request, a version to start from, and seconds. Out: the events. A connection that ends early is
opened again from the last version seen; so is one that says nothing for longer than a server ever does, so that no read
waits for ever.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
from urllib3.exceptions import HTTPError, ReadTimeoutError

from gitops_action.adapters.refusal import event_error
from gitops_action.adapters.unreachable import unreachable
from gitops_action.errors import ApiError, ClusterError
from gitops_action.ports import WatchEvent
from gitops_action.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3.response import BaseHTTPResponse

    from gitops_action.adapters.http import Http, Request

_GRACE = 5.0
"""Seconds that the server may end its answer late."""
_SILENCE = 90.0
"""Seconds without a word after which the connection is taken for dead: servers send a bookmark each minute."""
_FAILURES = 5
"""Connections in a row that may break without an event."""
_PAUSE = 0.2
_CHUNK = 64 * 1024


def watch_events(http: Http, request: Request, *, resource_version: str, seconds: float) -> Iterator[WatchEvent]:
    """Yield the events of a collection until the time is over."""
    deadline = time.monotonic() + seconds
    version, failures = resource_version, 0
    while (left := deadline - time.monotonic()) > 0:
        try:
            for event in _connection(http, request, version, left):
                version, failures = event.object.resource_version or version, 0
                if event.type != "BOOKMARK":
                    yield event
        except ApiError:
            raise
        except ClusterError:
            failures += 1
            if failures >= _FAILURES or deadline - time.monotonic() <= _PAUSE:
                raise
        if deadline - time.monotonic() > _PAUSE:
            time.sleep(_PAUSE)


def _connection(http: Http, request: Request, version: str, left: float) -> Iterator[WatchEvent]:
    query = {
        **request.query,
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(max(1, round(left))),
    }
    response = http.stream(
        replace(request, query=query, encoding="identity", idempotent=True), seconds=min(left + _GRACE, _SILENCE)
    )
    try:
        yield from map(_event, _lines(response))
    except ReadTimeoutError:
        # A balancer may have dropped the connection without a word; from the last version on nothing is lost.
        return
    except HTTPError as error:
        raise unreachable(http.connection, error) from error
    finally:
        # Never back to the pool: what is unread on it would be taken for the next answer.
        response.close()


def _lines(response: BaseHTTPResponse) -> Iterator[bytes]:
    """Yield whole lines; the rest of a line that is cut is dropped, for the event comes again."""
    rest = b""
    for chunk in response.stream(_CHUNK, decode_content=True):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line.strip())


def _event(line: bytes) -> WatchEvent:
    try:
        parsed: dict[str, Any] = orjson.loads(line)
        kind, found = parsed["type"], parsed["object"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ClusterError(
            "the watch sent something that is not an event", remedy="Does a proxy stand between?"
        ) from error
    if kind == "ERROR":
        raise event_error(found)
    return WatchEvent(type=kind, object=Resource(found))
