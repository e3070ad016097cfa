"""A picture of a comment as GitHub shows it.

In: a Markdown file. Out: a PNG. Uses Node for GitHub's Markdown and style (the packages that ``tools/picture`` locks,
kept in the user's cache) and the Chromium of the machine; the page itself fetches nothing.

    python tools/picture.py comment.md docs/comment.png
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "picture"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main() -> None:
    """Read the arguments and write the picture."""
    parser = argparse.ArgumentParser(description="Render a comment as GitHub shows it.")
    parser.add_argument("markdown", type=Path)
    parser.add_argument("png", type=Path)
    parser.add_argument("--open", type=int, default=1, help="how many folds to open (default: %(default)s)")
    arguments = parser.parse_args()
    page = render(arguments.markdown.read_bytes())
    arguments.png.parent.mkdir(parents=True, exist_ok=True)
    photograph(page, arguments.png, folds=arguments.open)


def render(markdown: bytes) -> str:
    """Return the HTML page of a comment."""
    node = program("node")
    result = subprocess.run(
        [node, str(HERE / "render.mjs"), str(_modules())], input=markdown, capture_output=True, check=False
    )
    if result.returncode:
        sys.exit(f"the Markdown cannot be rendered:\n{result.stderr.decode()}")
    return result.stdout.decode()


def photograph(page: str, png: Path, *, folds: int) -> None:
    """Write the picture of a page, its first folds opened."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(*BROWSERS), args=list(FLAGS))
        tab = browser.new_page(viewport={"width": 944, "height": 800}, device_scale_factor=2, java_script_enabled=True)
        tab.route("**/*", lambda route: route.abort())
        tab.set_content(page)
        tab.evaluate(
            "n => [...document.querySelectorAll('details')].slice(0, n).forEach(each => each.open = true)", folds
        )
        tab.locator("main").screenshot(path=png)
        browser.close()


def _modules() -> Path:
    """Return the folder with the packages that the lock file names; they are installed once."""
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "gitops-action" / "npm" / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "node_modules" / ".package-lock.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder / name)
        command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)
    return folder


def program(*names: str) -> str:
    """Return the path of a program: of the locked dependencies (npm, node), else of this machine."""
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = next(filter(None, (shutil.which(name, path=search) for name in names)), None)
    return found or sys.exit(f"{names[0]} is not installed; on Debian: apt-get install {names[0]}")


if __name__ == "__main__":
    main()
