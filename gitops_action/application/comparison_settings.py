"""What ``argocd-cm`` says on comparisons: ignore rules of the whole installation, and ``resource.compareoptions``.

In: the data of the ConfigMap. Out: ``IgnoreDifference`` entries and ``CompareOptions``. A value that cannot be read is
a ``UsageError`` naming its key. Rules: DIF-33 to DIF-36.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gitops_action.application.application import IgnoreDifference
from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.resource.resource import Json

OPTIONS = "resource.compareoptions"
IGNORE = "resource.customizations.ignoreDifferences."
KNOWN_TYPES = "resource.customizations.knownTypeFields."
MASKED_ANNOTATIONS = "resource.sensitive.mask.annotations"
SERVER_SIDE_DIFF = "controller.diff.server.side"
_LEGACY = "resource.customizations"
_LISTS = ("jsonPointers", "jqPathExpressions", "managedFieldsManagers")
_REMEDY = "Correct the ConfigMap argocd-cm."


class StatusScope(StrEnum):
    """Of which kinds ``status`` is not compared."""

    ALL = "all"
    CRD = "crd"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOptions:
    """``resource.compareoptions``."""

    ignore_status: StatusScope = StatusScope.ALL
    ignore_aggregated_roles: bool = False
    ignore_on_updates: bool = True
    """``ignoreDifferencesOnResourceUpdates``: of consequence only for who watches; a run compares whenever it runs."""


COMPARE_OPTIONS = CompareOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownType:
    """A field of a custom kind that holds a type of Kubernetes, such as ``core/v1/PodSpec``."""

    group: str
    kind: str
    field: str
    type: str


def compare_options(data: Mapping[str, str], source: str) -> CompareOptions:
    """Return the options; an unknown word for the status means all, as in Argo CD."""
    value = _mapping(data.get(OPTIONS, ""), f"{source}: {OPTIONS}")
    word = str(value.get("ignoreResourceStatusField") if value.get("ignoreResourceStatusField") is not None else "all")
    roles = value.get("ignoreAggregatedRoles", False)
    updates = value.get("ignoreDifferencesOnResourceUpdates", True)
    for name, word_ in (("ignoreAggregatedRoles", roles), ("ignoreDifferencesOnResourceUpdates", updates)):
        if not isinstance(word_, bool):
            raise UsageError(f"{source}: {OPTIONS}: {name} is not a boolean", remedy=_REMEDY)
    scope = _STATUS_WORDS.get(word.lower(), StatusScope.ALL)
    return CompareOptions(ignore_status=scope, ignore_aggregated_roles=roles, ignore_on_updates=updates)


_STATUS_WORDS = {"crd": StatusScope.CRD, "none": StatusScope.NONE, "off": StatusScope.NONE, "false": StatusScope.NONE}


def ignored_differences(data: Mapping[str, str], source: str) -> tuple[IgnoreDifference, ...]:
    """Return the rules by kind; a key of its own replaces what the older ``resource.customizations`` says (DIF-36)."""
    rules: dict[str, IgnoreDifference] = {}
    for key, entry in _mapping(data.get(_LEGACY, ""), f"{source}: {_LEGACY}").items():
        text = entry.get("ignoreDifferences") if isinstance(entry, dict) else None
        if text is not None:
            rules[key] = _rule(key, _mapping(text, f"{source}: {_LEGACY}: {key}"), f"{source}: {_LEGACY}: {key}")
    for name, text in data.items():
        if name.startswith(IGNORE):
            key = _group_and_kind(name.removeprefix(IGNORE), f"{source}: {name}")
            rules[key] = _rule(key, _mapping(text, f"{source}: {name}"), f"{source}: {name}")
    return tuple(rules.values())


def asks_server(data: Mapping[str, str], source: str) -> bool:
    """Return whether differences are put to the API server; they are, unless the settings say ``false``."""
    word = data.get(SERVER_SIDE_DIFF, "true").lower()
    if word not in ("true", "false"):
        raise UsageError(f"{source}: {SERVER_SIDE_DIFF} is neither true nor false", remedy=_REMEDY)
    return word == "true"


def known_types(data: Mapping[str, str], source: str) -> tuple[KnownType, ...]:
    """Return the fields of known types; a key of its own replaces what the older one says of its kind (DIF-36)."""
    entries: dict[str, tuple[KnownType, ...]] = {}
    for key, entry in _mapping(data.get(_LEGACY, ""), f"{source}: {_LEGACY}").items():
        if isinstance(entry, dict) and entry.get("knownTypeFields") is not None:
            entries[key] = _known(key, entry["knownTypeFields"], f"{source}: {_LEGACY}: {key}")
    for name, text in data.items():
        if name.startswith(KNOWN_TYPES):
            key = _group_and_kind(name.removeprefix(KNOWN_TYPES), f"{source}: {name}")
            documents = load_documents(text, source=f"{source}: {name}")
            entries[key] = _known(key, documents[0][0] if documents else [], f"{source}: {name}")
    return tuple(each for known in entries.values() for each in known)


def _known(key: str, value: Json, source: str) -> tuple[KnownType, ...]:
    group, slash, kind = key.rpartition("/")
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) and each.get("field") and each.get("type") for each in entries):
        raise UsageError(f"{source}: not a list of field and type", remedy=_REMEDY)
    return tuple(
        KnownType(group=group if slash else "", kind=kind, field=str(each["field"]), type=str(each["type"]))
        for each in entries
    )


def _group_and_kind(text: str, source: str) -> str:
    parts = text.split("_")
    if len(parts) > 2 or not text:
        raise UsageError(f"{source}: the key does not end in <group>_<Kind>, <Kind> or all", remedy=_REMEDY)
    return "*/*" if text == "all" else "/".join(parts)


def _rule(key: str, value: dict[str, Json], source: str) -> IgnoreDifference:
    group, slash, kind = key.rpartition("/")
    lists = {name: value.get(name) or [] for name in _LISTS}
    for name, texts in lists.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise UsageError(f"{source}: {name} is not a list of strings", remedy=_REMEDY)
    if unknown := sorted(value.keys() - set(_LISTS)):
        raise UsageError(f"{source}: {unknown[0]!r} is not one of {', '.join(_LISTS)}", remedy=_REMEDY)
    pointers, expressions, managers = (tuple(lists[name]) for name in _LISTS)
    return IgnoreDifference(
        group=group if slash else "",
        kind=kind,
        json_pointers=pointers,
        jq_path_expressions=expressions,
        managed_fields_managers=managers,
    )


def _mapping(text: Json, source: str) -> dict[str, Json]:
    """Return a YAML text as a mapping; the older key has mappings written out as well."""
    value = text
    if isinstance(text, str):
        documents = load_documents(text, source=source)
        value = documents[0][0] if documents else {}
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError(f"{source}: not a mapping", remedy=_REMEDY)
    return {str(key): below for key, below in value.items()}
