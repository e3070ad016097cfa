"""What ``doctor`` prints: a line for each thing, what is missing with its remedy, and the same as JSON.

In: findings. Out: text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from gitops_action.commands.doctor import Verdict
from gitops_action.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.commands.doctor import Finding


def exit_code(findings: Sequence[Finding]) -> ExitCode:
    """Return the code that the findings add up to."""
    return ExitCode.worst(finding.exit_code for finding in findings)


def doctor_text(findings: Sequence[Finding]) -> str:
    """Return the findings as lines; the verdict comes last."""
    width = max(len(verdict) for verdict in Verdict)
    lines = []
    for finding in findings:
        lines.append(f"{finding.verdict:{width}}  {finding.about}: {_indented(finding.message, width)}")
        if finding.remedy:
            lines.append(finding.remedy.rstrip("\n"))  # not indented, so that its YAML can be copied
    missing = sum(finding.verdict is Verdict.MISSING for finding in findings)
    things = "1 thing is" if missing == 1 else f"{missing} things are"
    return "\n".join([*lines, "", f"{things} missing." if missing else "All that is needed is there."]) + "\n"


def doctor_json(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON."""
    return orjson.dumps(
        [
            {
                "about": finding.about,
                "verdict": finding.verdict,
                "message": finding.message,
                "remedy": finding.remedy,
                "exitCode": finding.exit_code,
            }
            for finding in findings
        ],
        option=orjson.OPT_INDENT_2,
    ).decode()


def _indented(text: str, width: int) -> str:
    return text.rstrip("\n").replace("\n", f"\n{'':{width}}  ")
