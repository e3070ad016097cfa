"""What the projects of a repository mean for its applications, before anything is rendered."""

from __future__ import annotations

from dataclasses import replace

from gitops_action.application.application import Application, ConditionType, Destination, Source
from gitops_action.application.project import ClusterIdentity, identity_of
from gitops_action.application.projects import Projects, find_projects
from gitops_action.resource import ResourceKey

URL = "https://github.com/acme/shop"
HERE = ClusterIdentity(server="https://kubernetes.default.svc", name="in-cluster")
WEB = Application(
    name="web",
    project="team",
    sources=(Source(repo_url=URL, path="web"),),
    destination=Destination(namespace="shop"),
    file="web.yaml",
    line=1,
)


def document(name: str, spec: str, namespace: str = "argocd") -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec: {{{spec}}}\n"
    )


def projects(*texts: str) -> Projects:
    return find_projects((f"{number}.yaml", text.encode()) for number, text in enumerate(texts))


ALL = 'sourceRepos: ["*"], destinations: [{server: "*", namespace: "*"}]'
NARROW = (
    'sourceRepos: ["https://github.com/acme/*"], destinations: [{name: in-cluster, namespace: "shop*"}], '
    "namespaceResourceBlacklist: [{group: '', kind: Secret}]"
)


def said(application: Application) -> list[tuple[str, str]]:
    return [(condition.type.value, condition.message) for condition in application.conditions]


def test_the_default_project_permits_everything_unless_it_is_defined() -> None:
    web = replace(WEB, project="default")
    assert projects().judged(web) == web
    assert projects().judged_at(web, HERE) == web
    assert said(projects(document("default", "")).judged(web)) == [
        ("InvalidSpecError", f"application repo {URL} is not permitted in project 'default'")
    ]


def test_any_other_project_has_to_be_there_and_the_remedy_says_where() -> None:
    judged = projects(document("other", ALL)).judged(WEB)
    assert said(judged) == [("InvalidSpecError", "Application referencing project team which does not exist")]
    assert judged.conditions[0].remedy == (
        "Add the AppProject team to a YAML file of this repository, or correct spec.project in web.yaml:1."
    )


def test_sst_12_sources_that_are_not_permitted_are_named_each_once() -> None:
    sources = tuple(
        Source(repo_url=url, path="x") for url in ("https://evil/a", URL, "https://evil/a", "https://evil/b")
    )
    assert said(projects(document("team", NARROW)).judged(replace(WEB, sources=sources))) == [
        ("InvalidSpecError", "application repo https://evil/a is not permitted in project 'team'"),
        ("InvalidSpecError", "application repo https://evil/b is not permitted in project 'team'"),
    ]


def test_sst_12_a_destination_that_is_not_permitted_is_shown_as_it_was_written() -> None:
    found = projects(document("team", NARROW))
    assert found.judged_at(WEB, HERE) == WEB
    there = replace(WEB, destination=Destination(server="https://there", namespace="shop"))
    message = (
        "application destination server 'https://there' and namespace 'shop' do not match any of the allowed "
        "destinations in project 'team'"
    )
    assert said(found.judged_at(there, identity_of(there.destination))) == [("InvalidSpecError", message)]
    named = replace(WEB, destination=Destination(name="prod", namespace="shop"))
    at_prod = found.judged_at(named, ClusterIdentity(server="https://there", name="prod"))
    assert said(at_prod) == [("InvalidSpecError", message.replace("https://there", "prod"))]


def test_an_application_may_live_where_the_project_does_or_where_it_says() -> None:
    found = projects(document("team", ALL + ", sourceNamespaces: [team-*]", namespace="gitops"))
    for namespace in ("gitops", "argocd", "team-a"):  # argocd is what an Application without a namespace is read as
        assert found.judged(replace(WEB, namespace=namespace)).conditions == ()
    assert said(found.judged(replace(WEB, namespace="prod"))) == [
        ("InvalidSpecError", "application 'web' in namespace 'prod' is not allowed to use project team")
    ]


