"""Plain manifests: RND-25 to RND-33."""

from __future__ import annotations

import re
import time

import pytest

from gitops_action.application.application import DirectorySource, Source
from gitops_action.errors import ApplicationError
from gitops_action.rendering.directory import manifest_files, read_manifests, render_directory
from gitops_action.rendering.glob import compile_glob
from gitops_action.resource.resource import Origin
from tests.rendering.conftest import Repository, config_map

FILES = ["a.yaml", "b.yml", "c.json", "d.YAML", "e.txt", "f.yaml.bak", "sub/g.yaml", "sub/deep/h.yaml"]


def found(repository: Repository, source: DirectorySource) -> list[str]:
    repository.write(dict.fromkeys(FILES, ""))
    return [path for path, _ in manifest_files(str(repository.root), source)]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (DirectorySource(), ["a.yaml", "b.yml", "c.json"]),
        (DirectorySource(recurse=True), ["a.yaml", "b.yml", "c.json", "sub/deep/h.yaml", "sub/g.yaml"]),
        (DirectorySource(disable_extension_filter=True), [name for name in FILES if "/" not in name]),
        (DirectorySource(include="*.yml"), ["b.yml"]),
        (DirectorySource(recurse=True, include="*.yaml"), ["a.yaml", "sub/deep/h.yaml", "sub/g.yaml"]),
        (DirectorySource(recurse=True, include="**/*.yaml"), ["sub/deep/h.yaml", "sub/g.yaml"]),
        (DirectorySource(recurse=True, include="{a.yaml,sub/g.*}"), ["a.yaml", "sub/g.yaml"]),
        (DirectorySource(recurse=True, exclude="sub/*"), ["a.yaml", "b.yml", "c.json"]),
        (DirectorySource(recurse=True, exclude="sub/deep/*", include="*.yaml"), ["a.yaml", "sub/g.yaml"]),
        (DirectorySource(exclude="a.yaml", include="a.yaml"), []),
    ],
)
def test_rnd_25_26_which_files_of_a_directory_are_manifests(
    repository: Repository, source: DirectorySource, names: list[str]
) -> None:
    assert found(repository, source) == names


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.yaml", "a/b.yaml", True),
        ("?.yaml", "a.yaml", True),
        ("?.yaml", "ab.yaml", False),
        ("[ab].yaml", "a.yaml", True),
        ("[!ab].yaml", "a.yaml", False),
        ("[a-c].yaml", "b.yaml", True),
        ("{a,b{c,d}}.yaml", "bd.yaml", True),
        ("{a,b}", "a,b", False),
        ("a,b", "a,b", True),
        ("\\*.yaml", "*.yaml", True),
        ("\\*.yaml", "a.yaml", False),
        ("a.yaml", "aXyaml", False),
        ("a(b)+.yaml", "a(b)+.yaml", True),
        ("*{ab,a}*b", "ab", True),
        ("a*b*c", "aXbXbXc", True),
        ("a*b*c", "aXcXb", False),
        ("*", "", True),
        ("[]a].yaml", "].yaml", True),
    ],
)
def test_rnd_26_a_star_crosses_slashes_and_braces_hold_alternatives(pattern: str, path: str, matches: bool) -> None:
    assert bool(compile_glob(pattern).fullmatch(path)) is matches


@pytest.mark.parametrize("pattern", ["{a,b", "[ab", "{a,b}" * 9, "x" * 2000, "[z-a]"])
def test_rnd_26_a_broken_or_dangerous_glob_is_an_error(pattern: str) -> None:
    with pytest.raises(ApplicationError, match="glob"):
        compile_glob(pattern)


def test_a_hostile_glob_costs_no_time() -> None:
    expression = compile_glob("a*" * 400)
    begin = time.perf_counter()

    assert expression.fullmatch("a" * 4000 + "b")
    assert not compile_glob("*a" * 400).fullmatch("a" * 4000 + "b")

    assert time.perf_counter() - begin < 2


