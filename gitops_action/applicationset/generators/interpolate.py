"""The second generator of a matrix, rendered with each set of parameters of the first (APS-12).

``values`` are different: what the first generator does not know in them is left for the second one itself.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from gitops_action.applicationset.engine import TemplateError
from gitops_action.applicationset.generators.context import failed
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_action.applicationset.engine import Engine
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import Json, JsonObject

_WITH_VALUES = ("clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", "plugin")
_NESTING = ("matrix", "merge")


def interpolated(generator: JsonObject, params: Sequence[Params], engine: Engine) -> list[JsonObject]:
    """Return the generator once for each set; its own selector filters what comes out and is left as it is."""
    if not isinstance(generator, dict):
        raise ApplicationError("a generator in a matrix is no mapping", remedy="Write it as `list:`, `git:` or such.")
    stripped = copy.deepcopy({key: value for key, value in generator.items() if key != "selector"})
    kept = {"selector": generator["selector"]} if "selector" in generator else {}
    values = [
        (n, spec.pop("values")) for n, spec in enumerate(_specs(stripped)) if isinstance(spec.get("values"), dict)
    ]
    texts = [(number, _values(each, params, engine)) for number, each in values]
    results: list[JsonObject] = []
    for index, (each, result) in enumerate(zip(params, engine.render(stripped, params), strict=True)):
        if isinstance(result, TemplateError):
            raise failed("a generator in a matrix", result, each)
        if not each:
            results.append(generator)
            continue
        specs = list(_specs(result))
        for number, of_each in texts:
            specs[number]["values"] = of_each[index]
        results.append({**result, **kept})
    return results


def _specs(generator: Json) -> Iterator[JsonObject]:
    """Yield what may have ``values`` in a generator and in those that it nests, always in the same order."""
    if not isinstance(generator, dict):
        return
    yield from (generator[kind] for kind in _WITH_VALUES if isinstance(generator.get(kind), dict))
    for kind in _NESTING:
        nested = generator.get(kind)
        children = nested.get("generators") if isinstance(nested, dict) else None
        for child in children if isinstance(children, list) else ():
            yield from _specs(child)


def _values(values: dict[str, Json], params: Sequence[Params], engine: Engine) -> list[dict[str, Json]]:
    """Return the values for each set of parameters."""
    results: list[dict[str, Json]] = [{} for _ in params]
    for name, text in values.items():
        for each, result, rendered in zip(params, results, engine.strict.render(text, params), strict=True):
            if isinstance(rendered, TemplateError) and not rendered.is_missing_key:
                raise failed(f"the value {name} of a generator in a matrix", rendered, each)
            result[name] = text if isinstance(rendered, TemplateError) else rendered
    return results
