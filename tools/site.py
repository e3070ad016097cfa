"""The documentation's site, from the files of the repository: mkdocs calls the functions here as hooks.

Nothing is written twice. Pages that are parts of the README, and the documents at the repository's root, are made into
pages when the site is built; what they link to is either a page of the site or a file of the repository.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://github.com/gitops-action/gitops_action/blob/main"
DOCUMENTS = {
    "how-it-works.md": "ARCHITECTURE.md",
    "security.md": "SECURITY.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
}
"""Page → document at the root."""
REFERENCE = ("Inputs", "Outputs", "Exit codes")
TROUBLESHOOTING = ("Troubleshooting",)
"""Headings of the README that are pages of their own."""
SECTIONS = {"reference.md": REFERENCE, "troubleshooting.md": TROUBLESHOOTING}
_LINK = re.compile(r"(?P<open>\]\()(?P<target>[^()\s#]+)(?P<anchor>#[^()\s]*)?\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def pages() -> dict[str, tuple[str, str]]:
    """Return the pages that are made: name → (Markdown, the folder that its links are relative to)."""
    readme = sections((ROOT / "README.md").read_text())
    elsewhere = {heading for headings in SECTIONS.values() for heading in headings}
    made = {"index.md": ("".join(text for heading, text in readme.items() if heading not in elsewhere), "")}
    for page, headings in SECTIONS.items():
        made[page] = ("".join(readme[heading] for heading in headings), "")
    return made | {page: ((ROOT / document).read_text(), "") for page, document in DOCUMENTS.items()}


def sections(text: str) -> dict[str, str]:
    """Return the parts of a document by their second-level heading; what stands before the first has an empty one."""
    found = {"": ""}
    heading, is_fenced = "", False
    for line in text.splitlines(keepends=True):
        is_fenced ^= line.startswith("```")
        if line.startswith("## ") and not is_fenced:
            heading = line.removeprefix("## ").strip()
            found[heading] = ""
        found[heading] += line
    return found


def linked(text: str, folder: str) -> str:
    """Return Markdown whose relative links lead to pages of the site, or to files of the repository."""
    place_of = {document: page for page, document in DOCUMENTS.items()}

    def target(found: re.Match[str]) -> str:
        path, anchor = found["target"], found["anchor"] or ""
        if "://" in path or path.startswith("mailto:"):
            return found[0]
        whole = posixpath.normpath(posixpath.join(folder, path))
        if whole in place_of:
            return f"]({place_of[whole]}{anchor})"
        if whole.startswith("docs/"):
            return f"]({whole.removeprefix('docs/')}{anchor})"
        if whole == "README.md":
            return f"](index.md{anchor})"
        return f"]({REPOSITORY}/{whole}{anchor})"

    parts, position = [], 0
    for fence in _FENCE.finditer(text):
        parts += [_LINK.sub(target, text[position : fence.start()]), fence[0]]
        position = fence.end()
    return "".join([*parts, _LINK.sub(target, text[position:])])


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for name, (text, folder) in pages().items():
        files.append(File.generated(config, name, content=linked(_across(text), folder)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' own signature
    """Lead the links of a page in ``docs`` that leave it to the repository."""
    return markdown if page.file.generated_by else linked(markdown, "docs")


def _across(text: str) -> str:
    """Return Markdown whose links to headings of the README find them on the pages that those became."""
    readme = sections((ROOT / "README.md").read_text())
    places = {
        anchor: page for page, headings in SECTIONS.items() for each in headings for anchor in _anchors(readme[each])
    }

    def target(found: re.Match[str]) -> str:
        anchor = found["anchor"]
        return f"]({places[anchor]}#{anchor})" if anchor in places and f"({anchor})" not in text else found[0]

    return re.sub(r"\]\(#(?P<anchor>[^()\s]+)\)", target, text)


def _anchors(text: str) -> list[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