def test_files_are_read_in_lexical_order_and_each_object_knows_its_file_and_line(repository: Repository) -> None:
    repository.write(
        {"web/b.yaml": "# x\n" + config_map("b1") + "---\n" + config_map("b2"), "web/a.yml": config_map("a")}
    )

    targets = repository.render(Source(path="web")).targets

    assert [(target.name, target.origin) for target in targets] == [
        ("a", Origin(file="web/a.yml", line=1)),
        ("b1", Origin(file="web/b.yaml", line=2)),
        ("b2", Origin(file="web/b.yaml", line=7)),
    ]


def test_rnd_27_a_file_that_says_so_is_skipped() -> None:
    assert read_manifests(b"# +argocd:skip-file-rendering\nkind: [broken", "a.yaml") == []
    assert read_manifests(b'{"kind": "X", "note": "+argocd:skip-file-rendering"}', "a.json") == []


def test_rnd_28_the_manifests_have_a_size_limit_together(repository: Repository) -> None:
    repository.write({f"web/{name}.yaml": config_map(name, text="x" * 400) for name in "abc"})

    refusal = repository.refusal(Source(path="web"), directory_size_limit=1000)

    assert refusal.summary == "the manifests of web are larger than 0.000953674 MiB together"
    assert repository.render(Source(path="web"), directory_size_limit=2000).targets


def test_rnd_29_a_dangling_link_is_skipped_with_a_warning_a_link_out_is_an_error(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a"), "common/s.yaml": config_map("s")})
    repository.link("web/gone.yaml", "nowhere.yaml").link("web/s.yaml", "../common/s.yaml").link("web/dir.yaml", ".")

    rendered = repository.render(Source(path="web"))

    assert [target.name for target in rendered.targets] == ["a", "s"]
    assert [condition.message for condition in rendered.conditions] == [
        "web/gone.yaml is a link to a file that does not exist; it is not rendered"
    ]
    repository.link("web/out.yaml", "/etc/hostname")
    request = repository.request("web")
    with pytest.raises(ApplicationError, match=r"web/out\.yaml is a link out of the repository"):
        render_directory(DirectorySource(), request)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  x: [1\n",
        config_map("a") + "---\nbroken: [1\n",
        "kind: X\n---\nbroken: [1\n",
    ],
)
def test_rnd_30_broken_yaml_that_is_meant_to_be_applied_is_an_error_with_file_and_line(
    repository: Repository, text: str
) -> None:
    repository.write({"web/a.yaml": text})

    refusal = repository.refusal(Source(path="web"))

    assert re.match(r"web/a\.yaml:[3467]: while parsing a flow sequence", refusal.summary)
    assert refusal.remedy == "Correct the YAML, or exclude the file."


@pytest.mark.parametrize(
    "text",
    [
        "{{ if .Values.x }}\nfoo: {{ . }}\n",
        "replicas: 3\nimage: [nginx\n",
        "replicas: 3\n---\nimage: [nginx\n",
        "{}",
        "replicas: 3\n",
        "---\n---\n",
        "",
        "just words",
    ],
)
def test_rnd_30_a_file_that_is_no_manifest_is_passed_over(text: str) -> None:
    assert read_manifests(text.encode(), "values.yaml") == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_rnd_30_utf_16_is_read(encoding: str) -> None:
    assert [r.name for r in read_manifests(config_map("grün").encode(encoding), "a.yaml")] == ["grün"]
    assert [r.name for r in read_manifests(_json("a").encode(encoding), "a.json")] == ["a"]


def test_rnd_30_other_bytes_are_an_error() -> None:
    with pytest.raises(ApplicationError, match=r"web/a\.yaml is not valid utf-8: byte 6"):
        read_manifests(b"kind: \xff\xfe", "web/a.yaml")


def _json(name: str) -> str:
    return f'{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "{name}"}}}}'


