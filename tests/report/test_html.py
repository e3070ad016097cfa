"""The HTML report in a real browser: what it shows, where its addresses lead, and that it does nothing else."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from gitops_action.report.html import html
from gitops_action.report.model import ChangeKind
from gitops_action.report.page_data import page_data
from tests.report import page_samples, samples
from tests.report.browser import Opened, chromium, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

SHOP = "#app/argocd/storefront"
DOCS = Path(__file__).parent.parent.parent / "docs"
LIMIT = 3_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def review(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Return the page of a review that has something of everything."""
    with opened(browser, page_samples.everything(), tmp_path_factory.mktemp("review")) as page:
        yield page
        assert page.errors == []
        assert page.answers == []


@pytest.fixture(scope="module")
def sync(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Return the page of a sync."""
    with opened(browser, page_samples.a_sync(), tmp_path_factory.mktemp("sync")) as page:
        yield page
        assert page.errors == []


def texts(tab: Page, selector: str) -> list[str]:
    return [" ".join(text.split()) for text in tab.locator(selector).all_inner_texts()]


def names(tab: Page) -> list[str]:
    return texts(tab, ".resources tbody th")


def test_the_first_page_has_the_verdict_the_numbers_and_a_tile_for_each_application(review: Opened) -> None:
    tab = review.go("#")
    clauses = ("would fail to sync", "could not be compared", "could be compared only in part", "will change")
    assert texts(tab, "h1") == [f"❌ 1 of 10 applications {', 1 '.join(clauses)}"]
    assert texts(tab, ".stat h2") == ["10 applications", "Health", "104 objects", "What this run took"]
    assert texts(tab, ".cost li") == [
        "1.8 s of time",
        "14 API server requests",
        "6 GitHub requests",
        "9 of 11 renders from the cache",
    ]
    assert texts(tab, ".tile h3")[:4] == ["payments", "reports", "search", "storefront"]
    assert texts(tab, ".watch strong")[0] == "refused by the API server"
    assert texts(tab, ".images tbody td") == ["2.7.3", "2.8.0", "storefront"]


def test_without_a_script_the_page_is_the_verdict_and_a_table() -> None:
    page = html(samples.mixed())
    shown = page[page.index("<main") : page.index("</main>")]
    assert '<tr><th scope="row">payments</th><td>prod-us</td><td>OutOfSync</td><td>Healthy</td></tr>' in shown
    assert "<noscript>" in shown


def test_filters_narrow_the_applications_and_the_address_keeps_them(review: Opened) -> None:
    tab = review.go("#")
    tab.get_by_role("searchbox").fill("team-")
    tab.locator("[data-group=health] summary").click()
    tab.get_by_role("checkbox", name="Progressing").check()
    assert texts(tab, ".tile h3") == ["team-catalog"]
    assert tab.url.endswith("#?q=team-&health=Progressing")
    tab.reload()
    assert texts(tab, ".tile h3") == ["team-catalog"]
    tab.get_by_role("button", name="Clear").click()
    assert len(texts(tab, ".tile h3")) == 10


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("health=Healthy&kind=Service", ["shop/storefront"]),
        ("change=deleted", ["shop/ledger-legacy"]),
        ("sync=OutOfSync&kind=ConfigMap", ["shop/flags"]),
        ("q=deployment%20search", ["shop/search"]),
        ("q=nothing-like-this", []),
    ],
)
def test_objects_are_filtered_by_status_health_kind_and_name(query: str, expected: list[str], review: Opened) -> None:
    tab = review.go(f"{SHOP}?tab=resources&{query}")
    assert names(tab) == expected
    assert tab.locator(".none").is_visible() == (not expected)


def test_what_needs_a_look_stands_first(review: Opened) -> None:
    tab = review.go(f"{SHOP}?tab=resources")
    assert names(tab)[:4] == ["shop/storefront", "shop/ledger-legacy", "shop/flags", "shop/storefront-env"]


def test_an_address_leads_to_one_object_and_its_panel_closes_to_the_list(review: Opened) -> None:
    tab = review.go(f"{SHOP}/Deployment.apps/shop/storefront?tab=resources")
    dialog = tab.get_by_role("dialog")
    assert texts(tab, "#detail-title") == ["Deployment shop/storefront"]
    assert dialog.get_by_text("deploy/shop/storefront.yaml:1").get_attribute("href") is None
    assert tab.locator("#detail dd a").first.get_attribute("href") == (
        "https://github.com/acme/platform/blob/9b71e04f0a5be64c1e4d16d1d4db08a8b4f4f3a1/deploy/shop/storefront.yaml#L1"
    )
    tab.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert tab.url.endswith(f"{SHOP}?tab=resources")


def test_this_change_and_drift_are_two_tabs_unified_or_side_by_side(review: Opened) -> None:
    tab = review.go(f"{SHOP}/Deployment.apps/shop/storefront?tab=changes")
    panel = tab.locator("#detail")
    assert texts(tab, "#detail .diff ins") == ["replicas: 6", "image: ghcr.io/acme/storefront:2.8.0"]
    assert texts(tab, "#detail .diff mark") == ["9", "6", "2.7.3", "2.8.0"]
    panel.get_by_role("button", name="Drift").click()
    assert texts(tab, "#detail .diff del") == ["memory: 1Gi"]
    panel.get_by_role("button", name="Side by side").click()
    assert texts(tab, "#detail .split .line") == ["memory: 1Gi", "memory: 512Mi"]
    panel.get_by_role("button", name="Unified").click()
    tab.keyboard.press("Escape")


def test_yaml_has_its_colours(review: Opened) -> None:
    tab = review.go(f"{SHOP}/ConfigMap/shop/flags?tab=changes")
    line = "#detail .diff .line:has-text('port')"
    assert (texts(tab, f"{line} .k"), texts(tab, f"{line} .n")) == (["port"], ["8080"])
    assert texts(tab, "#detail .diff .line:has-text('keepalive') .b") == ["true"]
    tab.keyboard.press("Escape")


def test_the_keys_j_and_k_go_from_object_to_object(review: Opened) -> None:
    tab = review.go(f"{SHOP}/Deployment.apps/shop/storefront?tab=changes")
    tab.locator("#detail .diff").first.wait_for()
    tab.keyboard.press("j")
    tab.locator("#detail-title", has_text="ledger-legacy").wait_for()
    tab.keyboard.press("k")
    tab.locator("#detail-title", has_text="storefront").wait_for()
    tab.keyboard.press("Escape")


def test_the_tree_shows_what_objects_brought_about_and_folds_what_is_alike(review: Opened) -> None:
    tab = review.go(f"{SHOP}?tab=tree")
    path = "[role=treeitem]:has(> .node a:text-is('storefront')) [role=treeitem] .nodename"
    assert texts(tab, path)[:3] == ["storefront-6d8f", "storefront-6d8f-00000", "storefront-6d8f-00001"]
    assert "12 objects" in texts(tab, ".bundle .nodename")
    assert tab.get_by_text("This run read the objects that Git describes").count() == 0


def test_the_tree_is_walked_with_the_arrow_keys(review: Opened) -> None:
    tab = review.go(f"{SHOP}?tab=tree")
    tab.locator("[role=treeitem]").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown"):
        tab.keyboard.press(key)
    focused = "document.activeElement.querySelector('.nodename').textContent"
    assert tab.evaluate(focused) == "storefront-6d8f-00000"
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate(focused) == "storefront-6d8f"
    tab.keyboard.press("ArrowLeft")
    assert tab.locator(".nodename", has_text="storefront-6d8f-00001").is_hidden()


def test_without_a_tree_the_page_says_what_was_not_read(review: Opened) -> None:
    tab = review.go("#app/argocd/payments?tab=tree")
    assert tab.get_by_text("This run read the objects that Git describes").is_visible()
    assert "ledger" in texts(tab, "a.nodename")


def test_a_review_has_the_plan_of_the_sync(review: Opened) -> None:
    tab = review.go(f"{SHOP}?tab=timeline")
    assert texts(tab, ".plan h3") == [
        "PreSync wave -1 · 1 object",
        "Sync wave -1 · 2 objects",
        "Sync wave 1 · 1 object",
        "Prune last · 1 object",
    ]


def test_a_sync_has_a_lane_for_each_wave_and_a_bar_for_each_object(sync: Opened) -> None:
    tab = sync.go(f"{SHOP}?tab=timeline")
    assert texts(tab, ".lane h3")[:3] == [
        "PreSync wave -1 · 1 object",
        "Sync wave -1 · 16 objects",
        "Sync wave 0 · 1 object",
    ]
    assert tab.locator(".stretch").count() == 23
    assert texts(tab, ".lane li:has(.stretch.bad) .lanename") == ["Deployment shop/storefront", "Job shop/smoke-test"]


def test_a_failed_wait_says_why(sync: Opened) -> None:
    tab = sync.go(SHOP)
    assert texts(tab, ".causes li")[0] == "The image cannot be pulled: storefront:2.8.0: not found"


def test_history_has_the_command_that_goes_back_ready_to_copy(review: Opened) -> None:
    tab = review.go(f"{SHOP}?tab=history")
    assert texts(tab, ".history tbody th") == ["14", "13", "12", "11", "10"]
    tab.locator(".history tr").nth(2).get_by_role("button", name="Copy").click()
    assert tab.evaluate("navigator.clipboard.readText()") == "gitops-action rollback storefront 13"


def test_an_address_of_nothing_says_so(review: Opened) -> None:
    tab = review.go("#app/argocd/no-such")
    assert tab.get_by_text("No such application").is_visible()


def test_the_slash_goes_to_the_search_field(review: Opened) -> None:
    tab = review.go("#")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.type") == "search"


def test_tabs_are_walked_with_the_arrow_keys(review: Opened) -> None:
    tab = review.go(f"{SHOP}?tab=resources")
    tab.get_by_role("tab", name="Resources").focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_selector("[role=tab][aria-selected=true]:has-text('Changes')")
    assert tab.evaluate("document.activeElement.id") == "tab-changes"


@pytest.mark.parametrize("place", ["#", f"{SHOP}?tab=resources", f"{SHOP}?tab=changes", f"{SHOP}?tab=tree"])
def test_everything_that_can_be_used_has_a_name_and_no_id_twice(place: str, review: Opened) -> None:
    tab = review.go(place)
    nameless = """[...document.querySelectorAll("a[href], button, input, summary, [role=tab], [role=treeitem]")]
        .filter(each => !(each.getAttribute("aria-label") || each.textContent.trim() || each.closest("label")))
        .map(each => each.outerHTML)"""
    assert tab.evaluate(nameless) == []
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    assert tab.evaluate("[...document.querySelectorAll('h1')].length") == 1


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("place", ["#", f"{SHOP}?tab=changes", f"{SHOP}?tab=resources", f"{SHOP}?tab=tree"])
def test_every_word_stands_out_from_its_ground(place: str, colours: Literal["light", "dark"], review: Opened) -> None:
    tab = review.go(place)
    tab.emulate_media(color_scheme=colours)
    faint = tab.evaluate(CONTRAST)
    tab.emulate_media(color_scheme="light")
    assert faint == []


CONTRAST = """() => {
  const channel = value => { const c = value / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = rgb => 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const rgba = read(getComputedStyle(at).backgroundColor);
      if (rgba[3] === 255) return rgba;
    }
    return [255, 255, 255, 255];
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, noscript")) continue;
    const [a, b] = [luminance(read(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.add(`${element.className || element.tagName} ${ratio.toFixed(2)}`);
  }
  return [...faint];
}"""


def test_colours_follow_the_system_until_somebody_chooses(review: Opened) -> None:
    tab = review.go("#")
    ground = "getComputedStyle(document.body).backgroundColor"
    seen = [tab.evaluate(ground)]
    for _ in range(3):
        tab.locator("#tools button").last.click()
        seen.append(tab.evaluate(ground))
    assert seen == ["rgb(246, 248, 250)", "rgb(246, 248, 250)", "rgb(13, 17, 23)", "rgb(246, 248, 250)"]


def test_paper_gets_every_diff_and_no_buttons(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, page_samples.five_thousand(), tmp_path) as page:
        tab = page.go("#app/argocd/platform-0?tab=changes")
        tab.emulate_media(media="print")
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        tab.locator(".change .diff").nth(24).wait_for()
        assert tab.locator(".change .diff").count() == 25
        assert not tab.locator(".filters").is_visible()
        assert tab.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("place", ["#", f"{SHOP}?tab=resources", f"{SHOP}?tab=changes", f"{SHOP}?tab=history"])
def test_no_width_makes_the_page_scroll_sideways(width: int, place: str, review: Opened) -> None:
    tab = review.go(place)
    tab.set_viewport_size({"width": width, "height": 800})
    overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    tab.set_viewport_size({"width": 1280, "height": 860})
    assert overflow <= 0


@pytest.mark.parametrize("changed", [250, 5_000])
def test_five_thousand_objects_stay_small_and_are_made_as_they_are_looked_at(
    changed: int, browser: Browser, tmp_path: Path
) -> None:
    report = page_samples.five_thousand(changed=changed)
    assert len(html(report).encode()) < LIMIT
    with opened(browser, report, tmp_path) as page:
        tab = page.go("#app/argocd/platform-3?tab=resources")
        assert 0 < len(names(tab)) < 500
        tab.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        tab.locator(".resources tbody tr").nth(200).wait_for()
        assert page.errors == []


def test_what_has_no_room_is_left_out_and_the_page_says_where_it_is() -> None:
    data = page_data(samples.enormous(400), limit=2_000)
    assert data.left_out > 100
    assert len(data.diffs) <= 2_000
    refused = samples.LEDGER.name
    rows = data.rows.decode()
    assert f'"name":"{refused}"' in rows
    assert '"d":0' in rows, "what is refused is kept first"


def test_two_applications_of_one_name_are_told_apart_by_their_cluster(browser: Browser, tmp_path: Path) -> None:
    twins = (samples.an_application("web"), samples.an_application("web", cluster="prod-us"))
    with opened(browser, samples.a_report(*twins), tmp_path) as page:
        tab = page.go("#")
        links = [link.get_attribute("href") for link in tab.locator(".tile a").all()]
        assert links == ["#app/argocd/web%40prod-eu", "#app/argocd/web%40prod-us"]
        tab.locator(".tile a").last.click()
        assert tab.locator("dd").first.inner_text() == "prod-us"


def test_the_policy_lets_nothing_run_that_is_not_ours(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, samples.one_image(), tmp_path) as page:
        tab = page.go("#")
        tab.evaluate("""() => {
            const script = document.createElement("script");
            try { script.textContent = "window.ran = true"; } catch {}
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "https://evil.example/x.png";
            document.body.append(image);
            try { document.body.insertAdjacentHTML("beforeend", "<b>markup</b>"); } catch {}
        }""")
        tab.wait_for_timeout(50)
        assert tab.evaluate("window.ran") is None
        assert tab.locator("b", has_text="markup").count() == 0
        assert page.answers == []


def test_a_status_without_health_or_destination_is_shown_as_it_is(browser: Browser, tmp_path: Path) -> None:
    bare = samples.fork()
    with opened(browser, replace(bare, run_url="", commit="", base="", actor=""), tmp_path) as page:
        tab = page.go("#")
        assert texts(tab, ".tile .badge") == ["not compared"] * 2 or "not compared" in texts(tab, ".tile .badge")
        tab.locator(".tile a").first.click()
        assert page.errors == []


def test_a_report_of_nothing_is_a_page_too(browser: Browser, tmp_path: Path) -> None:
    empty = samples.a_report(problems=("apps/web.yaml:3: not YAML",))
    with opened(browser, empty, tmp_path) as page:
        tab = page.go("#")
        assert texts(tab, ".alert p") == ["apps/web.yaml:3: not YAML"]
        assert page.errors == []


def test_a_hook_and_an_object_of_the_same_name_have_addresses_of_their_own(browser: Browser, tmp_path: Path) -> None:
    job = samples.a_resource("Job", "storefront-migrate", ChangeKind.EQUAL, group="batch")
    with opened(browser, samples.a_report(samples.an_application("web", job, samples.MIGRATION)), tmp_path) as page:
        tab = page.go("#app/argocd/web?tab=resources")
        links = [link.get_attribute("href") for link in tab.locator(".resources th a").all()]
        assert len(links) == len(set(links)) == 2


PICTURES: dict[str, tuple[str, Literal["light", "dark"], int, int]] = {
    "report-overview": ("#", "light", 1280, 1010),
    "report-changes": (f"{SHOP}?tab=changes", "light", 1280, 900),
    "report-dark": (f"{SHOP}?tab=tree", "dark", 1280, 960),
    "report-narrow": ("#app/argocd/payments?tab=resources", "light", 390, 844),
    "report-timeline": (f"{SHOP}?tab=timeline", "light", 1280, 1000),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_of_the_documentation_can_be_made(name: str, browser: Browser, tmp_path: Path) -> None:
    """Make a picture; ``UPDATE_PICTURES=1`` keeps it in ``docs``."""
    place, colours, width, height = PICTURES[name]
    report = page_samples.a_sync() if name == "report-timeline" else page_samples.everything()
    with opened(browser, report, tmp_path, width=width, height=height, colours=colours, scale=1.5) as page:
        tab = page.go(place)
        tab.locator(".waiting").first.wait_for(state="detached")
        target = (DOCS if os.environ.get("UPDATE_PICTURES") else tmp_path) / f"{name}.png"
        assert tab.screenshot(path=target).startswith(b"\x89PNG")
    assert (DOCS / f"{name}.png").is_file()
