"""The fields that generators have, so that one that is misspelt is a warning and not silence.

In: ``generators`` as they are written. Out: the paths of unknown fields. What a field holds is checked when it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_action.resource.resource import Json

_COMMON = frozenset({"template", "values", "requeueAfterSeconds"})
_PROVIDERS = {"github", "gitlab", "gitea", "bitbucket", "bitbucketServer", "filters"}
FIELDS: dict[str, frozenset[str]] = {
    "list": frozenset({"elements", "elementsYaml", "template"}),
    "clusters": frozenset({"selector", "values", "flatList", "template"}),
    "git": _COMMON | {"repoURL", "revision", "directories", "files", "pathParamPrefix"},
    "scmProvider": _COMMON | _PROVIDERS | {"azureDevOps", "awsCodeCommit", "cloneProtocol"},
    "clusterDecisionResource": _COMMON | {"configMapRef", "name", "labelSelector"},
    "pullRequest": _COMMON | _PROVIDERS | {"azuredevops", "continueOnRepoNotFoundError"},
    "plugin": _COMMON | {"configMapRef", "input"},
    "matrix": frozenset({"generators", "template"}),
    "merge": frozenset({"generators", "mergeKeys", "template"}),
}
"""Kind → its fields."""

METADATA = ("name", "namespace", "labels", "annotations", "finalizers")
"""What a template's metadata may say."""

_TEMPLATE = ("metadata", "spec")
_ITEMS = {"directories": frozenset({"path", "exclude"}), "files": frozenset({"path", "exclude"})}
_NESTING = ("matrix", "merge")


def unknown_template_fields(template: Json, path: str) -> Iterator[str]:
    """Yield what a template has beside metadata and spec, and what no application gets from its metadata."""
    if not isinstance(template, dict):
        return
    yield from (f"{path}.{name}" for name in template if name not in _TEMPLATE)
    metadata = template.get("metadata")
    if isinstance(metadata, dict):
        yield from (f"{path}.metadata.{name}" for name in metadata if name not in METADATA)


def unknown_fields(generators: Json, path: str) -> Iterator[str]:
    """Yield the path of each field that no generator of this kind has."""
    for index, generator in enumerate(generators if isinstance(generators, list) else ()):
        at = f"{path}[{index}]"
        if not isinstance(generator, dict):
            continue
        for kind, spec in generator.items():
            if kind in FIELDS:
                yield from _of_generator(kind, spec, f"{at}.{kind}")
            elif kind != "selector":
                yield f"{at}.{kind}"


def _of_generator(kind: str, spec: Json, path: str) -> Iterator[str]:
    if not isinstance(spec, dict):
        return
    yield from (f"{path}.{name}" for name in spec if name not in FIELDS[kind])
    yield from unknown_template_fields(spec.get("template"), f"{path}.template")
    for name, known in _ITEMS.items():
        for index, item in enumerate(spec[name] if kind == "git" and isinstance(spec.get(name), list) else ()):
            if isinstance(item, dict):
                yield from (f"{path}.{name}[{index}].{field}" for field in item if field not in known)
    if kind in _NESTING:
        yield from unknown_fields(spec.get("generators"), f"{path}.generators")
