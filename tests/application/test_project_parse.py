"""AppProject documents: what is read, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_action.application.application import Destination
from gitops_action.application.project import AppProject, KindPattern, OrphanedResources, Role, SyncWindow
from gitops_action.application.project_parse import parse_project
from gitops_action.application.schedule import parse_schedule
from gitops_action.errors import UsageError
from gitops_action.resource.yaml import load_documents

EVERYTHING = """
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: team, namespace: gitops, finalizers: [a]}
spec:
  description: The team's
  sourceRepos: ["https://github.com/acme/*", "!https://github.com/acme/secret"]
  sourceNamespaces: [team-*, /^x$/]
  destinations: [{server: "https://a", namespace: shop}, {name: b, namespace: "*"}]
  clusterResourceWhitelist: [{group: "", kind: Namespace, name: team-*}]
  clusterResourceBlacklist: [{group: "*", kind: ClusterRole}]
  namespaceResourceWhitelist: []
  namespaceResourceBlacklist: [{group: "", kind: Secret}]
  permitOnlyProjectScopedClusters: true
  roles: [{name: dev, description: d, policies: ["p, proj:team:dev, applications, get, team/*, allow"], groups: [g],
           jwtTokens: [{iat: 1}]}]
  syncWindows: [{kind: deny, schedule: "0 22 * * mon-fri", duration: 1h30m, applications: ["*"], manualSync: true,
                 timeZone: Europe/Berlin, andOperator: true, syncOverrun: true, description: night,
                 namespaces: [prod], clusters: [c]}]
  orphanedResources: {warn: true}
  signatureKeys: [{keyID: ABCD}]
  sourceIntegrity: {git: {policies: []}}
  destinationServiceAccounts: [{server: s, namespace: ns, defaultServiceAccount: sa}]
  destinationz: []
