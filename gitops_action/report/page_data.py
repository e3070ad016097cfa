"""What the HTML report's script shows: the report as compact JSON, and its diffs packed apart.

In: a report. Out: ``PageData``: rows in which only fields with a value stand, so that thousands of objects stay small,
and the diffs as one compressed text that is unpacked when the first one is looked at. Foreign texts are made visible
(control characters written out) and bounded, never escaped: the script puts them into text nodes only.
"""

from __future__ import annotations

import base64
import gzip
from collections import Counter
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any

import orjson

from gitops_action.report import phrases
from gitops_action.report.diffs import diffs
from gitops_action.report.drift import drift_words
from gitops_action.report.escape import clip, plain
from gitops_action.report.findings import findings, remarks
from gitops_action.report.images import image_rows
from gitops_action.report.outcome import Sign, outcome, sign, worst_first

if TYPE_CHECKING:
    from gitops_action.report.diffs import Diffs
    from gitops_action.report.findings import Remark
    from gitops_action.report.model import ApplicationReport, Report, ResourceReport

DIFF_BYTES = 1_900_000
"""Bytes of packed diffs; what is larger leaves the file fast to open no more."""
_TEXT_LIMIT = 2_000
"""Characters of one text that are shown."""
_REMARKS = 300
_SIGNS = {Sign.BAD: "bad", Sign.CARE: "care", Sign.GOOD: "good"}
_PACKED = frozenset({"diff", "change_diff", "drift_diff"})
_APART = frozenset({"applications", "problems", "notes", "schema_version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """``rows`` is a JSON document; ``diffs`` the base64 of a gzipped JSON list, to which rows refer by position.

    ``left_out`` is the number of diffs for which there was no room.
    """

    rows: bytes
    diffs: str
    left_out: int


def page_data(report: Report, limit: int = DIFF_BYTES) -> PageData:
    """Return what the page embeds."""
    prepared = diffs(report, context=True)
    packed, positions = _packed(prepared, limit)
    write = _Writer(positions)
    names = Counter((each.namespace, each.name) for each in report.applications)
    ordered = worst_first(report)
    document = {
        "run": write.sparse(report, _APART),
        "remarks": [write.shown(_remark(each)) for each in remarks(findings(report))[:_REMARKS]],
        "images": [write.sparse(each) for each in image_rows(report)],
        "applications": [
            _application(report, each, write, is_unique=names[each.namespace, each.name] == 1) for each in ordered
        ],
    }
    return PageData(rows=orjson.dumps(document), diffs=packed, left_out=len(prepared.texts) - len(positions))


def _packed(prepared: Diffs, limit: int) -> tuple[str, dict[int, int]]:
    """Return as many diffs as fit, packed, and where each stands; the dangerous and the small ones come first."""
    kept = list(prepared.ranked)
    while True:
        text = orjson.dumps([prepared.texts[id(each)] for each in kept])
        packed = base64.b64encode(gzip.compress(text, 6, mtime=0))
        if len(packed) <= limit or not kept:
            return packed.decode(), {id(each): at for at, each in enumerate(kept)}
        kept = kept[: int(len(kept) * min(0.9, limit / len(packed)))]


class _Writer:
    """Writes values of the model as JSON objects without what is empty; equal texts are cleaned once."""

    def __init__(self, positions: dict[int, int]) -> None:
        self._positions = positions
        self._cleaned: dict[str, str] = {}

    def sparse(self, value: Any, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return a dataclass' fields that say something."""
        return {
            field.name: self.shown(content)
            for field in fields(value)
            if field.name not in leave and (content := getattr(value, field.name))
        }

    def shown(self, value: Any) -> Any:
        """Return a value as JSON."""
        match value:
            case Enum():
                return value.value
            case str():
                return self._text(value)
            case bool() | int() | float():
                return value
            case tuple() | list():
                return [self.shown(each) for each in value]
            case dict():
                return {name: self.shown(each) for name, each in value.items() if each}
            case _:
                return self.sparse(value)

    def resource(self, report: Report, resource: ResourceReport) -> dict[str, Any]:
        """Return an object's row; ``d`` is the position of its diff."""
        row = self.sparse(resource, _PACKED)
        if words := drift_words(resource, report.started):
            row["drift_words"] = self._text(words)
        if resource.diff:
            row["d"] = self._positions.get(id(resource), -1)
        return row

    def _text(self, text: str) -> str:
        if text not in self._cleaned:
            self._cleaned[text] = plain(clip(text, _TEXT_LIMIT))
        return self._cleaned[text]


def _application(report: Report, application: ApplicationReport, write: _Writer, *, is_unique: bool) -> dict[str, Any]:
    return {
        **write.sparse(application, frozenset({"resources"})),
        **({} if is_unique else {"is_twin": True}),
        "sign": _SIGNS[sign(report.mode, application)],
        "outcome": outcome(report.mode, application).value,
        "sync_words": write.shown(phrases.sync_words(application)),
        "sentence": write.shown(phrases.sentence(report.mode, application)),
        "watch_out": write.shown(phrases.watch_out(application, limit=5)),
        "resources": [write.resource(report, each) for each in application.resources],
    }


def _remark(remark: Remark) -> dict[str, Any]:
    first = remark.first
    return {
        "level": first.level,
        "headline": first.headline,
        "message": first.message,
        "remedy": first.remedy,
        "count": len(remark.findings),
        "is_open": first.is_open,
        "subjects": [
            {"application": each.application, "kind": each.kind, "object": each.object} for each in remark.findings[:8]
        ],
    }
