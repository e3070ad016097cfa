"""A sync of which one request fails, each way that one can: it ends right, or with words, and the next one finishes it.

``--nightly`` lets every request fail in every way; else each way is tried at a few, spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from gitops_action.errors import ExitCode
from tests.e2e.killed import Copy, spread
from tests.e2e.scene import says
from tests.fault_proxy import ANSWER_LOST, CUT, TRUNCATED, Fault, fault_proxy, refused, slow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.program import Ran
    from tests.e2e.scene import Scene

# Busy answers and broken connections are waited out, so they happen once; the others come back whenever it is repeated.
FAULTS = {
    "403": (refused(403, "not you"), True),
    "404": (refused(404), True),
    "409": (refused(409), True),
    "410": (refused(410), True),
    "500": (refused(500), True),
    "429": (refused(429, Retry_After="1"), False),
    "503": (refused(503), False),
    "cut": (CUT, False),
    "answer lost": (ANSWER_LOST, False),
    "truncated": (TRUNCATED, False),
    "slow": (slow(0.5), False),
}
_FLAGS = ("--wave-delay", "0s", "--lock-duration", "3s", "--timeout", "20s", "--output", "json")
_CLEAR = frozenset({*ExitCode} - {ExitCode.USAGE, ExitCode.GITHUB, ExitCode.LOCKED, ExitCode.BUG, ExitCode.INTERRUPTED})
"""How such a sync may end; 1 is for a server that denies what it has, of which the report says that it is OutOfSync."""
_SAMPLES = 2


class Shop:
    """One application that goes back and forth between two states, each way with something to prune."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene = scene
        self.folder = folder
        self.copy = Copy(name="shop", namespace=scene.namespace)
        options = self.copy.application().replace('"syncOptions":["', '"syncOptions":["PruneLast=true","')
        assert "PruneLast" in options
        scene.write({"apps/shop.yaml": options})
        self.number = 0

    def commit(self, *, is_new: bool) -> None:
        """Commit the old state, which has ``old``, or the new one, which has everything else."""
        self.number += 1
        text = self.copy.after(a=str(self.number)) if is_new else self.copy.before()
        self.scene.write({"shop/manifests.yaml": text, "number": str(self.number)})

    def sync(self, kubeconfig: Path | str = "") -> Ran:
        return self.scene.cli("sync", *_FLAGS, kubeconfig=kubeconfig)

    def has(self, name: str) -> bool:
        return self.scene.get(f"v1/configmaps/{name}") is not None


def number_of_requests(shop: Shop) -> int:
    shop.commit(is_new=False)
    says(shop.sync(), ExitCode.OK)
    shop.commit(is_new=True)
    with fault_proxy(shop.scene.cluster) as proxy:
        says(shop.sync(proxy.kubeconfig(shop.folder / "counted.json")), ExitCode.OK)
        return len(proxy.seen)


def check(shop: Shop, index: int, fault: Fault, *, again: bool) -> None:
    shop.commit(is_new=False)
    says(shop.sync(), ExitCode.OK)
    shop.commit(is_new=True)
    with fault_proxy(shop.scene.cluster) as proxy:
        proxy.fail(index, fault, again=again)
        ran = shop.sync(proxy.kubeconfig(shop.folder / "faulty.json"))
        at = f"{proxy.seen[min(index, len(proxy.seen) - 1)]}\n{ran.stderr}"
    assert ran.code in _CLEAR, at
    [application] = orjson.loads(ran.stdout)["applications"]
    applied = {row["name"]: row for row in application["resources"]}
    if ran.code != ExitCode.OK:
        words = (application["operation_message"], application["refused"], application["conditions"], ran.stderr)
        assert any(words), at
        failed = [name for name in ("early", "changed", "one") if applied.get(name, {}).get("result") == "SyncFailed"]
        assert not failed or shop.has("old"), f"pruned after a failed apply: {at}"
    says(shop.sync(), ExitCode.OK)
    assert not shop.has("old"), at
    assert shop.scene.get("v1/configmaps/changed")["data"] == {"a": str(shop.number)}, at
    assert {name for name in ("migrate", "tell") if shop.has(name)} == set(), at
    leases = shop.scene.read(f"/apis/coordination.k8s.io/v1/namespaces/{shop.scene.namespace}/leases")
    assert leases["items"] == [], at


@pytest.fixture
def shop(scene: Scene, tmp_path: Path) -> Shop:
    return Shop(scene, tmp_path)


@pytest.mark.parametrize("way", FAULTS)
def test_a_request_that_fails_never_leaves_half_a_sync_behind(
    shop: Shop, way: str, pytestconfig: pytest.Config, request: pytest.FixtureRequest
) -> None:
    remove_kind(shop, request.addfinalizer)
    fault, again = FAULTS[way]
    count = number_of_requests(shop)
    number = count if pytestconfig.getoption("--nightly") else _SAMPLES
    shift = list(FAULTS).index(way)
    indices = (
        spread(count, number)
        if number == count
        else [(shift + round(count * k / number)) % count for k in range(number)]
    )
    for index in indices:
        check(shop, index, fault, again=again)


def remove_kind(shop: Shop, later: Callable[[Callable[[], object]], None]) -> None:
    crd = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{shop.copy.group}"
    later(lambda: shop.scene.read(crd) and shop.scene.cluster.request("DELETE", crd))