def test_syn_17_objects_are_denied_by_kind_and_by_namespace() -> None:
    denial = projects(document("team", NARROW)).denial(WEB, HERE)
    assert [
        denial(ResourceKey(*key))
        for key in (
            ("", "ConfigMap", "shop", "a"),
            ("", "ConfigMap", "prod", "a"),
            ("", "Secret", "shop", "a"),
            ("rbac.authorization.k8s.io", "ClusterRole", "", "a"),
        )
    ] == [
        "",
        "namespace prod is not permitted in project 'team'",
        "resource :Secret is not permitted in project team",
        "resource rbac.authorization.k8s.io:ClusterRole is not permitted in project team",
    ]


def test_a_name_counts_for_cluster_scoped_objects() -> None:
    spec = ALL + ", clusterResourceWhitelist: [{group: '', kind: Namespace, name: team-*}]"
    denial = projects(document("team", spec)).denial(WEB, HERE)
    assert denial(ResourceKey("", "Namespace", "", "team-a")) == ""
    assert denial(ResourceKey("", "Namespace", "", "prod")) == "resource :Namespace is not permitted in project team"


def test_what_is_read_and_not_enforced_is_said_only_where_it_says_something() -> None:
    quiet = projects(document("team", ALL + ", roles: [], syncWindows: []"))
    assert quiet.judged(WEB).conditions == ()
    window = '{kind: deny, schedule: "0 1 * * *", duration: 1h, namespaces: ["*"]}'
    loud = projects(document("team", f"{ALL}, roles: [{{name: dev}}], syncWindows: [{window}], typo: 1"))
    assert said(loud.judged(WEB)) == [
        ("UnsupportedFieldWarning", "0.yaml:1: roles of AppProject team is not enforced by this version"),
    ]
    assert loud.warnings == ("0.yaml:1: unknown field spec.typo has no effect",)


def test_a_project_that_is_not_valid_or_there_twice_permits_nothing() -> None:
    wrong = projects(document("team", 'sourceRepos: ["!*"]'))
    message = "0.yaml:1: AppProject team is not valid: source repository has an invalid format, '!*'"
    assert said(wrong.judged(WEB)) == [("InvalidSpecError", message)]
    assert [problem.summary for problem in wrong.problems] == [message]
    twice = projects(document("team", ALL), document("team", ALL))
    assert said(twice.judged(WEB)) == [
        ("InvalidSpecError", "two AppProjects are named team: 0.yaml:1 and 1.yaml:1"),
    ]


def test_a_file_that_cannot_be_read_may_hold_any_project_even_the_default_one() -> None:
    found = projects("kind: AppProject\nspec: [")
    for name in ("team", "default"):
        [condition] = found.judged(replace(WEB, project=name)).conditions
        assert condition.type is ConditionType.INVALID_SPEC_ERROR
        assert condition.message.startswith(f"AppProject {name} may be in a file that cannot be read: 0.yaml:")


def test_an_application_that_leaves_a_project_keeps_the_rules_of_both() -> None:
    found = projects(document("team", ALL), document("strict", NARROW))
    moved = replace(WEB, sources=(Source(repo_url="https://evil/a", path="x"),))
    assert said(found.judged(moved, "strict")) == [
        ("InvalidSpecError", "application repo https://evil/a is not permitted in project 'strict'")
    ]
    elsewhere = replace(WEB, destination=Destination(namespace="prod"))
    assert "in project 'strict'" in said(found.judged_at(elsewhere, HERE, "strict"))[0][1]
    assert found.denial(WEB, HERE, "strict")(ResourceKey("", "Secret", "shop", "a")).endswith("in project strict")


def test_a_change_cannot_rewrite_a_project_that_the_base_has() -> None:
    base, change = projects(document("team", NARROW)), projects(document("team", ALL), document("new", ALL))
    assert not base.agrees(change, "team")
    assert base.agrees(projects("# moved\n---\n" + document("team", NARROW)), "team")
    in_force = base.extended_by(change)
    assert in_force.valid["team"] == base.valid["team"]
    assert in_force.names == {"team", "new"}
