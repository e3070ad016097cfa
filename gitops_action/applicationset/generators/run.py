"""One entry of ``generators`` → sets of parameters: which generators it names, its selector, its own template.

In: the entry as it is written. Out: a ``Result`` for each generator in it. Raises ``ApplicationError``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gitops_action.applicationset.generators import clusters, git, matrix, merge, pull_request, unsupported
from gitops_action.applicationset.generators import list as list_generator
from gitops_action.applicationset.params import flatten, go_text
from gitops_action.applicationset.selector import parse_selector
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import JsonObject

_PLAIN: Mapping[str, Callable[[JsonObject, Context], list[Params]]] = {
    "list": list_generator.generate,
    "clusters": clusters.generate,
    "git": git.generate,
    "scmProvider": unsupported.generate_scm_provider,
    "clusterDecisionResource": unsupported.generate_cluster_decision_resource,
    "pullRequest": pull_request.generate,
    "plugin": unsupported.generate_plugin,
}
_COMBINING = {"matrix": matrix.generate, "merge": merge.generate}
_ORDER = (
    "list",
    "clusters",
    "git",
    "scmProvider",
    "clusterDecisionResource",
    "pullRequest",
    "matrix",
    "merge",
    "plugin",
)
_DEEPEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one generator gave, and the template that is its own."""

    kind: str
    params: tuple[Params, ...]
    template: JsonObject


def run(generator: JsonObject, context: Context) -> list[Result]:
    """Return the result of each generator that an entry names (APS-11); none for an entry that names none."""
    return [
        Result(
            kind=kind,
            params=tuple(_chosen(generator, _params(kind, generator, context, 0))),
            template=generator[kind].get("template") or {},
        )
        for kind in _kinds(generator)
    ]


def _kinds(generator: JsonObject) -> list[str]:
    kinds = [kind for kind in _ORDER if generator.get(kind) is not None]
    if wrong := [kind for kind in kinds if not isinstance(generator[kind], dict)]:
        raise ApplicationError(f"the generator {wrong[0]} is no mapping", remedy="Write its fields below it.")
    return kinds


def _child(context: Context, depth: int, generator: JsonObject) -> list[Params]:
    """Return the parameters of a generator within a matrix or merge, which must be exactly one (APS-14)."""
    kinds = _kinds(generator)
    if len(kinds) != 1:
        found = f"more than one generator ({', '.join(kinds)})" if kinds else "no generator"
        raise ApplicationError(f"found {found} in one entry of a matrix or merge", remedy="Write an entry for each.")
    return _chosen(generator, _params(kinds[0], generator, context, depth))


def _params(kind: str, generator: JsonObject, context: Context, depth: int) -> list[Params]:
    spec = generator[kind]
    if kind in _PLAIN:
        return _PLAIN[kind](spec, context)
    if depth >= _DEEPEST:
        raise ApplicationError(
            f"a {kind} is nested too deep", remedy="A matrix or merge may hold a matrix or merge of plain generators."
        )
    return _COMBINING[kind](spec, context, partial(_child, context, depth + 1))


def _chosen(generator: JsonObject, params: list[Params]) -> list[Params]:
    """Return the sets that the entry's selector takes (APS-8)."""
    if generator.get("selector") is None:
        return params
    selector = parse_selector(generator["selector"])
    return [each for each in params if selector.matches({key: go_text(value) for key, value in flatten(each).items()})]
