"""Each way in which a proposed change could loosen its own review, tried: the base's word counts, or the inputs'.

Settings, exclusions, tracking and Lua: ``test_base.py``; ignore rules and compare options: ``test_ignoring.py``; new
and widened projects, of files: ``test_projects.py``, rendered: ``test_children.py``; planted cache entries:
``test_manifests.py``. Here is what is left of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.commands.evaluate import render_one
from gitops_action.errors import ApplicationError
from tests.commands.test_base import Shop, conditions, shop
from tests.e2e.scene import application

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Tools

__all__ = ["shop"]

_ANNOTATED = "metadata: {{name: web, namespace: argocd, annotations: {{{}}}}}"


def _annotated(annotation: str) -> str:
    plain = application("web", "shop")
    assert "metadata: {name: web, namespace: argocd}" in plain
    return plain.replace("metadata: {name: web, namespace: argocd}", _ANNOTATED.format(annotation))


def test_the_annotation_that_narrows_what_counts_hides_nothing_from_a_review(shop: Shop, tools: Tools) -> None:
    narrow = _annotated("argocd.argoproj.io/manifest-generate-paths: /nowhere")
    session = shop.review({"apps/web.yaml": narrow, "web/new.yaml": "apiVersion: v1\nkind: List\nitems: []\n"})
    assert [each.name for each in session.applications] == ["web"]  # a review goes by all that is rendered


def test_a_skip_of_the_cache_or_of_reconciliation_hides_no_application(shop: Shop) -> None:
    session = shop.review({"apps/web.yaml": _annotated('argocd.argoproj.io/skip-reconcile: "true"')})
    assert [each.name for each in session.applications] == ["web"]


@pytest.mark.parametrize("namespace", ["kube-system", "prod"])
def test_another_destination_is_a_danger(shop: Shop, namespace: str) -> None:
    session = shop.review({"apps/web.yaml": application("web", namespace)})
    assert any("moves the destination" in message for message in conditions(session))


def test_a_plugin_that_the_change_names_is_never_run(shop: Shop, tmp_path: Path) -> None:
    plugin = application("web", "shop").replace("path: web}", "path: web, plugin: {name: evil}}")
    session = shop.review({"apps/web.yaml": plugin})
    rendered = render_one(session.applications[0], session, None, str(tmp_path))
    assert rendered.targets == ()
    assert [condition.is_error for condition in rendered.conditions] == [True]
    assert "plugin" in rendered.conditions[0].message


def test_a_host_that_the_change_names_is_not_asked(shop: Shop, tmp_path: Path) -> None:
    elsewhere = application("web", "shop").replace("github.com/octo-org/shop", "evil.example/shop")
    session = shop.review({"apps/web.yaml": elsewhere})
    with pytest.raises(ApplicationError, match="evil") as refused:
        render_one(session.applications[0], session, None, str(tmp_path))
    assert "allowed-hosts" in str(refused.value)
