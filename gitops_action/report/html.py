"""The HTML report: one file that needs no network, no server and no other file.

In: a report. Out: a page whose head, verdict and table stand in it as text, and whose script shows the rest from an
embedded JSON block. A content security policy lets nothing run, load or be sent but the style and the script of this
package, by their hashes, and makes the browser refuse any script that would turn text into markup.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gitops_action.report import phrases
from gitops_action.report.escape import clip, plain
from gitops_action.report.outcome import Sign, verdict, worst_first
from gitops_action.report.page_data import page_data

if TYPE_CHECKING:
    from gitops_action.report.model import Report

SCRIPTS = (
    "elements.js",
    "icons.js",
    "data.js",
    "route.js",
    "filters.js",
    "list.js",
    "diff.js",
    "badges.js",
    "overview.js",
    "resources.js",
    "tree.js",
    "timeline.js",
    "history.js",
    "detail.js",
    "application.js",
    "main.js",
)
"""The page's script, in the order in which its parts need each other."""
_SIGN_CLASSES = {Sign.BAD: "bad", Sign.CARE: "care", Sign.GOOD: "good"}
_TEXT_LIMIT = 2_000
_IN_JSON = {ord("<"): "\\u003c", ord(">"): "\\u003e", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""No ``</script>`` and no comment can begin in a block of JSON in which these are written so."""


def html(report: Report) -> str:
    """Return the page."""
    data = page_data(report)
    sign, _, words = verdict(report).partition(" ")
    style, script = _style(), _script()
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            sign=sign,
            sign_class=_SIGN_CLASSES[Sign(sign)],
            verdict=words,
            commit=phrases.short_commit(report.commit or report.head),
            base=phrases.short_commit(report.base),
            did_at=phrases.clock_time(report.started),
            elapsed=phrases.elapsed(report),
            tally=phrases.tally(report.applications) if report.applications else "",
            applications=worst_first(report),
            sync_words=phrases.sync_words,
            repository_url=_repository_url(report),
            left_out=data.left_out,
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - files of this package
            rows=Markup(data.rows.decode().translate(_IN_JSON)),  # noqa: S704 - no angle bracket is left in it
            diffs=Markup(data.diffs),  # noqa: S704 - base64
        )
    )


def _repository_url(report: Report) -> str:
    """Return the repository's address on the server that the run was on; empty where that is not known."""
    head, found, _ = report.run_url.partition(f"/{report.repository}/actions/runs/")
    is_web = head.startswith(("https://", "http://"))
    return f"{head}/{report.repository}" if found and is_web and report.repository else ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gitops_action.report"),
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["web"] = _web
    return environment


def _visible(value: object) -> object:
    """Write out the control characters of every text, bound it, and leave what is markup already."""
    return plain(clip(value, _TEXT_LIMIT)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _web(address: str) -> str:
    """Return an address of the web; anything else gives nothing."""
    return address if address.startswith(("https://", "http://")) else ""


@cache
def _style() -> str:
    return _file("report.css")


@cache
def _script() -> str:
    return '"use strict";\n(() => {\n' + "\n".join(_file(name) for name in SCRIPTS) + "\n})();\n"


def _file(name: str) -> str:
    return files("gitops_action.report").joinpath("page", name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
