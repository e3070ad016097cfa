"""``action`` under ``run``: the words of an input or a comment → an action on one object, and what it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.commands.actions import ActionRequest, Selection, run_action
from gitops_action.commands.actions_text import runs_text
from gitops_action.commands.clusters import Clusters
from gitops_action.commands.interrupt import stop_on_signals
from gitops_action.errors import UsageError
from gitops_action.report.escape import fence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.commands.session import Session

VERB = "action"


def act(session: Session, words: Sequence[str]) -> str:
    """Run ``ACTION KIND NAME [NAMESPACE] [PARAMETER=VALUE …]``; return what was written, as Markdown.

    It is run on the session's one application.

    Raises ``UsageError`` where the words are not these, and what ``run_action`` raises.
    """
    named = [word for word in words if "=" not in word]
    parameters = dict(word.split("=", 1) for word in words if "=" in word)
    if not 3 <= len(named) <= 4:
        raise UsageError(
            f"input action has {len(named)} words", remedy="Write the action, the object's kind, name and namespace."
        )
    action, kind, name, namespace = (*named, "")[:4]
    with stop_on_signals() as stop:
        runs = run_action(
            session,
            Clusters(session),
            Selection(kind=kind, name=name, namespace=namespace),
            ActionRequest(action=action, parameters=parameters),
            stop,
        )
    text = runs_text(runs)
    session.ports.workflow.log(text)
    markdown = f"{fence(text)}\n"
    session.ports.workflow.write_summary(markdown)
    return markdown
