"""The report as plain lines, for terminals and CI logs.

In: a report, and whether colour is wanted. Out: a table of applications, what the sync did, the differences, and what
stands against an application with its remedy. No line depends on the terminal's width, and only we write ANSI
sequences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.report import phrases
from gitops_action.report.diffs import parts
from gitops_action.report.drift import drift_words, drifted, is_attributed
from gitops_action.report.escape import lines, one_line, plain
from gitops_action.report.findings import findings, object_name, remarks
from gitops_action.report.model import ChangeKind, Mode
from gitops_action.report.outcome import DIFFERENT, Sign, sign, verdict, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_action.report.findings import Finding, Remark
    from gitops_action.report.model import ApplicationReport, Report, ResourceReport

_RED, _GREEN, _YELLOW, _CYAN, _BOLD = 31, 32, 33, 36, 1
_SIGN_COLOURS = {Sign.BAD: _RED, Sign.CARE: _YELLOW, Sign.GOOD: _GREEN}
_DIFF_COLOURS = {"+": _GREEN, "-": _RED, "@": _CYAN}
_WORD_LIMIT = 300
_MESSAGE_LINES = 20


def text(report: Report, *, color: bool = False, show_hidden: bool = False) -> str:
    """Return the whole report; ends with the verdict, which is what the end of a log shows.

    ``show_hidden`` names each field that differs and that an ignore rule hides.
    """
    ink = _Ink(color=color)
    blocks = [
        _table(report, ink),
        *(block for each in worst_first(report) for block in _application(report, each, ink)),
        *(_hidden(each, ink) for each in worst_first(report) if show_hidden),
        _remarks(report, ink),
        _end(report, ink),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


class _Ink:
    """Colours text, or leaves it as it is."""

    def __init__(self, *, color: bool) -> None:
        self._color = color

    def __call__(self, code: int, content: str) -> str:
        return f"\x1b[{code}m{content}\x1b[0m" if self._color and content else content


def _table(report: Report, ink: _Ink) -> str:
    if not report.applications:
        return ""
    is_sync = report.mode is Mode.SYNC
    ordered = worst_first(report)
    is_split = is_attributed(report)
    changes = ["THIS CHANGE", "DRIFT"] if is_split else ["CHANGES"]
    heads = ["NAME", "CLUSTER", *(["PHASE"] if is_sync else []), "STATUS", "HEALTH", *changes, "WATCH OUT"]
    rows = [
        [
            each.name,
            each.cluster or "-",
            *([each.operation_phase or "-"] if is_sync else []),
            phrases.sync_words(each),
            each.health_status or "-",
            phrases.counted_changes(report, each),
            *([phrases.counted(drifted(each))] if is_split else []),
            ", ".join(phrases.watch_out(each)),
        ]
        for each in ordered
    ]
    head, *body = _columns([heads, *rows])
    colours = [_SIGN_COLOURS[sign(report.mode, each)] for each in ordered]
    return "\n".join([ink(_BOLD, head), *(ink(colour, row) for colour, row in zip(colours, body, strict=True))])


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [[one_line(cell, _WORD_LIMIT) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _application(report: Report, application: ApplicationReport, ink: _Ink) -> Iterator[str]:
    name = one_line(application.name, _WORD_LIMIT)
    if report.mode is Mode.SYNC and application.operation_phase:
        yield _operation(application, ink)
    for resource in application.resources:
        if resource.change in DIFFERENT and resource.diff:
            yield from _difference(report, name, resource, ink)
    hooks = [
        resource for resource in application.resources if resource.change is ChangeKind.HOOK and not resource.result
    ]
    if hooks:
        yield f"{name}: hooks that run: " + ", ".join(
            f"{one_line(each.hook, _WORD_LIMIT)} {_named(each)}" for each in hooks
        )


def _hidden(application: ApplicationReport, ink: _Ink) -> str:
    rows = [
        [_named(resource), field.path, field.rule] for resource in application.resources for field in resource.hidden
    ]
    if not rows:
        return ""
    title = ink(_BOLD, f"=== {one_line(application.name, _WORD_LIMIT)}: hidden fields that differ")
    return "\n".join([title, *_columns([["OBJECT", "FIELD", "RULE"], *rows])])


def _difference(report: Report, name: str, resource: ResourceReport, ink: _Ink) -> Iterator[str]:
    """Yield an object's diff, or this change's part of it and the drift."""
    change = {"removed": "deleted"}.get(resource.change.value, resource.change.value)
    drift = one_line(drift_words(resource, report.started), _WORD_LIMIT)
    texts = parts(resource)
    origins = ["this change", drift] if len(texts) > 1 else [drift]
    for text, origin in zip(texts, origins, strict=True):
        words = ", ".join(
            filter(None, (change, origin, *(one_line(each, _WORD_LIMIT) for each in phrases.remarks_on(resource))))
        )
        title = ink(_BOLD, f"=== {name}: {_named(resource)} {words}")
        yield "\n".join([title, *(_diff_line(line, ink) for line in lines(text))])
    if resource.overridden:
        paths = ", ".join(one_line(path, _WORD_LIMIT) for path in resource.overridden)
        yield f"{name}: {_named(resource)}: before this change, live was not what Git said at {paths}"


def _operation(application: ApplicationReport, ink: _Ink) -> str:
    """Return one row for each object of the operation, in Argo CD's words: a hook's status is its phase."""
    done = [resource for resource in application.resources if resource.result]
    heads = ["GROUP", "KIND", "NAMESPACE", "NAME", "STATUS", "HEALTH", "HOOK", "MESSAGE"]
    rows = [
        [
            each.group,
            each.kind,
            each.namespace,
            each.name,
            (each.result_phase if each.hook else "") or each.result,
            each.health_status,
            each.hook,
            each.result_message,
        ]
        for each in done
    ]
    name, message = one_line(application.name, _WORD_LIMIT), one_line(application.operation_message)
    title = ink(_BOLD, f"=== {name}: {one_line(application.operation_phase)}{f': {message}' if message else ''}")
    causes = [f"  {line}" for cause in application.causes for line in lines(cause)]
    return "\n".join([title, *(_columns([heads, *rows]) if rows else []), *(["Why:", *causes] if causes else [])])


def _remarks(report: Report, ink: _Ink) -> str:
    return "\n".join(line for remark in remarks(findings(report)) for line in _remark(remark, ink))


def _remark(remark: Remark, ink: _Ink) -> Iterator[str]:
    first = remark.first
    others = len(remark.findings) - 3
    subjects = ", ".join(map(_subject, remark.findings[:3])) + (f" and {others:,} others" if others > 0 else "")
    level = ink(_RED if first.level == "error" else _YELLOW, f"{first.level}:")
    yield f"{level} {subjects}: {one_line(first.headline)}"
    yield from _quoted(first.message, "  ")
    yield from _quoted(first.remedy, "  -> ")


def _quoted(text: str, start: str) -> Iterator[str]:
    """Yield the lines of a message as they were, indented, so that none of them looks like one of ours."""
    found = [line.rstrip() for line in lines(plain(text)) if line.strip()]
    shown = found if len(found) <= _MESSAGE_LINES else [*found[: _MESSAGE_LINES - 1], f"… {len(found):,} lines in all"]
    for at, line in enumerate(shown):
        yield f"{start if at == 0 else ' ' * len(start)}{line}"


def _end(report: Report, ink: _Ink) -> str:
    worst, _, words = verdict(report).partition(" ")
    colour = _SIGN_COLOURS[Sign(worst)]
    took = phrases.elapsed(report)
    counts = phrases.tally(report.applications) if report.applications else ""
    notes = [f"note: {one_line(note)}" for note in report.notes]
    proof = ", ".join(filter(None, (counts, f"in {took}" if took else "")))
    problems = [ink(_RED, f"error: {one_line(problem)}") for problem in report.problems]
    return "\n".join(filter(None, [*problems, *notes, ink(colour, words), proof]))


def _subject(finding: Finding) -> str:
    words = (finding.application, finding.kind, finding.object) if finding.object else (finding.application,)
    return " ".join(one_line(word, _WORD_LIMIT) for word in words)


def _named(resource: ResourceReport) -> str:
    return one_line(f"{resource.kind} {object_name(resource)}", _WORD_LIMIT)


def _diff_line(line: str, ink: _Ink) -> str:
    code = _DIFF_COLOURS.get(line[:1])
    return ink(code, line) if code else line
