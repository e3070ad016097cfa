"""Lines that come by turns are kept by application."""

from __future__ import annotations

from gitops_action.commands.transcript import Transcript


def test_each_application_has_its_own_lines_in_order_and_once() -> None:
    transcript = Transcript()
    for application, line in (("web", "a"), ("api", "b"), ("web", "c\nd"), ("api", "e")):
        transcript.add(application, line)
    assert [transcript.take(name) for name in ("web", "api", "web", "other")] == ["a\nc\nd", "b\ne", "", ""]
    transcript.add("web", "f")
    assert transcript.take("web") == "f"
