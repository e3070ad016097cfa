"""The API server's refusals → the ``ApiError`` that fits, with the server's own words and the cure.

In: an HTTP status and its body. Out: an exception to raise. Pure.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.errors import ApiError, ClusterError, Conflict, Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from gitops_action.adapters.http import Request

_TYPES: dict[int, type[ApiError]] = {
    400: Invalid,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Invalid,
}
_LONG = 400
"""Characters from which a message is shortened."""
_DETAIL = 4000
_VALUE = 80
"""Characters of an invalid value that are shown."""
_DENIED = re.compile(
    r'cannot (?P<verb>[\w*]+) (?:resource|path) "(?P<resource>[^"]*)"'
    r'(?: in API group "(?P<group>[^"]*)")?(?: (?:in the namespace "(?P<namespace>[^"]*)"|at the cluster scope))?'
)
# Old servers quote what stands around a field that they cannot decode, which may be a Secret's value.
_DECODE_CONTEXT = re.compile(r", error found in #\d+ byte of \.\.\..*", re.DOTALL)


def refusal(request: Request, status: int, body: bytes, server: str) -> ClusterError:
    """Return the error to raise for an answer of 300 or above."""
    parsed = _status(body)
    if parsed is None:
        return _not_kubernetes(request, status, body, server)
    reason = str(parsed.get("reason") or "")
    if status == HTTPStatus.UNAUTHORIZED:
        return Forbidden(
            f"the API server {server} does not accept the credentials",
            status=status,
            reason=reason or "Unauthorized",
            remedy="Has the token expired, or is it for another cluster? `kubectl create token NAME` makes a new one.",
        )
    message = _DECODE_CONTEXT.sub("", str(parsed.get("message") or f"{status} {_phrase(status)}"))
    short = _shortened(message, parsed.get("details"))
    # Server-side apply says 500 of a target that does not fit the schema, although the target is to blame.
    error = Invalid if message.startswith("failed to create typed patch object") else _TYPES.get(status, ApiError)
    return error(
        short,
        status=status,
        reason=reason,
        detail=message[:_DETAIL] if short != message else "",
        remedy=_remedy(status, message),
    )


def event_error(status: dict[str, Any]) -> ApiError:
    """Return the error of a ``WATCH``'s ``ERROR`` event, whose object is a Status."""
    code = int(status.get("code") or 500)
    return _TYPES.get(code, ApiError)(
        str(status.get("message") or "the watch failed"), status=code, reason=str(status.get("reason") or "")
    )


def granting_rule(verb: str, group: str, resource: str) -> str:
    """Return the RBAC rule, as YAML, that permits a verb on a resource."""
    return f'- apiGroups: ["{group}"]\n  resources: ["{resource}"]\n  verbs: ["{verb}"]'


def _status(body: bytes) -> dict[str, Any] | None:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) and parsed.get("kind") == "Status" else None


def _not_kubernetes(request: Request, status: int, body: bytes, server: str) -> ApiError:
    text = " ".join(body[:2000].decode("utf-8", "replace").split())[:300]
    error = _TYPES.get(status, ApiError)
    return error(
        f"{server} answered {status} {_phrase(status)}".rstrip() + f" to {request.method} {request.path}",
        status=status,
        detail=text,
        remedy="This is not an API server's own answer: is the URL right, and what stands between (proxy, login page)?",
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _shortened(message: str, details: Any) -> str:
    """Return a message whose long values are cut, by the causes that the server lists where it does."""
    if len(message) <= _LONG:
        return message
    causes = details.get("causes") if isinstance(details, dict) else None
    head, colon, _ = message.partition(" is invalid: ")
    if colon and isinstance(causes, list) and causes:
        parts = [_cause(cause) for cause in causes[:5] if isinstance(cause, dict)]
        more = f" (and {len(causes) - 5} more)" if len(causes) > 5 else ""
        return f"{head}{colon}{'; '.join(parts)}{more}"
    return f"{message[:_LONG]}…"


def _cause(cause: dict[str, Any]) -> str:
    message, field = str(cause.get("message") or ""), str(cause.get("field") or "")
    if len(message) > _VALUE * 2:
        kind, _, rest = message.partition(": ")
        *_, why = rest.rpartition(": ")
        message = f"{kind}: …: {why[-_VALUE * 2 :]}"
    return f"{field}: {message}" if field else message


def _remedy(status: int, message: str) -> str:
    if status == HTTPStatus.FORBIDDEN and (denied := _DENIED.search(message)):
        verb, resource = denied["verb"], denied["resource"]
        # The server says of a namespace that it lies in itself.
        inside = denied["namespace"] if resource != "namespaces" else ""
        where = f"a Role in namespace {inside}" if inside else "a ClusterRole"
        if "cannot " + verb + " path" in message:
            return f'Add to {where}, bound to this user:\n- nonResourceURLs: ["{resource}"]\n  verbs: ["{verb}"]'
        return f"Add to {where}, bound to this user:\n{granting_rule(verb, denied['group'] or '', resource)}"
    if status == HTTPStatus.FORBIDDEN and "attempting to grant RBAC permissions not currently held" in message:
        return "Nobody may give rights that they lack: give this user these rights, or the verb `escalate` on roles."
    return ""
