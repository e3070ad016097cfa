"""What derives from the declared inputs and outputs is what they say: ``action.yml`` and the README's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from gitops_action.inputs import INPUTS, UNSET
from gitops_action.outputs import OUTPUTS
from tools import metadata

ROOT = Path(__file__).parents[1]


def action() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return read


def test_action_yml_is_what_make_metadata_writes() -> None:
    assert (ROOT / "action.yml").read_text() == metadata.action_yml()


def test_the_readme_has_the_tables_that_make_metadata_writes() -> None:
    text = (ROOT / "README.md").read_text()
    assert text == metadata.readme(text)
    assert [name for name in (*(each.name for each in INPUTS), *OUTPUTS) if f"| `{name}` |" not in text] == []


def test_nothing_is_stale_and_the_check_says_so() -> None:
    assert metadata.main(["--check"]) == 0


def test_every_input_is_there_in_order_with_its_help_and_its_default() -> None:
    declared = {
        each.name: {
            "description": each.help,
            "required": False,
            "default": UNSET if each.guarded else each.default,
        }
        for each in INPUTS
    }
    assert list(action()["inputs"].items()) == list(declared.items())


def test_an_absent_credential_can_be_told_from_an_empty_one() -> None:
    """The runner hands both over as empty texts, unless the default is a word of its own."""
    guarded = [each.name for each in INPUTS if each.guarded]
    assert {"kubeconfig", "context", "server", "ca", "token", "cluster-uid"} <= set(guarded)
    assert {action()["inputs"][name]["default"] for name in guarded} == {UNSET}


def test_every_output_is_there_in_order_with_its_help() -> None:
    assert list(action()["outputs"].items()) == [(name, {"description": text}) for name, text in OUTPUTS.items()]


def test_the_action_is_the_container_of_this_repository() -> None:
    assert action()["runs"] == {"using": "docker", "image": "Dockerfile"}
    assert (ROOT / "Dockerfile").is_file()
