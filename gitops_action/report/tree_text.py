"""The resource tree as plain lines: each application, its objects, and what these brought about.

In: a report whose trees were read, and whether colour is wanted. Out: lines. All text is escaped and cut to one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.report.escape import one_line
from gitops_action.report.findings import object_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_action.report.model import ApplicationReport, Report, ResourceReport, TreeNodeReport

_LONGEST = 160
_COLOURS = {"Healthy": 32, "Synced": 32, "Progressing": 33, "OutOfSync": 33, "Degraded": 31, "Unknown": 31}


def tree_text(report: Report, *, color: bool = False) -> str:
    """Return the trees of all applications, and the notes of the run."""
    blocks = ["\n".join(_application(each, color=color)) for each in report.applications]
    notes = [f"note: {one_line(note)}" for note in report.notes]
    return "\n\n".join([*blocks, *notes]) + "\n"


def _application(application: ApplicationReport, *, color: bool) -> Iterator[str]:
    words = _coloured((application.sync_status, application.health_status), color=color)
    yield "  ".join(filter(None, (one_line(application.name), words, one_line(application.health_message))))
    for condition in application.conditions:
        yield f"!  {one_line(condition.message, _LONGEST)}"
    children: dict[str, list[TreeNodeReport]] = {}
    for node in application.tree:
        children.setdefault(node.parent, []).append(node)
    for at, resource in enumerate(application.resources):
        is_last = at == len(application.resources) - 1
        yield f"{'└─' if is_last else '├─'} {_resource(resource, color=color)}"
        yield from _below(_id(resource), children, "   " if is_last else "│  ", color=color)


def _below(parent: str, children: Mapping[str, Sequence[TreeNodeReport]], indent: str, *, color: bool) -> Iterator[str]:
    nodes = children.get(parent, ())
    for at, node in enumerate(nodes):
        is_last = at == len(nodes) - 1
        yield f"{indent}{'└─' if is_last else '├─'} {_node(node, color=color)}"
        yield from _below(node.id, children, indent + ("   " if is_last else "│  "), color=color)


def _resource(resource: ResourceReport, *, color: bool) -> str:
    status = _coloured((resource.sync_status, resource.health_status), color=color)
    message = one_line(resource.unknown or resource.refusal or resource.health_message, _LONGEST)
    name = one_line(f"{resource.kind} {object_name(resource)}")
    return "  ".join(filter(None, (name, status, message)))


def _node(node: TreeNodeReport, *, color: bool) -> str:
    status = _coloured((node.health_status,), color=color)
    facts = f"({', '.join(map(one_line, node.info))})" if node.info else ""
    message = one_line(node.health_message, _LONGEST)
    return "  ".join(filter(None, (one_line(f"{node.kind} {node.name}"), status, message, facts)))


def _id(resource: ResourceReport) -> str:
    return f"{resource.group}/{resource.kind}/{resource.namespace}/{resource.name}"


def _coloured(words: Sequence[str], *, color: bool) -> str:
    return "  ".join(_ink(word, color=color) for word in words if word)


def _ink(word: str, *, color: bool) -> str:
    code = _COLOURS.get(word)
    return f"\x1b[{code}m{word}\x1b[0m" if color and code else one_line(word)
