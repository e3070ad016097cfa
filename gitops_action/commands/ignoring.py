"""Which ignore rules a comparison goes by: those of the base, where a change is reviewed.

In: an application, the session, and a comparison. Out: what takes hidden fields out of sight, and conditions: rules
that cannot work, and what the change itself would hide. A change cannot hide anything from its own review.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from gitops_action.adapters.jq import JqQueries
from gitops_action.application.application import Application, ApplicationCondition, ConditionType
from gitops_action.commands.base import is_reviewed
from gitops_action.comparison.display import shown_sides
from gitops_action.comparison.dry_run import RULE_REMEDY
from gitops_action.comparison.ignore_differences import IgnoreRules, RuleFailed, rule_problems
from gitops_action.comparison.known_types import KnownTypes, unknown_types
from gitops_action.comparison.normalize import Normalizer
from gitops_action.dangers import DangerName
from gitops_action.resource.annotations import COMPARE_OPTIONS, comma_list

if TYPE_CHECKING:
    from gitops_action.application.application import IgnoreDifference
    from gitops_action.commands.session import Session
    from gitops_action.comparison.model import Comparison
    from gitops_action.resource.resource import JsonObject

_SHOWN = 5


def normalizer(application: Application, session: Session) -> Normalizer:
    """Return what an application's comparison goes by: its own rules, and those of the settings (DIF-33)."""
    rules = (*_in_force(application, session), *session.settings.ignore_differences)
    return Normalizer(
        rules=IgnoreRules(entries=rules, queries=JqQueries(process=session.ports.process)),
        options=session.settings.compare_options,
        known_types=KnownTypes(entries=session.settings.known_types),
    )


def compare_options(application: Application, session: Session) -> frozenset[str]:
    """Return the compare options in force: in a review those of the base, for they may hide."""
    options = frozenset(comma_list(_former(application, session).annotations.get(COMPARE_OPTIONS)))
    if not session.settings.asks_server and "ServerSideDiff=true" not in options:
        return options | {"ServerSideDiff=false"}
    return options


def with_rule_conditions(comparison: Comparison, session: Session) -> Comparison:
    """Return the comparison with a condition on each rule that cannot work, and on what the change would hide."""
    own = comparison.application.ignore_differences
    added = tuple(rule for rule in own if rule not in _in_force(comparison.application, session))
    every = (*_in_force(comparison.application, session), *session.settings.ignore_differences, *added)
    conditions = [
        ApplicationCondition(type=ConditionType.UNSUPPORTED_WARNING, message=problem, remedy=RULE_REMEDY)
        for problem in dict.fromkeys((*rule_problems(every), *_type_problems(session)))
    ]
    if added:
        conditions += _proposed(
            comparison, IgnoreRules(entries=added, queries=JqQueries(process=session.ports.process))
        )
    return replace(comparison, conditions=(*comparison.conditions, *conditions)) if conditions else comparison


def _type_problems(session: Session) -> list[str]:
    return [
        f"knownTypeFields: type {name} is not known here; its field is compared as it is written"
        for name in unknown_types(session.settings.known_types)
    ]


def _in_force(application: Application, session: Session) -> tuple[IgnoreDifference, ...]:
    return _former(application, session).ignore_differences


def _former(application: Application, session: Session) -> Application:
    """Return the application that decides what is hidden: as it was before a change that is reviewed."""
    if not session.base and not is_reviewed(session.event):
        return application
    nothing = Application(name=application.name, namespace=application.namespace)
    return session.base_applications.get((application.namespace, application.name), nothing)


def _proposed(comparison: Comparison, rules: IgnoreRules) -> list[ApplicationCondition]:
    """Return what rules that only the change has would hide of what is shown; a broken one is an error now."""
    if failure := rules.syntax_error():
        return [ApplicationCondition(type=ConditionType.COMPARISON_ERROR, message=str(failure), remedy=RULE_REMEDY)]
    hidden: list[str] = []
    conditions: list[ApplicationCondition] = []
    for row in comparison.resources:
        before, after = shown_sides(row)
        if row.live is None or row.predicted is None or before is None or after is None:
            continue
        try:
            taken = rules.take(row.key, row.live, (_copy(before), _copy(after)))
        except RuleFailed as failure:
            message = f"{row.key.kind} {row.key.name}: {failure}"
            conditions.append(
                ApplicationCondition(type=ConditionType.DANGER_WARNING, message=message, remedy=RULE_REMEDY)
            )
            continue
        hidden += [f"{each.path} of {row.key.kind} {row.key.name}" for each in taken]
    if hidden:
        more = f" and {len(hidden) - _SHOWN:,} more" if len(hidden) > _SHOWN else ""
        fields = "1 field" if len(hidden) == 1 else f"{len(hidden):,} fields"
        conditions.append(
            ApplicationCondition(
                type=ConditionType.DANGER_WARNING,
                message=f"this change hides {fields} from later comparisons: {', '.join(hidden[:_SHOWN])}{more}",
                remedy="Its ignore rules take effect after the merge. Check that nobody needs to see these fields.",
                danger=DangerName.HIDES_FIELDS,
            )
        )
    return conditions


def _copy(value: JsonObject) -> JsonObject:
    copy: JsonObject = orjson.loads(orjson.dumps(value))
    return copy
