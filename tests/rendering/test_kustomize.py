"""Kustomize sources: RND-20 to RND-24, with the real kustomize."""

from __future__ import annotations

import pytest

from gitops_action.application.application import DirectorySource, KustomizeReplica, KustomizeSource, Source
from gitops_action.rendering.checkout import Checkout
from gitops_action.rendering.kustomization import kustomization_roots
from tests.rendering.conftest import REVISION, Repository, config_map

DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web, image: "ghcr.io/acme/web:1.0"}]
"""


@pytest.fixture
def shop(repository: Repository) -> Repository:
    return repository.write(
        {
            "web/base/kustomization.yaml": "resources: [deployment.yaml]\n",
            "web/base/deployment.yaml": DEPLOYMENT,
            "web/prod/kustomization.yaml": "# ours\nresources:\n- ../base\ncommonAnnotations: {team: a}\n",
            "web/hpa/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
            "resources: [hpa.yaml]\n",
            "web/hpa/hpa.yaml": config_map("hpa"),
            "unrelated/big.yaml": "x",
        }
    )


def test_without_overrides_the_checkout_is_built_in_place(shop: Repository) -> None:
    before = shop.snapshot()

    rendered = shop.render(Source(path="web/prod"))

    assert [str(target.key) for target in rendered.targets] == ["Deployment shop/web"]
    assert rendered.targets[0].annotations == {"team": "a"}
    assert rendered.commands == ("cd web/prod && kustomize build .",)
    assert shop.snapshot() == before


def test_every_override_is_edited_in_argo_cds_order_into_a_copy(shop: Repository) -> None:
    before = shop.snapshot()
    kustomize = KustomizeSource(
        name_prefix="-p-",
        name_suffix="-s",
        images=("ghcr.io/acme/web:$ARGOCD_APP_REVISION_SHORT",),
        replicas=(KustomizeReplica(name="web", count="3"),),
        common_labels={"app-name": "$ARGOCD_APP_NAME"},
        common_annotations={"raw": "$ARGOCD_APP_NAME"},
        namespace="other",
        patches=({"patch": "- {op: add, path: /spec/paused, value: true}", "target": {"kind": "Deployment"}},),
        components=("../hpa",),
    )

    rendered = shop.render(Source(path="web/prod", kustomize=kustomize))

    targets = {target.kind: target for target in rendered.targets}
    deployment = targets["Deployment"]
    assert str(deployment.key) == "Deployment other/-p-web-s"
    assert deployment.object["spec"]["replicas"] == 3
    assert deployment.object["spec"]["paused"] is True
    assert deployment.object["spec"]["selector"]["matchLabels"] == {"app": "web", "app-name": "web"}
    assert deployment.annotations == {"team": "a", "raw": "$ARGOCD_APP_NAME"}
    assert deployment.object["spec"]["template"]["spec"]["containers"][0]["image"] == f"ghcr.io/acme/web:{REVISION[:7]}"
    assert targets["ConfigMap"].name == "-p-hpa-s"
    assert rendered.commands == (
        "cd web/prod && kustomize edit set nameprefix -- -p-",
        "cd web/prod && kustomize edit set namesuffix -- -s",
        f"cd web/prod && kustomize edit set image -- ghcr.io/acme/web:{REVISION[:7]}",
        "cd web/prod && kustomize edit set replicas -- web=3",
        "cd web/prod && kustomize edit add label -- app-name:web",
        "cd web/prod && kustomize edit add annotation -- 'raw:$ARGOCD_APP_NAME'",
        "cd web/prod && kustomize edit set namespace -- other",
        "cd web/prod && kustomize edit add component -- ../hpa",
        "cd web/prod && kustomize build .",
    )
    assert shop.snapshot() == before
    assert not list(shop.scratch.glob("kustomize-*"))


def test_labels_can_leave_selectors_alone_and_reach_templates(shop: Repository) -> None:
    kustomize = KustomizeSource(common_labels={"a": "b"}, label_without_selector=True, label_include_templates=True)

    spec = shop.render(Source(path="web/prod", kustomize=kustomize)).targets[0].object["spec"]

    assert spec["selector"]["matchLabels"] == {"app": "web"}
    assert spec["template"]["metadata"]["labels"] == {"app": "web", "a": "b"}


def test_an_annotation_is_replaced_only_by_force_and_substituted_only_on_request(shop: Repository) -> None:
    plain = KustomizeSource(common_annotations={"team": "b"})
    forced = KustomizeSource(
        common_annotations={"team": "$ARGOCD_APP_NAME"},
        force_common_annotations=True,
        common_annotations_envsubst=True,
    )

    assert (
        "annotation team already in kustomization file"
        in shop.refusal(Source(path="web/prod", kustomize=plain)).summary
    )
    assert shop.render(Source(path="web/prod", kustomize=forced)).targets[0].annotations == {"team": "web"}


@pytest.mark.parametrize(
    ("image", "result"),
    [
        ("ghcr.io/acme/web:2.0", "ghcr.io/acme/web:2.0"),
        ("ghcr.io/acme/web=registry.example/web:3", "registry.example/web:3"),
        ("ghcr.io/acme/web=registry.example/web", "registry.example/web:1.0"),
        (f"ghcr.io/acme/web@sha256:{'0' * 64}", f"ghcr.io/acme/web@sha256:{'0' * 64}"),
    ],
)
def test_rnd_20_an_image_is_replaced_by_name_tag_or_digest(shop: Repository, image: str, result: str) -> None:
    rendered = shop.render(Source(path="web/prod", kustomize=KustomizeSource(images=(image,))))

    assert rendered.targets[0].object["spec"]["template"]["spec"]["containers"][0]["image"] == result


def test_rnd_20_of_two_images_of_one_name_the_later_wins(shop: Repository) -> None:
    shop.write(
        {"web/prod/kustomization.yaml": "resources: [../base]\nimages: [{name: ghcr.io/acme/web, newTag: '5'}]\n"}
    )
    kustomize = KustomizeSource(images=("ghcr.io/acme/web:6", "ghcr.io/acme/web:7"))

    rendered = shop.render(Source(path="web/prod", kustomize=kustomize))

    assert rendered.targets[0].object["spec"]["template"]["spec"]["containers"][0]["image"] == "ghcr.io/acme/web:7"


def test_rnd_21_patches_come_after_those_of_the_kustomization(shop: Repository) -> None:
    patch = "patches:\n- target: {kind: Deployment}\n  patch: '- {op: add, path: /spec/replicas, value: 1}'\n"
    shop.write({"web/prod/kustomization.yaml": f"resources: [../base]\n{patch}"})
    ours = {"target": {"kind": "Deployment"}, "patch": "- {op: replace, path: /spec/replicas, value: 2}"}

    rendered = shop.render(Source(path="web/prod", kustomize=KustomizeSource(patches=(ours,))))

    assert rendered.targets[0].object["spec"]["replicas"] == 2


def test_rnd_21_a_patch_by_path_is_read_from_the_copy(shop: Repository) -> None:
    shop.write({"web/prod/p.yaml": "- {op: add, path: /spec/replicas, value: 4}\n"})
    kustomize = KustomizeSource(patches=({"target": {"kind": "Deployment"}, "path": "p.yaml"},))

    assert shop.render(Source(path="web/prod", kustomize=kustomize)).targets[0].object["spec"]["replicas"] == 4


def test_rnd_24_an_unset_namespace_is_left_to_the_destination(shop: Repository) -> None:
    shop.write(
        {"web/base/deployment.yaml": DEPLOYMENT, "web/prod/kustomization.yaml": "resources: [../base, a.yaml]\n"}
    )
    shop.write({"web/prod/a.yaml": config_map("a").replace("name: a", "name: a\n  namespace: own")})

    rendered = shop.render(Source(path="web/prod", kustomize=KustomizeSource(name_prefix="x-")))

    assert sorted(str(target.key) for target in rendered.targets) == ["ConfigMap own/x-a", "Deployment shop/x-web"]


@pytest.mark.parametrize(
    ("kustomize", "summary"),
    [
        (KustomizeSource(version="v4.5.7"), "kustomize version v4.5.7 is not registered"),
        (
            KustomizeSource(replicas=(KustomizeReplica(name="web", count="many"),)),
            "expected integer value for count. Received: many",
        ),
        (
            KustomizeSource(replicas=(KustomizeReplica(name="nobody", count="1"),)),
            "kustomize: resource with name nobody does not match a config with the following GVK [Deployment",
        ),
        (KustomizeSource(components=("../missing",)), "kustomize: "),
        (KustomizeSource(components=("../../../outside",)), "../../../outside is outside of the repository"),
        (KustomizeSource(components=("https://github.com/acme/x",)), "https://github.com/acme/x is not in the"),
        (
            KustomizeSource(patches=({"path": "https://example.org/p.yaml"},)),
            "https://example.org/p.yaml is not in the",
        ),
    ],
)
def test_an_override_that_cannot_be_made_is_an_error(
    shop: Repository, kustomize: KustomizeSource, summary: str
) -> None:
    shop.write({"../outside/kustomization.yaml": ""})

    assert summary in shop.refusal(Source(path="web/prod", kustomize=kustomize)).summary


def test_missing_components_may_be_ignored(shop: Repository) -> None:
    kustomize = KustomizeSource(components=("../missing", "../hpa"), ignore_missing_components=True)

    assert len(shop.render(Source(path="web/prod", kustomize=kustomize)).targets) == 2


@pytest.mark.parametrize(
    ("field", "entry"),
    [
        ("resources", "https://github.com/acme/shop//base?ref=v1"),
        ("resources", "https://169.254.169.254/latest/meta-data"),
        ("resources", "http://localhost:8080/x.yaml"),
        ("resources", "github.com/acme/shop/base"),
        ("resources", "git@github.com:acme/shop.git//base"),
        ("resources", "git::https://example.org/x"),
        ("resources", "ssh://git@example.org/x"),
        ("resources", "file:///etc"),
        ("resources", "GitHub.com/acme/shop"),
        ("bases", "https://example.org/x"),
        ("components", "github.com/acme/shop/c"),
        ("generators", "https://example.org/g.yaml"),
        ("transformers", "https://example.org/g.yaml"),
        ("validators", "https://example.org/g.yaml"),
        ("crds", "https://example.org/g.yaml"),
        ("configurations", "https://example.org/g.yaml"),
        ("patchesStrategicMerge", "https://example.org/g.yaml"),
    ],
)
def test_what_would_be_fetched_is_refused_with_file_and_line(shop: Repository, field: str, entry: str) -> None:
    shop.write({"web/base/kustomization.yaml": f"# base\n{field}:\n- {entry}\n"})

    refusal = shop.refusal(Source(path="web/prod"))

    shown = entry.partition("?")[0].replace("git@example", "example")
    assert refusal.summary == (
        f"web/base/kustomization.yaml:3: {shown} is not in the repository,"
        " and only resources and components of a kustomization are fetched"
    )
    assert refusal.remedy == "Copy it into the repository."


@pytest.mark.parametrize(
    "text",
    [
        "configMapGenerator: [{name: a, files: ['k=http://127.0.0.1:1/x']}]\n",
        "configMapGenerator: [{name: a, files: ['http://127.0.0.1:1/x?k=v']}]\n",
        "secretGenerator: [{name: a, envs: ['http://127.0.0.1:1/x']}]\n",
        "secretGenerator: [{name: a, env: 'http://127.0.0.1:1/x'}]\n",
        "patches: [{path: 'http://127.0.0.1:1/x'}]\n",
        "patchesJson6902: [{path: 'http://127.0.0.1:1/x', target: {kind: X, name: x, version: v1}}]\n",
        "replacements: [{path: 'http://127.0.0.1:1/x'}]\n",
        "openapi: {path: 'http://127.0.0.1:1/x'}\n",
        "helmCharts: [{name: a, repo: 'http://127.0.0.1:1/x'}]\n",
        "generators: [generator.yaml]\n",
        "resources: [nested]\n",
        "transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  path: http://127.0.0.1:1/x\n",
    ],
)
def test_urls_are_found_in_every_field_that_names_a_file(repository: Repository, text: str) -> None:
    generator = (
        "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x}\nname: x\nfiles: ['http://127.0.0.1:1/x']\n"
    )
    repository.write(
        {
            "web/kustomization.yaml": text,
            "web/generator.yaml": generator,
            "web/nested/Kustomization": "configMapGenerator: [{name: a, files: ['http://127.0.0.1:1/x']}]\n",
        }
    )

    assert "http://127.0.0.1:1/x is not in the repository" in repository.refusal(Source(path="web")).summary


def test_urls_elsewhere_are_data(repository: Repository) -> None:
    repository.write(
        {
            "web/kustomization.yaml": "resources: [a.yaml]\ncommonAnnotations: {docs: 'https://example.org'}\n"
            "configMapGenerator: [{name: g, literals: ['url=https://example.org']}]\n",
            "web/a.yaml": config_map("a", url="https://example.org", path="git@example.org:x"),
        }
    )

    assert len(repository.render(Source(path="web")).targets) == 2


@pytest.mark.parametrize(
    ("files", "summary"),
    [
        ({"web/kustomization.yaml": "resources: [a.yaml]\n"}, "kustomize: a.yaml: no such file or directory"),
        (
            {"web/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [a.yaml]\n"},
            "kustomize: b: a.yaml: no such file or directory",
        ),
        (
            {"web/kustomization.yaml": "resources:\n- a: [b\n"},
            "web/kustomization.yaml:3: while parsing a flow sequence, did not find expected ',' or ']'",
        ),
        ({"web/kustomization.yaml": "a: b\n---\nc: d\n"}, "web/kustomization.yaml is not one YAML mapping"),
        (
            {"web/kustomization.yaml": "resources:\n- ../../outside\n"},
            "web/kustomization.yaml:2: ../../outside is outside of the repository",
        ),
        (
            {"web/kustomization.yaml": "resources: [a.yaml]\n", "web/a.yaml": "a: b: c\n"},
            "kustomize: a.yaml: MalformedYAMLError: yaml: mapping values are not allowed in this context",
        ),
        (
            {"web/kustomization.yaml": "resource: [a.yaml]\n"},
            'kustomize: invalid Kustomization: json: unknown field "resource"',
        ),
        (
            {"web/kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n"}
            | {"web/a.yaml": config_map("a"), "web/p.yaml": config_map("b")},
            'kustomize: no resource matches strategic merge patch "ConfigMap.v1.[noGrp]/b.[noNs]"',
        ),
    ],
)
def test_a_broken_kustomization_is_said_in_a_line(repository: Repository, files: dict[str, str], summary: str) -> None:
    refusal = repository.write({"../outside/kustomization.yaml": ""}).write(files).refusal(Source(path="web"))

    assert refusal.summary.startswith(summary)
    assert "\n" not in refusal.summary
    assert str(repository.root) not in str(refusal)


def test_an_explicit_kustomize_block_needs_a_kustomization(repository: Repository) -> None:
    repository.write({"web/a.yaml": config_map("a")})

    refusal = repository.refusal(Source(path="web", kustomize=KustomizeSource(name_prefix="x-")))

    assert refusal.summary == "web has no kustomization.yaml"


def test_roots_that_name_each_other_are_visited_once(repository: Repository) -> None:
    repository.write({"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"})
    checkout = Checkout.at(str(repository.root))

    assert kustomization_roots(f"{checkout.root}/a", checkout).directories == (
        f"{checkout.root}/a",
        f"{checkout.root}/b",
    )
    assert "cycle detected" in repository.refusal(Source(path="a")).summary


def test_a_copy_keeps_links_between_roots(shop: Repository) -> None:
    shop.link("web/alias", "base").write({"web/prod/kustomization.yaml": "resources: [../alias]\n"})

    rendered = shop.render(Source(path="web/prod", kustomize=KustomizeSource(name_prefix="x-")))

    assert [target.name for target in rendered.targets] == ["x-web"]


def test_a_base_without_a_kustomization_is_kustomizes_own_words(repository: Repository) -> None:
    repository.write({"web/kustomization.yaml": "resources: [base]\n", "web/base/a.yaml": config_map("a")})

    assert "unable to find one of 'kustomization.yaml'" in repository.refusal(Source(path="web")).summary


def test_patches_that_are_no_list_cannot_be_added_to(shop: Repository) -> None:
    shop.write({"web/prod/kustomization.yaml": "resources: [../base]\npatches: {a: b}\n"})

    refusal = shop.refusal(Source(path="web/prod", kustomize=KustomizeSource(patches=({"patch": "x"},))))

    assert refusal.summary == "web/prod/kustomization.yaml: patches is not a list"


def test_a_kustomization_that_is_a_link_out_is_refused(repository: Repository) -> None:
    repository.link("web/kustomization.yaml", "../../outside/kustomization.yaml")
    repository.write({"../outside/kustomization.yaml": ""})
    checkout = Checkout.at(str(repository.root), symlinks=[])

    refusal = repository.refusal(Source(path="web"), checkout=checkout)

    assert refusal.summary == "web/kustomization.yaml is a link out of the repository"


def test_the_root_of_the_repository_can_be_overridden_too(repository: Repository) -> None:
    repository.write({"kustomization.yaml": "resources: [a.yaml, sub]\n", "a.yaml": config_map("a"), ".git/x": "x"})
    repository.write({"sub/kustomization.yaml": "resources: [b.yaml]\n", "sub/b.yaml": config_map("b")})

    rendered = repository.render(Source(path=".", kustomize=KustomizeSource(name_prefix="x-")))

    assert [target.name for target in rendered.targets] == ["x-a", "x-b"]
    assert rendered.commands[0] == "cd . && kustomize edit set nameprefix -- x-"


def test_the_edits_of_a_failing_override_leave_nothing_behind(shop: Repository) -> None:
    before = shop.snapshot()

    shop.refusal(Source(path="web/prod", kustomize=KustomizeSource(images=("",))))

    assert shop.snapshot() == before
    assert not list(shop.scratch.glob("kustomize-*"))


def test_a_long_chain_of_bases_is_followed_to_its_end(repository: Repository) -> None:
    for number in range(400):
        repository.write({f"k{number}/kustomization.yaml": f"resources: [../k{number + 1}]\n"})
    repository.write({"k400/kustomization.yaml": "resources: [https://example.org/x]\n"})

    assert "https://example.org/x is not in the repository" in repository.refusal(Source(path="k0")).summary


def test_directories_nested_without_end_are_refused_before_they_are_copied(repository: Repository) -> None:
    deep = "/".join("d" * 150)
    repository.write({"web/kustomization.yaml": "resources: [a.yaml]\n", "web/a.yaml": config_map("a")})
    repository.write({f"web/{deep}/x.yaml": "x", f"plain/{deep}/x.yaml": "x"})

    refusal = repository.refusal(Source(path="web", kustomize=KustomizeSource(name_prefix="x-")))
    plain = repository.refusal(Source(path="plain", directory=DirectorySource(recurse=True)))

    assert refusal.summary == "web holds directories nested deeper than 100"
    assert plain.summary == "d holds directories nested deeper than 100"
