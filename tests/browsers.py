"""A real browser for tests: Debian's Chromium, started once a module.

Where there is none the tests say so and are skipped; in CI (`CI`, or `HSCHED_BROWSER_WANTED` as .ci/run sets it) they fail.
With `HSCHED_SCREENSHOTS=FOLDER` (`make screenshots`) some tests leave the README's pictures there.
"""

import io
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

NONE_HERE = "no Chromium on this machine: pages were not opened in a browser (apt-get install chromium)"
WANTED = ("CI", "HSCHED_BROWSER_WANTED")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
GRAVE = frozenset({"serious", "critical"})
# Notes on the page that its stream of live updates told something, before the page's own script hears of it.
EARS = """
const Plain = window.EventSource;
window.EventSource = class extends Plain {
  constructor(...where) {
    super(...where);
    this.addEventListener("beat", () => { document.documentElement.dataset.heard = ""; });
  }
};
"""
COLOURS = 96  # of a picture: enough for flat pages, and a third of the bytes
LARGEST = 150_000  # bytes of a picture in the README


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The browser; nothing of it calls home."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        none_here(os.environ)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


def follow(at: "Locator", *, tap: bool = False, **how: Any) -> None:
    """Click, or tap, what leads to another page, and wait until that one is loaded.

    `click` alone comes back while the page before is still there: what is read next (`count`, `content`, `url`, the store) is of either.
    """
    with at.page.expect_navigation():
        (at.tap if tap else at.click)(**how)


def unfold(summary: "Locator") -> None:
    """Open what is folded, or fold it again: the page stays."""
    summary.click()


def with_ears(context: "BrowserContext") -> "BrowserContext":
    """Every page of it can be asked whether it `hears`."""
    context.add_init_script(EARS)
    return context


def hears(page: "Page") -> None:
    """Wait until the page's stream told its first number: what changes from now on is news to it."""
    page.locator("html[data-heard]").wait_for()


def none_here(environment: Mapping[str, str]) -> None:
    """Skip the test, or fail it where browsers have to be there."""
    if any(environment.get(name) for name in WANTED):
        pytest.fail(NONE_HERE)
    pytest.skip(NONE_HERE)


def grave_faults(page: "Page") -> list[str]:
    """What axe finds on the page that keeps somebody from using it. The page's context has to let scripts of others in."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found if one["impact"] in GRAVE for node in one["nodes"]]


def picture(page: "Page", name: str) -> None:
    """The page as it is now, for the README, where pictures are asked for: small, and with no more colours than it needs."""
    folder = os.environ.get("HSCHED_SCREENSHOTS")
    if not folder:
        return
    from PIL import Image

    taken = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    file = Path(folder) / f"{name}.png"
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    assert file.stat().st_size < LARGEST, f"{name}: {file.stat().st_size} bytes"
