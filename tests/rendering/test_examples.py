"""The example repository, rendered as a user's run would."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.application.discovery import discover
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.context import RenderContext
from gitops_action.rendering.render import render
from gitops_action.rendering.source_kind import SourceKind

if TYPE_CHECKING:
    from gitops_action.application.application import Application
    from gitops_action.rendering.context import Rendered
    from tests.conftest import Tools

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def applications() -> dict[str, Application]:
    files = [(f"apps/{path.name}", path.read_bytes()) for path in sorted((EXAMPLES / "apps").iterdir())]
    return {application.name: application for application in discover(files).applications}


@pytest.fixture
def context(tools: Tools, tmp_path: Path) -> RenderContext:
    return RenderContext(
        checkout=Checkout.at(str(EXAMPLES)),
        revision="9b71e04c0ffee00000000000000000000000abcd",
        scratch=str(tmp_path),
        helm=tools.path("helm"),
        kustomize=tools.path("kustomize"),
        kube_version="v1.37.2",
        remotes=("git@github.com:acme/platform.git",),
        tracked_revisions=frozenset({"main"}),
    )


@pytest.mark.parametrize(
    ("name", "kind", "namespaces"),
    [
        ("payments", SourceKind.HELM, {"pay"}),
        ("storefront", SourceKind.KUSTOMIZE, {"shop"}),
        ("storefront-staging", SourceKind.KUSTOMIZE, {"shop-staging"}),
        ("platform", SourceKind.DIRECTORY, {"platform"}),
    ],
)
def test_every_example_renders_without_a_remark(
    applications: dict[str, Application],
    context: RenderContext,
    name: str,
    kind: SourceKind,
    namespaces: set[str],
) -> None:
    rendered = render(applications[name], context, SubprocessProcess())

    assert rendered.kinds == (kind,)
    assert rendered.conditions == ()
    assert len(rendered.targets) > 5
    assert {target.namespace for target in rendered.targets} - {""} == namespaces
    assert max(Counter(target.key for target in rendered.targets).values()) == 1


def test_applications_render_at_once_and_always_to_the_same(
    applications: dict[str, Application], context: RenderContext
) -> None:
    def once(application: Application) -> Rendered:
        return render(application, context, SubprocessProcess())

    with ThreadPoolExecutor(max_workers=8) as pool:
        first, second = (list(pool.map(once, applications.values())) for _ in range(2))

    assert first == second
    assert all(rendered.targets for rendered in first)
