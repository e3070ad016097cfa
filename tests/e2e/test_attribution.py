"""A review tells what its change does from what was different before it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.scene import config_map, deployment, document, edit, says
from tests.github_server.checkout import git

if TYPE_CHECKING:
    from tests.e2e.scene import JobRan, Scene

FIELDS = ("change", "attribution", "change_diff", "drift_diff", "drift_writer", "overridden", "dangers")


def rows(ran: JobRan) -> dict[str, dict[str, Any]]:
    """Return what the report says of each object that differs, without empty fields."""
    resources = [each for application in ran.report["applications"] for each in application["resources"]]
    return {
        each["name"]: {name: each[name] for name in FIELDS if each[name]}
        for each in resources
        if each["change"] in ("added", "changed", "removed")
    }


@pytest.fixture
def synced(scene: Scene) -> Scene:
    """Two applications that live as Git says, but for what somebody edits by hand."""
    scene.add("web", config_map("flags", a="1", b="1", c="1"), config_map("left", a="1"), deployment("web", replicas=2))
    scene.add("other", config_map("other", a="1"))
    says(scene.deploy(), ExitCode.OK, "All 2 applications were synced")
    edit(scene, "flags", b="by hand", c="by hand")
    edit(scene, "other", a="by hand")
    return scene


def test_a_review_parts_its_change_from_drift(synced: Scene) -> None:
    objects = (config_map("flags", a="2", b="1", c="2"), config_map("new"), deployment("web", replicas=2, pod="ready"))
    pull = synced.propose({"web/manifests.yaml": "".join(objects)})
    ran = synced.preview(pull)

    assert rows(ran) == {
        "flags": {
            "change": "changed",
            "attribution": "both",
            "change_diff": '@@ data @@\n-  a: "1"\n+  a: "2"\n-  c: by hand\n+  c: "2"\n',
            "drift_diff": '@@ data @@\n-  b: by hand\n+  b: "1"\n',
            "drift_writer": "kubectl-edit",
            "overridden": ["data.c"],
        },
        "left": {"change": "removed", "attribution": "change"},
        "new": {"change": "added", "attribution": "change"},
        "web": {"change": "changed", "attribution": "change", "dangers": ["restarts 2 pods"]},
        "other": {"change": "changed", "attribution": "drift", "drift_writer": "kubectl-edit"},
    }
    (comment,) = ran.comments
    assert "### ⚠️ 1 of 2 applications will change, 1 has drift\n" in comment.body
    assert "| This change | Drift | Watch out |" in comment.body
    assert "edited live with kubectl-edit just now, and undone by the next sync" in comment.body


def test_no_part_of_a_secret_is_shown(scene: Scene) -> None:
    def secret(**values: str) -> str:
        content = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": values}
        return document(content)

    says(scene.add("web", secret(a="first-value", b="second-value")).deploy(), ExitCode.OK)
    live = scene.get("v1/secrets/key")
    scene.put("v1/secrets/key?fieldManager=kubectl-edit", live | {"stringData": {"b": "planted-value"}}, method="PUT")
    ran = scene.preview(scene.propose({"web/manifests.yaml": secret(a="third-value", b="second-value")}))

    words = '-  {0}: "(old value)"\n+  {0}: "(new value)"\n'
    row = rows(ran)["key"]
    assert (row["attribution"], row["drift_writer"]) == ("both", "kubectl-edit")
    assert row["change_diff"] == "@@ data @@\n" + words.format("a") + '   b: "(unchanged)"\n'
    assert row["drift_diff"] == '@@ data @@\n   a: "(unchanged)"\n' + words.format("b")
    values = [f"{name}-value" for name in ("first", "second", "planted", "third")]
    spellings = (*values, *(base64.b64encode(value.encode()).decode() for value in values))
    assert [text for text in spellings if text in ran.shown] == []


def test_a_change_that_touches_no_file_of_ours_leaves_all_to_drift(synced: Scene) -> None:
    ran = synced.preview(synced.propose({"README.md": "Other words.\n"}))

    assert {name: row["attribution"] for name, row in rows(ran).items()} == {"flags": "drift", "other": "drift"}
    assert "### ⚠️ All 2 applications have drift\n" in ran.comments[0].body


def test_an_application_whose_base_cannot_be_rendered_is_not_told_apart(synced: Scene) -> None:
    synced.write({"web/broken.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n"})
    ran = synced.preview(synced.propose({"web/broken.yaml": None}))

    assert {name: row.get("attribution", "") for name, row in rows(ran).items()} == {"flags": "", "other": "drift"}
    (note,) = ran.report["notes"]
    assert note.startswith(
        "the base of web cannot be rendered, so that its differences are not told apart from drift: "
    )


def test_the_command_line_parts_them_by_the_commit_that_it_is_given(synced: Scene) -> None:
    synced.write({"other/manifests.yaml": config_map("other", a="1", b="2")})
    ran = synced.cli("diff", "other", "--base", "HEAD^")
    says(
        ran,
        ExitCode.DIFFERENT,
        "THIS CHANGE DRIFT",
        "changed, this change",
        "changed, drift, edited live with kubectl-edit",
    )
    git(synced.git.path, "diff", "--exit-code")

    assert "THIS CHANGE" not in synced.cli("diff", "other").log
