"""Which applications of a session a verb is about.

In: the names that the user gave, if any, as ``name`` or ``file:name``. Out: the session with those applications;
without names, with all. Of two applications with one name none can be worked on unless the user says which: each would
take the other's objects for its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.application.discovery import SameName
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.application.application import Application
    from gitops_action.commands.session import Session


def chosen(session: Session, names: Sequence[str]) -> Session:
    """Return the session narrowed to what is named; raises ``UsageError`` for a name of none, or of several."""
    if not names:
        return replace(session, applications=_judged_by_name(session.applications))
    picked = [_one(session.applications, name) for name in names]
    settled = {(one.namespace, one.name) for one in picked}
    problems = (each for each in session.problems if not (isinstance(each, SameName) and each.name in settled))
    once = {id(one): one for one in picked}
    return replace(session, applications=tuple(once.values()), problems=tuple(problems), names=tuple(names))


def _one(applications: Sequence[Application], name: str) -> Application:
    same = [one for one in applications if name in (one.name, f"{one.file}:{one.name}")]
    if not same:
        known = ", ".join(sorted({one.name for one in applications})) or "none"
        raise UsageError(f"there is no application {name!r}", remedy=f"Applications there are: {known}.")
    if len(same) > 1:
        choices = ", ".join(f"{one.file}:{one.name}" for one in same)
        raise UsageError(f"application {name!r} is ambiguous", remedy=f"Write one of: {choices}.")
    return same[0]


def _judged_by_name(applications: Sequence[Application]) -> tuple[Application, ...]:
    count = Counter((one.namespace, one.name) for one in applications)
    return tuple(
        replace(one, conditions=(*one.conditions, _ambiguous(one))) if count[one.namespace, one.name] > 1 else one
        for one in applications
    )


def _ambiguous(application: Application) -> ApplicationCondition:
    return ApplicationCondition(
        type=ConditionType.INVALID_SPEC_ERROR,
        message=f"another Application is named {application.name} as well, and each would take the other's objects",
        remedy=f"Rename one of them, or choose one: `{application.file}:{application.name}`.",
    )
