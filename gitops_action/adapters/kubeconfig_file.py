"""One kubeconfig text → its named clusters, contexts and users.

In: YAML or JSON. Out: mappings of texts. Every scalar stays the text that was written: a token of digits is no number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_Loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
_PATH = re.compile(r"^(/|\./|\.\./|~/)[\w./ @-]{1,200}$|^[\w./ @-]{1,200}\.(ya?ml|json|conf|config)$")
_NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Entry:
    """A named cluster, context or user; paths in it are relative to ``directory``."""

    fields: Mapping[str, Any] = field(repr=False)
    directory: Path

    def text(self, name: str) -> str:
        """Return a field's text; empty where it is absent, null, or no scalar."""
        value = self.fields.get(name)
        return value if isinstance(value, str) and value not in _NULLS else ""

    def flag(self, name: str) -> bool:
        """Return whether a field says true."""
        return self.text(name).lower() == "true"

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a field's list of texts."""
        value = self.fields.get(name)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return a field's mapping; empty where it is absent."""
        value = self.fields.get(name)
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one file names."""

    current: str
    clusters: Mapping[str, Entry]
    contexts: Mapping[str, Entry]
    users: Mapping[str, Entry] = field(repr=False)


def read_file(path: Path) -> Document:
    """Read a kubeconfig file."""
    try:
        text = path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError, RuntimeError) as error:
        # What is no path may be credentials that were meant as content: it is not repeated.
        named = (
            f"the kubeconfig {path}" if _PATH.search(str(path)) else "input kubeconfig is no YAML text and, as a path,"
        )
        reason = "cannot be found" if isinstance(error, FileNotFoundError) else f"cannot be read: {_reason(error)}"
        raise UsageError(
            f"{named} {reason}",
            remedy="Input kubeconfig is a path that exists inside the container (the workspace or RUNNER_TEMP), or the "
            "kubeconfig's content. Content that is base64 is decoded first.",
        ) from error
    return _document(text, f"the kubeconfig {path}", path.expanduser().resolve().parent)


def read_text(text: str) -> Document:
    """Read a kubeconfig given as text; its relative paths start at the working directory."""
    return _document(text, "input kubeconfig", Path.cwd())


def _document(text: str, what: str, directory: Path) -> Document:
    try:
        root = yaml.load(text, Loader=_Loader)  # noqa: S506 - the base loader makes nothing but texts, lists and mappings
    except yaml.YAMLError as error:
        # The error's own words quote the text, which holds credentials; only the place is told.
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise UsageError(f"{what} is not YAML{place}", remedy=_WHOLE) from error
    if not isinstance(root, dict):
        raise UsageError(f"{what} is not a kubeconfig: it holds no mapping", remedy=_WHOLE)
    if not {"clusters", "contexts"} & root.keys():
        raise UsageError(f"{what} is not a kubeconfig: it has neither clusters nor contexts", remedy=_WHOLE)
    current = root.get("current-context")
    return Document(
        current=current if isinstance(current, str) and current not in _NULLS else "",
        clusters=_named(root, "clusters", "cluster", what, directory),
        contexts=_named(root, "contexts", "context", what, directory),
        users=_named(root, "users", "user", what, directory),
    )


_WHOLE = "`kubectl config view --minify --flatten --raw` writes one that is whole; the secret must be its exact text."


def _named(root: dict[str, Any], plural: str, singular: str, what: str, directory: Path) -> dict[str, Entry]:
    listed = root.get(plural)
    if listed is None or (isinstance(listed, str) and listed in _NULLS):
        return {}
    if not isinstance(listed, list):
        raise UsageError(f"{what} is not a kubeconfig: {plural} is not a list", remedy=_WHOLE)
    entries: dict[str, Entry] = {}
    for item in listed:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise UsageError(f"{what} is not a kubeconfig: an entry of {plural} has no name", remedy=_WHOLE)
        fields = item.get(singular)
        entries.setdefault(item["name"], Entry(fields if isinstance(fields, dict) else {}, directory))
    return entries


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or "it is not text"
