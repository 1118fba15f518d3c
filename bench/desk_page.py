"""How soon the picture of a million events is read and seen: `python bench/desk_page.py --events 1000000`.

`bench/desk.py` serves the world in a process of its own; a headless Chromium that draws in software opens the page in a fresh session, first while nothing
of that world has been asked for (cold), then again and again (warm), unthrottled and at 1 Mbit/s. Told are the seconds from the call until the list can be
read, until the map has drawn land and hexagons and rests, until a closer look rests, and how much came over the line before the map was there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"
DRAWN = "--no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --disable-dev-shm-usage"
SLOW_LINE = {"offline": False, "latency": 40, "downloadThroughput": 125_000, "uploadThroughput": 125_000}
WAIT_MS = 120_000


def served(events: int, port: int) -> subprocess.Popen[bytes]:
    """The process that serves the world, as soon as it answers."""
    process = subprocess.Popen([sys.executable, str(HERE / "desk.py"), "--events", str(events), "--serve", str(port)])
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/static/frame.css", timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
        else:
            return process
    raise SystemExit("bench/desk.py did not serve")


def looked(browser: Any, base: str, *, is_slow: bool) -> dict[str, float]:
    """The seconds and kB of one look in a fresh session."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(WAIT_MS)
    line, came = page.context.new_cdp_session(page), [0]
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda event: came.append(int(event["encodedDataLength"])))
    if is_slow:
        line.send("Network.emulateNetworkConditions", SLOW_LINE)
    began = time.perf_counter()
    page.goto(f"{base}/", wait_until="commit")
    page.wait_for_selector("ol.lines > li")
    list_s = time.perf_counter() - began
    page.wait_for_selector(".box[data-idle]")
    map_s, kilobytes = time.perf_counter() - began, sum(came) / 1000
    closer_s = 0.0 if is_slow else _closer(page)
    page.context.close()
    return {"list_s": list_s, "map_s": map_s, "closer_s": closer_s, "kB": kilobytes}


def _closer(page: Any) -> float:
    """The seconds until the map rests again after one step closer."""
    page.evaluate("document.querySelector('.box').removeAttribute('data-idle')")
    began = time.perf_counter()
    page.click(".zoom button:first-child")
    page.wait_for_selector(".box[data-idle]")
    return time.perf_counter() - began


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--port", type=int, default=8397)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    from playwright.sync_api import sync_playwright

    process = served(chosen.events, chosen.port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=DRAWN.split())
            looks = [("cold", False), *[("warm", False)] * chosen.times, ("1 Mbit/s", True)]
            told = [(name, looked(browser, f"http://127.0.0.1:{chosen.port}", is_slow=is_slow)) for name, is_slow in looks]
            browser.close()
    finally:
        process.terminate()
        process.wait()
    found = {name: {key: round(statistics.median(look[key] for each, look in told if each == name), 2) for key in told[0][1]} for name, _ in looks}
    if chosen.json:
        print(json.dumps({"events": chosen.events, "looks": found}, indent=2))
        return
    for name, figures in found.items():
        times = "  ".join(f"{what} {figures[f'{what}_s']:6.2f} s" for what in ("list", "map", "closer"))
        print(f"{name:10} {times}  {figures['kB']:7.1f} kB before the map")


if __name__ == "__main__":
    main()
