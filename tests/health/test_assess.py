from __future__ import annotations

from typing import Any

import pytest

from gitops_action.health import HealthStatus, HealthStatusCode
from gitops_action.health.assess import assess
from gitops_action.health.overrides import HealthOverrides, HealthScript
from gitops_action.lua.catalogue import ScriptLibrary
from gitops_action.resource import Resource

READY = [{"type": "Ready", "status": "True", "reason": "Up", "message": "all is well"}]
LIBRARY = ScriptLibrary(
    {
        "example.com/Widget": 'return {status = "Degraded", message = "catalogue " .. string.upper("x")}',
        "apps/Deployment": 'return {status = "Suspended"}',
        "_.wild.io/_": 'return {status = "Progressing", message = os.date("!%Y", os.time())}',
    }
)


def resource(api_version: str, kind: str, **fields: Any) -> Resource:
    return Resource({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": "shop"}, **fields})


def script(text: str, *, use_open_libs: bool = False) -> HealthScript:
    return HealthScript(text, use_open_libs)


WIDGET = resource("example.com/v1", "Widget", status={"conditions": READY})


def terminating(*finalizers: str) -> Resource:
    return WIDGET.with_metadata(deletionTimestamp="2026-01-01T00:00:00Z", finalizers=list(finalizers))


def test_what_is_being_deleted_is_progressing_whatever_its_kind() -> None:
    pending = HealthStatus(code=HealthStatusCode.PROGRESSING, message="Pending deletion")
    assert assess(terminating(), scripts=LIBRARY) == pending
    assert assess(terminating("foregroundDeletion"), scripts=LIBRARY) == pending
    assert assess(resource("v1", "ConfigMap").with_metadata(deletionTimestamp="2026-01-01T00:00:00Z")) == pending


def test_a_hook_that_waits_for_its_finalizer_is_assessed_all_the_same() -> None:
    health = assess(terminating("argocd.argoproj.io/hook-finalizer"), scripts=LIBRARY)
    assert health == HealthStatus(code=HealthStatusCode.DEGRADED, message="catalogue X")


@pytest.mark.parametrize(
    ("scripts", "message"),
    [
        ({"example.com/Widget": "exact", "example.com/*": "wildcard"}, "exact"),
        ({"example.com/*": "wildcard", "*/Widget": "earlier in order"}, "earlier in order"),
        ({"*.com/W?dget": "question mark"}, "question mark"),
        ({"other.com/Widget": "another"}, "catalogue X"),
    ],
)
def test_the_users_script_comes_before_the_catalogues_and_the_exact_key_before_wildcards(
    scripts: dict[str, str], message: str
) -> None:
    overrides = HealthOverrides(
        scripts={key: script(f'return {{status = "Degraded", message = "{text}"}}') for key, text in scripts.items()}
    )
    assert assess(WIDGET, overrides, LIBRARY) == HealthStatus(code=HealthStatusCode.DEGRADED, message=message)


def test_a_script_is_final_even_where_there_is_a_built_in_check() -> None:
    assert assess(resource("apps/v1", "Deployment"), scripts=LIBRARY) == HealthStatus(code=HealthStatusCode.SUSPENDED)


def test_a_script_that_answers_nothing_means_an_empty_health_and_no_other_check() -> None:
    """HLT-5."""
    overrides = HealthOverrides(scripts={"apps/Deployment": script("return nil")})
    assert assess(resource("apps/v1", "Deployment"), overrides, LIBRARY) == HealthStatus(code=HealthStatusCode.NONE)


def test_a_wildcard_folder_of_the_catalogue_counts_and_scripts_see_the_time_they_are_given() -> None:
    """HLT-2."""
    health = assess(resource("a.wild.io/v1", "Thing"), scripts=LIBRARY, now=1_700_000_000)
    assert health == HealthStatus(code=HealthStatusCode.PROGRESSING, message="2023")


def test_scripts_of_settings_have_no_string_functions_unless_they_ask_for_them() -> None:
    """HLT-3."""
    text = 'return {status = "Healthy", message = string.upper("x")}'
    closed = HealthOverrides(scripts={"example.com/Widget": script(text)})
    opened = HealthOverrides(scripts={"example.com/Widget": script(text, use_open_libs=True)})
    problem = "<string>:1: attempt to index global 'string' (a nil value)"
    assert assess(WIDGET, closed) == HealthStatus(code=HealthStatusCode.UNKNOWN, message=problem)
    assert assess(WIDGET, opened) == HealthStatus(code=HealthStatusCode.HEALTHY, message="X")


def test_a_failing_script_is_unknown_and_says_whose() -> None:
    """HLT-6, HLT-18."""
    health = assess(WIDGET, HealthOverrides(scripts={"example.com/Widget": script("error('boom')")}))
    assert health is not None
    assert (health.code, health.message, health.error) == (
        HealthStatusCode.UNKNOWN,
        "<string>:1: boom",
        "failed to get resource health for shop/x: <string>:1: boom",
    )


def test_conditions_speak_for_custom_kinds_without_a_rule_unless_switched_off() -> None:
    from_conditions = HealthStatus(
        code=HealthStatusCode.HEALTHY, message="from conditions: Ready=True, Up: all is well"
    )
    assert assess(WIDGET) == from_conditions
    assert assess(WIDGET, HealthOverrides(generic_conditions=False)) is None


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("v1", "Node"), ("policy/v1", "PodDisruptionBudget"), ("rbac.authorization.k8s.io/v1", "Role"),
     ("argoproj.io/v1alpha1", "Application")],
)  # fmt: skip
def test_kinds_of_kubernetes_and_applications_have_no_health_without_a_rule(api_version: str, kind: str) -> None:
    assert assess(resource(api_version, kind, status={"conditions": READY})) is None
