"""The player: a browser, a strip on the page that tells what happens, and the list of steps that the story is written from."""

from __future__ import annotations

import html
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import quote

from watch_tour.faults import TourError

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from watch_tour.feed import Feed
    from watch_tour.stage import Stage

CALM = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage")
VIEW = (1280, 800)
WORDS_A_SECOND = 5.0
"""How fast a person reads the strip: our own choice, so that the tour takes some four minutes."""
LEAST_S, GLANCE_S = 2.6, 0.4
WAIT_MS = 60_000
PATIENCE_S = 240.0


@dataclass(frozen=True, slots=True)
class Step:
    """What was told at one step, at which address, and the picture that was taken."""

    number: int
    who: str
    words: str
    why: str
    address: str
    picture: str


@dataclass(slots=True)
class Player:
    """A tour under way. `pace` is 1 for people and 0 for no pauses; `later` is what the feeds publish when their time has come, by path.

    `warning` is the name of the warning, and `project` the path of the desk's project, once there are any; `sign_in_s` is how long the last sign-in took.
    """

    page: Page
    stage: Stage
    feed: Feed
    pace: float
    total: int
    later: dict[str, bytes] = field(default_factory=dict)
    warning: str = ""
    project: str = ""
    sign_in_s: float = 0.0
    steps: list[Step] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Opens a page of the node. Raises `TourError` where it is not there."""
        answer = self.page.goto(self.stage.address + path)
        if answer is None or not answer.ok:
            raise TourError(f"The page {path} answers {answer.status if answer else 'nothing'}.")

    def tell(self, who: str, words: str, why: str, *, at: str = "") -> None:
        """Tells a step on the page as it is, with the place `at` in view, takes a picture and lets people read."""
        if at:
            self.show(at)
        number = len(self.steps) + 1
        self.strip(number, who, words, why)
        picture = self.stage.folder / "pictures" / f"{number:02d}.png"
        self.page.screenshot(path=picture, animations="disabled")
        self.steps.append(Step(number, who, words, why, self.page.url, picture.name))
        self.rest(max(LEAST_S, len(f"{words} {why}".split()) / WORDS_A_SECOND))

    def strip(self, number: int, who: str, words: str, why: str) -> None:
        """Puts the strip on the page."""
        self.page.evaluate(_script("strip.js"), [number, self.total, who, words, why])

    def reload(self) -> None:
        """The page once more, as it is now, with the strip that it had."""
        self.page.reload()
        last = self.steps[-1]
        self.strip(last.number, last.who, last.words, last.why)

    def show(self, at: str) -> None:
        """Brings a place of the page into the middle of the view and rings it."""
        place = self.page.locator(at).first
        place.wait_for(state="attached", timeout=WAIT_MS)
        place.evaluate(_script("ring.js"))

    def rest(self, seconds: float) -> None:
        """Lets people look, at the tour's pace."""
        if self.pace:
            self.page.wait_for_timeout(1000 * seconds * self.pace)

    def press(self, name: str, *, within: str = "body") -> None:
        """Presses the button that has this name and waits for the page that follows. Raises `TourError` where the page says that something is wrong."""
        button = self.page.locator(within).get_by_role("button", name=name, exact=True).first
        with self.page.expect_navigation(timeout=WAIT_MS):
            button.click()
        self.page.wait_for_load_state()

    def fault(self) -> str:
        """The sentence of the page's fault; empty where it has none."""
        found = self.page.locator("[role=alert]")
        return " ".join((found.first.text_content() or "").split()) if found.count() else ""

    def do(self, name: str, *, within: str = "body") -> None:
        """Presses a button that must succeed."""
        self.press(name, within=within)
        if said := self.fault():
            raise TourError(f"“{name}” was refused: {said}")

    def fill(self, texts: dict[str, str]) -> None:
        """Fills fields by their ids, as a person would, one after the other."""
        for name, text in texts.items():
            self.page.locator(f"#{name}").fill(text)
            self.rest(GLANCE_S / 3)

    def choose(self, choices: dict[str, str]) -> None:
        """Chooses in lists by their ids."""
        for name, value in choices.items():
            self.page.locator(f"#{name}").select_option(value)
            self.rest(GLANCE_S / 2)

    def sign_in(self, post: str, there: str) -> None:
        """Signs in through the form and goes on to a page."""
        self.open(f"/sign-in?next={quote(there, safe='/')}")
        self.fill({"account": post, "password": self.stage.passwords[post]})
        self.rest(GLANCE_S)
        begun = time.monotonic()
        self.do("Sign in", within="main")
        self.sign_in_s = time.monotonic() - begun

    def sign_out(self) -> None:
        """Signs out through the form in the page's head."""
        self.page.locator("form.who button").click()
        self.page.wait_for_load_state()
        if self.page.locator("form.who").count():
            raise TourError("Signing out did not end the session.")

    def bytes_of(self, path: str) -> bytes:
        """What the node gives at a path, with the cookies of whoever is signed in."""
        answer = self.page.request.get(self.stage.address + path)
        if not answer.ok:
            raise TourError(f"The page {path} answers {answer.status}.")
        return answer.body()

    def wait(self, is_there: Callable[[], bool], what: str, meanwhile: Callable[[], None] | None = None) -> None:
        """Waits until something has come about, and looks again at the page meanwhile. Raises `TourError` where it does not come."""
        until = time.monotonic() + PATIENCE_S
        while not is_there():
            if time.monotonic() > until:
                raise TourError(f"{what} did not come about within {PATIENCE_S:.0f} seconds; see {self.stage.folder / 'watch.log'}.")
            self.page.wait_for_timeout(1500)
            if meanwhile:
                meanwhile()


def sheet(page: Page, title: str, about: str, text: str) -> None:
    """Shows text on a sheet of the tour's own: what a program would read, or what is to come."""
    page.goto("about:blank")
    page.set_content(_file("sheet.html").format(title=html.escape(title), about=html.escape(about), text=html.escape(text)))


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _script(name: str) -> str:
    """A script without the comment in its first line: the browser's driver takes a function."""
    return _file(name).partition("\n")[2]


@contextmanager
def browsing(*, is_shown: bool) -> Iterator[Page]:
    """A page of Debian's Chromium. Raises `TourError` where playwright or Chromium is missing or does not start."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise TourError("There is no chromium on the PATH; install Debian's chromium.")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as fault:
        raise TourError("Playwright is not installed; `make watch` installs it with the project's dev group.") from fault
    with sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=chromium, headless=not is_shown, args=list(CALM), handle_sigint=False, handle_sigterm=False)
            page = browser.new_context(viewport={"width": VIEW[0], "height": VIEW[1]}, locale="en-GB", reduced_motion="reduce").new_page()
            page.set_default_timeout(WAIT_MS)
            yield page
        except Error as fault:
            raise TourError(f"The page is not as the tour expects it: {fault.message.splitlines()[0].rstrip('.')}.") from fault


def has_display() -> bool:
    """Whether a window can be shown."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
