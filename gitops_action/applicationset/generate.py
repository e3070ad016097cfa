"""``ApplicationSet`` → ``Application`` documents: all of them, or none and the reason (APS-9).

In: the set, the data of its generators and the engine of its templates. Out: ``Generated``. The documents are as Argo
CD would create them: in the set's namespace, and with its finalizer where the template names none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_action.applicationset.engine import TemplateError
from gitops_action.applicationset.generators.context import Context, Unavailable, failed
from gitops_action.applicationset.generators.run import run
from gitops_action.applicationset.model import Generated, SetCondition, SetConditionType
from gitops_action.applicationset.params import shown
from gitops_action.applicationset.patch import patched
from gitops_action.applicationset.template import FINALIZER, document, merged
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from gitops_action.applicationset.engine import Engine
    from gitops_action.applicationset.generators.run import Result
    from gitops_action.applicationset.inputs import GeneratorInputs
    from gitops_action.applicationset.model import ApplicationSet
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import JsonObject

MOST_APPLICATIONS = 10_000
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST_NAME = 253


def generate(applicationset: ApplicationSet, inputs: GeneratorInputs, engine: Engine) -> Generated:
    """Return the applications of a set in the order of its generators."""
    if any(condition.keeps_back for condition in applicationset.conditions):
        return Generated(conditions=applicationset.conditions)
    try:
        applications = _applications(applicationset, Context(engine=engine, inputs=inputs))
    except ApplicationError as error:
        return Generated(conditions=(*applicationset.conditions, _condition(applicationset, error)))
    none = () if applications else (_nothing(applicationset),)
    return Generated(applications=tuple(applications), conditions=(*applicationset.conditions, *none))


def _applications(applicationset: ApplicationSet, context: Context) -> list[JsonObject]:
    results = [result for generator in applicationset.generators for result in run(generator, context)]
    count = sum(len(result.params) for result in results)
    if count > MOST_APPLICATIONS:
        raise ApplicationError(
            f"{count} applications would be generated; {MOST_APPLICATIONS} is the limit",
            remedy="Split the set, or narrow its generators.",
        )
    made = [pair for result in results for pair in _made(result, applicationset, context.engine)]
    _check_names(made)
    return [application for application, _ in made]


def _made(result: Result, applicationset: ApplicationSet, engine: Engine) -> list[tuple[JsonObject, Params]]:
    """Return the applications of one generator, each with the parameters that it was made from."""
    template = document(merged(result.template, applicationset.template))
    made = []
    for rendered, params in zip(engine.render(template, result.params), result.params, strict=True):
        if not params:  # nothing to render with: the template itself, and no finalizer (APS-1)
            made.append((template, params))
            continue
        if isinstance(rendered, TemplateError):
            raise failed("the template", rendered, params)
        made.append((_with_finalizer(rendered, applicationset), params))
    return [(_complete(each, applicationset), params) for each, params in _patched(made, applicationset, engine)]


def _with_finalizer(application: JsonObject, applicationset: ApplicationSet) -> JsonObject:
    """Return the application as Argo CD makes it delete what it deployed, unless the set says otherwise (APS-7)."""
    metadata = application["metadata"]
    if metadata.get("finalizers") or applicationset.preserve_resources_on_deletion:
        return application
    return {**application, "metadata": {**metadata, "finalizers": [FINALIZER]}}


def _patched(
    made: list[tuple[JsonObject, Params]], applicationset: ApplicationSet, engine: Engine
) -> list[tuple[JsonObject, Params]]:
    if applicationset.template_patch is None:
        return made
    results = []
    texts = engine.render(applicationset.template_patch, [params for _, params in made])
    for (application, params), text in zip(made, texts, strict=True):
        if isinstance(text, TemplateError):
            raise failed("templatePatch", text, params)
        try:
            results.append((patched(application, text), params))
        except ApplicationError as error:
            raise _named(error, params) from error
    return results


def _complete(application: JsonObject, applicationset: ApplicationSet) -> JsonObject:
    metadata = {**application["metadata"], "namespace": applicationset.namespace}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata,
        "spec": application["spec"],
    }


def _check_names(made: list[tuple[JsonObject, Params]]) -> None:
    """Raise for a name that no application can have, and for one that two have (APS-10)."""
    seen: dict[str, Params] = {}
    for application, params in made:
        name = application["metadata"].get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            raise _named(
                ApplicationError(
                    f"an application would be named {name or ''!r}, which is no DNS name",
                    remedy="Use nameNormalized, basenameNormalized or `normalize` in the template's metadata.name.",
                ),
                params,
            )
        if name in seen:
            raise ApplicationError(
                f"two applications would be named {name}",
                detail=f"Parameters: {shown(seen[name])}\nParameters: {shown(params)}",
                remedy="Use more of the parameters in the template's metadata.name.",
            )
        seen[name] = params


def _named(error: ApplicationError, params: Params) -> ApplicationError:
    return ApplicationError(error.summary, detail=f"Parameters: {shown(params)}", remedy=error.remedy)


def _condition(applicationset: ApplicationSet, error: ApplicationError) -> SetCondition:
    is_unavailable = isinstance(error, Unavailable)
    detail = f"\n{error.detail}" if error.detail else ""
    return SetCondition(
        type=SetConditionType.UNSUPPORTED_GENERATOR if is_unavailable else SetConditionType.ERROR_OCCURRED,
        message=f"{_place(applicationset)}: {error.summary}{detail}",
        remedy=error.remedy,
    )


def _nothing(applicationset: ApplicationSet) -> SetCondition:
    return SetCondition(
        type=SetConditionType.NO_APPLICATIONS,
        message=f"{_place(applicationset)}: its generators give no parameters, so it has no applications",
    )


def _place(applicationset: ApplicationSet) -> str:
    return f"{applicationset.file}:{applicationset.line}: ApplicationSet {applicationset}"