def test_rnd_31_a_json_file_holds_exactly_one_object() -> None:
    assert [r.name for r in read_manifests(_json("a").encode(), "a.json")] == ["a"]
    with pytest.raises(ApplicationError, match=r'Found multiple objects in "a\.json"'):
        read_manifests(f"{_json('a')}\n{_json('b')}".encode(), "a.json")
    with pytest.raises(ApplicationError, match=r"a.json:2: not valid JSON"):
        read_manifests(b'{"kind": "X",\n oops}', "a.json")


def test_rnd_32_jsonnet_is_said_to_be_unsupported_not_passed_over(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a"), "web/b.jsonnet": "{}"})

    assert repository.refusal(Source(path="web")).summary == "web/b.jsonnet: Jsonnet is not supported in this version"
    rendered = repository.render(Source(path="web", directory=DirectorySource(exclude="*.jsonnet")))
    assert len(rendered.targets) == 1


def test_rnd_33_lists_are_flattened() -> None:
    text = f"apiVersion: v1\nkind: List\nitems: [{_json('a')}, {_json('b')}]\n"

    assert [(r.name, r.origin.line) for r in read_manifests(text.encode(), "a.yaml")] == [("a", 1), ("b", 1)]


def test_rnd_33_a_list_of_nothing_is_dropped_and_items_beside_a_spec_are_a_field() -> None:
    empty = b"apiVersion: v1\nkind: ConfigMapList\nitems: null\n"
    kept = b"apiVersion: acme.io/v1\nkind: Order\nmetadata: {name: a}\nspec: {}\nitems: []\n"

    assert read_manifests(empty, "a.yaml") == []
    assert [r.kind for r in read_manifests(kept, "a.yaml")] == ["Order"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: ConfigMap\nmetadata: {name: a}", "a.yaml:1: ConfigMap a has no apiVersion"),
        ("# apiVersion:\nmetadata: {name: a}\n# kind: metadata:", "a.yaml:2: an object a has no kind"),
        ("apiVersion: v1\nkind: ConfigMap", "a.yaml:1: ConfigMap has no metadata"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {}", "a.yaml:1: ConfigMap has no name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 1}", "a.yaml:1: ConfigMap: name 1 is no text"),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: 7}",
            "a.yaml:1: ConfigMap a: namespace 7 is no text",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {wave: 1}}",
            "a.yaml:1: ConfigMap a: annotation 'wave' is a number; put it in quotes",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: [x]}",
            "a.yaml:1: ConfigMap a: metadata.labels is a list, not a mapping",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {on: true}}",
            "a.yaml:1: ConfigMap a: label 'true' is a boolean; put it in quotes",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {x: {y: z}}}",
            "a.yaml:1: ConfigMap a: label 'x' is a mapping; put it in quotes",
        ),
        (f"{config_map('a')}---\nkind\n", "a.yaml:6: a document is no Kubernetes object but a text"),
        ("apiVersion: v1\nkind: List\nitems: [null]", "a.yaml:1: a document is no Kubernetes object but nothing"),
        ("apiVersion: v1\nkind: List\nitems: [[]]", "a.yaml:1: a document is no Kubernetes object but a list"),
        ("apiVersion: v1\nkind: List\nitems: [1]", "a.yaml:1: a document is no Kubernetes object but a number"),
    ],
)
def test_what_is_no_object_is_an_error_naming_file_line_and_reason(text: str, message: str) -> None:
    with pytest.raises(ApplicationError) as caught:
        read_manifests(text.encode(), "a.yaml")

    assert caught.value.summary == message


def test_an_object_may_have_a_generated_name() -> None:
    text = b"apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: run-}\n"

    assert [r.metadata for r in read_manifests(text, "a.yaml")] == [{"generateName": "run-"}]


def test_a_thousand_files_cost_little_more_than_their_yaml(repository: Repository) -> None:
    repository.write({f"web/{number:04}.yaml": config_map(f"c{number}") for number in range(1000)})
    request = repository.request("web")
    begin = time.perf_counter()

    targets, _ = render_directory(DirectorySource(), request)

    assert len(targets) == 1000
    assert time.perf_counter() - begin < 2
