"""Endpoints in the one form in which the order and grouping of subsets does not matter (DIF-9).

In: the subsets of an Endpoints object. Out: the same addresses and ports, grouped and sorted; no protocol is
TCP. What has another shape stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.comparison.strict import canonical

if TYPE_CHECKING:
    from gitops_action.resource.resource import Json, JsonObject

_READY, _NOT_READY = "addresses", "notReadyAddresses"


def repacked(subsets: Json) -> Json:
    """Return subsets grouped by their addresses."""
    if not isinstance(subsets, list) or not all(_is_subset(each) for each in subsets):
        return subsets
    by_port: dict[bytes, tuple[JsonObject, dict[bytes, tuple[str, JsonObject]]]] = {}
    for subset in subsets:
        for port in subset.get("ports") or [{}]:
            whole = port | {"protocol": port.get("protocol") or "TCP"} if port else port
            _, addresses = by_port.setdefault(canonical(whole), (whole, {}))
            for name in (_NOT_READY, _READY):
                addresses |= {canonical(each): (name, each) for each in subset.get(name) or ()}
    groups: dict[tuple[tuple[bytes, str], ...], tuple[list[JsonObject], list[tuple[str, JsonObject]]]] = {}
    for _, (port, addresses) in sorted(by_port.items()):
        key = tuple(sorted((text, name) for text, (name, _) in addresses.items()))
        ports, _ = groups.setdefault(key, ([], [addresses[text] for text, _ in key]))
        ports += [port] if port else []
    return [_subset(ports, addresses) for _, (ports, addresses) in sorted(groups.items())]


def _is_subset(value: Json) -> bool:
    return isinstance(value, dict) and all(
        value.get(name) is None or (isinstance(value[name], list) and all(isinstance(e, dict) for e in value[name]))
        for name in (_READY, _NOT_READY, "ports")
    )


def _subset(ports: list[JsonObject], addresses: list[tuple[str, JsonObject]]) -> JsonObject:
    named = {name: [each for kind, each in addresses if kind == name] for name in (_READY, _NOT_READY)}
    return {name: value for name, value in {**named, "ports": ports}.items() if value}