status: {jwtTokensByRole: {}}
"""


def project(text: str) -> AppProject:
    value: Any = load_documents(text, source="p.yaml")[0][0]
    return parse_project(value, file="p.yaml", line=2)


def of_spec(spec: str) -> AppProject:
    return project(f"apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {{name: team}}\nspec: {{{spec}}}")


def test_every_field_is_read_and_an_unknown_one_is_named() -> None:
    assert project(EVERYTHING) == AppProject(
        name="team",
        namespace="gitops",
        description="The team's",
        source_repos=("https://github.com/acme/*", "!https://github.com/acme/secret"),
        source_namespaces=("team-*", "/^x$/"),
        destinations=(Destination(server="https://a", namespace="shop"), Destination(name="b", namespace="*")),
        cluster_resource_whitelist=(KindPattern(group="", kind="Namespace", name="team-*"),),
        cluster_resource_blacklist=(KindPattern(group="*", kind="ClusterRole"),),
        namespace_resource_whitelist=(),
        namespace_resource_blacklist=(KindPattern(group="", kind="Secret"),),
        permit_only_project_scoped_clusters=True,
        roles=(
            Role(
                name="dev",
                description="d",
                policies=("p, proj:team:dev, applications, get, team/*, allow",),
                groups=("g",),
            ),
        ),
        sync_windows=(
            SyncWindow(
                kind="deny",
                schedule="0 22 * * mon-fri",
                duration="1h30m",
                applications=("*",),
                namespaces=("prod",),
                clusters=("c",),
                manual_sync=True,
                sync_overrun=True,
                and_operator=True,
                time_zone="Europe/Berlin",
                description="night",
            ),
        ),
        orphaned_resources=OrphanedResources(warn=True),
        signature_keys=("ABCD",),
        source_integrity={"git": {"policies": []}},
        destination_service_accounts=({"server": "s", "namespace": "ns", "defaultServiceAccount": "sa"},),
        file="p.yaml",
        line=2,
        unknown_fields=("spec.destinationz",),
    )


def test_a_list_of_namespaced_kinds_that_is_null_is_none_and_one_that_is_empty_is_not() -> None:
    assert of_spec("namespaceResourceWhitelist: null").namespace_resource_whitelist is None
    assert of_spec("").namespace_resource_whitelist is None
    assert of_spec("namespaceResourceWhitelist: []").namespace_resource_whitelist == ()


def test_only_what_says_something_counts_as_not_enforced() -> None:
    assert of_spec("roles: [], syncWindows: [], signatureKeys: []").unenforced_fields == ()
    assert project(EVERYTHING).unenforced_fields == (
        "signatureKeys",
        "sourceIntegrity",
        "roles",
        "destinationServiceAccounts",
    )


def window(text: str) -> str:
    fields = {"kind": "allow", "schedule": '"0 1 * * *"', "duration": "1h", "applications": "[x]"}
    for pair in filter(None, text.split("; ")):
        name, _, value = pair.partition("=")
        fields[name] = value
    return "syncWindows: [{" + ", ".join(f"{name}: {value}" for name, value in fields.items()) + "}]"


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ('sourceRepos: ["!*"]', "source repository has an invalid format, '!*'"),
        ("sourceRepos: [a, a]", "source repository 'a' already added"),
        ("sourceNamespaces: [a, a]", "source namespace 'a' already added"),
        ('destinations: [{server: "!*", namespace: a}]', "server has an invalid format, '!*'"),
        ('destinations: [{name: "!*", namespace: a}]', "name has an invalid format, '!*'"),
        ('destinations: [{server: a, namespace: "!*"}]', "namespace has an invalid format, '!*'"),
        ("destinations: [{server: a, namespace: b}, {server: a, namespace: b, name: c}]", "destination 'a/b' already"),
        ("destinations: [{name: a, namespace: b}, {name: a, namespace: b}]", "destination 'a/b' already added"),
        ("roles: [{name: a}, {name: a}]", "role 'a' already exists"),
        ("roles: [{name: a b}]", "invalid role name 'a b'"),
        ("roles: [{name: a, groups: [g, g]}]", "group 'g' already exists for role 'a'"),
        ("roles: [{name: a, policies: [p, p]}]", "policy 'p' already exists for role 'a'"),
        (f"description: {'x' * 256}", "spec.description is longer than 255 characters"),
        ("sourceRepos: all", "spec.sourceRepos is a string, not a list"),
        ("destinations: [{server: 1}]", "spec.destinations[0].server is an integer, not a string"),
        ('destinations: [{server: "!https://[a", namespace: a}]', "the pattern 'https://[a' cannot be read"),
        ('clusterResourceWhitelist: [{group: "[", kind: a}]', "the pattern '[' cannot be read"),
        ('sourceNamespaces: ["/(/"]', "the pattern '(' cannot be read"),
        (window("kind=never"), "kind 'never' mismatch: can only be allow or deny"),
        (window('schedule="0 1 * *"'), "cannot parse schedule '0 1 * *': expected exactly 5 fields, found 4"),
        (window("duration=1 hour"), "cannot parse duration '1 hour'"),
        (window("duration=1d"), "cannot parse duration '1d'"),
        (window("applications=[]"), "requires one of application, cluster or namespace"),
        (window(f"description={'x' * 256}"), "description must not exceed 255 characters"),
        (window("").replace("}]", "}, {kind: allow, schedule: 0 1 * * *, duration: 1h, applications: [x]}]"), "twice"),
    ],
)  # WIN-8
def test_what_argo_cd_refuses_is_an_error_that_names_place_and_project(spec: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        of_spec(spec)
    assert error.value.summary.startswith("p.yaml:2: AppProject team is not valid: ")
    assert says in error.value.summary


def test_a_project_without_a_name_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"AppProject without a name is not valid: metadata\.name is missing"):
        project("apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {}\nspec: {}")


@pytest.mark.parametrize(
    "schedule",
    ["60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "5-1 * * * *", "*/0 * * * *", "a * * * *",
     "@daily", "", "1- * * * *", "-1 * * * *"],
)  # fmt: skip
def test_a_schedule_that_names_no_time_is_an_error(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_schedule(schedule)


def test_a_schedule_is_read_as_cron_does() -> None:
    read = parse_schedule("*/20 22-23,1 ? JAN-mar sun,5/1")
    assert (set(read.minutes), set(read.hours)) == ({0, 20, 40}, {1, 22, 23})
    assert (set(read.months), set(read.days_of_week)) == ({1, 2, 3}, {0, 5, 6})
    assert read.days_of_month == set(range(1, 32))
    assert (read.any_day_of_month, read.any_day_of_week) == (True, False)
