"""The documentation is true where a machine can tell: links, commands, workflows, exit codes, rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from gitops_action.errors import ExitCode

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")])
README = (ROOT / "README.md").read_text()

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^()\s]+)\)")
_RULE = re.compile(r"\b(?:DIF|HLT|RND|SST|SYN|TRK|W)-[0-9]+\b")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _prose(text: str) -> str:
    return _FENCE.sub("", text)


def _workflows() -> list[str]:
    return [found["text"] for found in _FENCE.finditer(README) if found["language"] == "yaml"]


def _anchors(text: str) -> set[str]:
    """The names that GitHub gives to headings, as far as ours need it."""
    headings = re.findall(r"^#+ (.+)$", _prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    targets = [found["target"] for found in _LINK.finditer(_prose(document.read_text()))]
    relative = [target for target in targets if "://" not in target]

    dead = []
    for target in relative:
        path, _, anchor = target.partition("#")
        place = document.parent / path if path else document
        if not place.exists() or (anchor and anchor not in _anchors(place.read_text())):
            dead.append(target)

    assert dead == []


def test_every_make_target_that_is_named_exists() -> None:
    existing = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    texts = [README, (ROOT / "CONTRIBUTING.md").read_text()]
    named = {name for text in texts for name in re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE)}

    assert {"demo", "test"} <= named
    assert named - existing == set()


def test_contributing_names_every_make_target() -> None:
    existing = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z][a-z-]*)", (ROOT / "CONTRIBUTING.md").read_text()))

    assert existing - named == set()


def test_the_workflows_in_the_readme_are_yaml_with_pinned_actions_and_no_right_to_spare() -> None:
    assert [yaml.safe_load(text)["name"] for text in _workflows()] == ["GitOps preview", "GitOps deploy"]
    for text in _workflows():
        workflow = yaml.safe_load(text)
        uses = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"]]
        others = [action for action in uses if not action.startswith("gitops-action/gitops_action@")]

        assert workflow["permissions"] == {}
        assert [action for action in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []
        assert len(uses) == len(others) + 1


def test_the_workflows_in_the_readme_use_the_same_commits_as_the_examples() -> None:
    examples = "".join(path.read_text() for path in sorted((ROOT / "examples" / "workflows").iterdir()))

    pins = {pin for text in _workflows() for pin in re.findall(r"uses: (\S+@[0-9a-f]{40})", text)}

    assert [pin for pin in sorted(pins) if pin not in examples] == []


def test_the_table_of_exit_codes_has_them_all_in_order() -> None:
    section = README.partition("## Exit codes")[2].partition("\n## ")[0]

    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)]
    weights = section.partition("the first of ")[2].partition(" that")[0]
    order = [ExitCode(int(code)) for code in re.findall(r"\d+", weights)]

    assert codes == sorted(ExitCode)
    assert [ExitCode.worst(order[at:]) for at in range(len(order))] == order
    assert sorted(order) == sorted(ExitCode)


def test_every_rule_that_code_or_tests_name_is_listed() -> None:
    listed = set(_RULE.findall((ROOT / "docs" / "rules.md").read_text()))
    sources = [path for folder in ("gitops_action", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]

    named = {rule for path in sources if path != Path(__file__) for rule in _RULE.findall(path.read_text())}

    assert sorted(named - listed) == []
