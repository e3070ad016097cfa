"""How Kubernetes merges the fields of its own kinds, from an API server's OpenAPI → ``comparison/field_types.json``.

    python -m tools.field_types [--dir CLUSTER]

In: the running test cluster. Out: a table of names and merge rules, without descriptions: types by name, and in each a
code for every field. ``s`` is a scalar, ``q`` a quantity, ``a`` anything, ``@T`` the type T; ``{}`` is a map, ``[]`` a
list that is one value, ``[set]`` a set, ``[name]`` a list told apart by a key, each followed by the code of what is in
it; ``!`` before a map makes it one value. A test compares the table with the test cluster.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools import build
from tools.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).parents[1] / "gitops_action" / "comparison" / "field_types.json"
_PREFIXES = ("io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apimachinery.pkg.", "io.k8s.")
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_WRITTEN_BY_SERVER = frozenset({"status", "managedFields"})


def field_types(openapi: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table: ``kinds`` by ``apiVersion/kind``, and ``types``."""
    definitions = openapi["definitions"]
    kinds: dict[str, str] = {}
    for name, definition in definitions.items():
        for each in definition.get("x-kubernetes-group-version-kind", ()):
            properties = definition.get("properties", {})
            if len(definition["x-kubernetes-group-version-kind"]) == 1 and "metadata" in properties:
                api_version = f"{each['group']}/{each['version']}" if each["group"] else each["version"]
                if name.startswith("io.k8s.") and "items" not in properties:
                    kinds[f"{api_version}/{each['kind']}"] = _short(name)
    types: dict[str, Any] = {}
    waiting = list(kinds.values())
    long = {_short(name): name for name in definitions}
    while waiting:
        short = waiting.pop()
        if short in types:
            continue
        definition = definitions[long[short]]
        fields = {
            name: _code(property_, definitions)
            for name, property_ in sorted(definition["properties"].items())
            if name not in _WRITTEN_BY_SERVER
        }
        types[short] = fields | ({"!": ""} if definition.get("x-kubernetes-map-type") == "atomic" else {})
        waiting += [code.rpartition("@")[2] for code in fields.values() if "@" in code]
    return {"kinds": dict(sorted(kinds.items())), "types": dict(sorted(types.items()))}


def _code(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if reference := node.get("$ref"):
        name = reference.removeprefix("#/definitions/")
        if name == _QUANTITY:
            return "q"
        if "properties" in definitions[name]:
            return f"@{_short(name)}"
        return _code(definitions[name], definitions)
    match node.get("type"):
        case "array":
            how = node.get("x-kubernetes-list-type", "atomic")
            words = {"atomic": "", "set": "set"}.get(how) if how != "map" else ",".join(_keys(node))
            return f"[{words}]{_code(node['items'], definitions)}"
        case "object" if "additionalProperties" in node:
            mark = "!" if node.get("x-kubernetes-map-type") == "atomic" else ""
            return f"{mark}{{}}{_code(node['additionalProperties'], definitions)}"
        case "string" | "integer" | "number" | "boolean":
            return "s"
        case _:
            return "a"


def _keys(node: Mapping[str, Any]) -> list[str]:
    return sorted(node["x-kubernetes-list-map-keys"])


def _short(name: str) -> str:
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.field_types", description=__doc__)
    parser.add_argument("--dir", type=Path, default=build.cache_directory() / "cluster", help="the cluster's folder")
    table = field_types(Cluster.of(parser.parse_args().dir).request("GET", "/openapi/v2"))
    lines = [f"{json.dumps(name)}: {json.dumps(fields)}" for name, fields in table["types"].items()]
    body = ",\n".join(lines)
    FILE.write_text(f'{{"kinds": {json.dumps(table["kinds"], indent=0)},\n"types": {{\n{body}\n}}}}\n')


if __name__ == "__main__":
    main()
