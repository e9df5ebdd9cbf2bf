# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in Chromium: on a desk, on phones, dark, printed. ``make browser``; it needs ``chromium``, and prints what it finds."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.otc.bigdata.plugins.plugin_utils._job_pages import Report, as_html
from ansible_collections.otc.bigdata.plugins.plugin_utils._job_table import COLUMNS

JOBS, FAILING, STAYING = 500, 20, 30
MOST_PAGES = 22
LEAST_CONTRAST = 4.5  # of text, as WCAG AA has it
WIDTHS = {"desk": 1280, "tablet": 800, "phone": 433, "small phone": 320}
WHY = (
    "job_running: POST dli.eu-de.otc.t-systems.com/v1.0/0123456789abcdef0123456789abcdef/streaming/jobs/stop: HTTP 400 "
    "DLI.15002: The present state of the job does not allow a stop. (request id 44930b3afc335765ad9e1db000000166)"
)
# What is wider than the window, whatever scrolls
WIDEST = "Math.max(...[...document.querySelectorAll('body, body *')].map(one => Math.ceil(one.getBoundingClientRect().right)))"
# The least contrast of a text and the nearest background behind it
CONTRAST = """(() => {
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(one => one / 255)
    .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, n) => sum + one * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = one => { for (; one; one = one.parentElement) {
    const color = parts(getComputedStyle(one).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color; } return [255, 255, 255]; };
  const texts = [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && one.innerText);
  return Math.min(...texts.map(one => { const both = [light(parts(getComputedStyle(one).color)), light(behind(one))];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05); }));
})()"""


def page() -> str:
    """A long report, with the longest names and messages that occur."""
    ended = datetime(2026, 3, 1, 23, 12, 44, tzinfo=timezone.utc)
    place = {
        "host": "localhost",
        "module": "dli_flink_jobs",
        "project": "eu-de_analytics",
        "region": "eu-de",
        "ended": ended,
    }
    jobs = []
    for number in range(JOBS):
        failed, stays = number % (JOBS // FAILING) == 7, number >= JOBS - STAYING
        job = {
            "id": 100000 + number if number % 2 else f"0a324461-d9d9-45da-a52a-{number:012}",
            "name": ("orders-enriched-by-customer", "clicks", "x" * 57, "alerts")[number % 4],
            "changed": not (failed or stays),
            "failed": failed,
            "action": "none" if stays else "stop",
            "status_before": "job_running",
            "status": "job_running" if failed or stays else "job_cancel_success",
            "msg": WHY if failed else "",
        }
        jobs.append({**job, **place})
    plays = [("Before the maintenance", jobs)]
    columns = ["host", "module", *COLUMNS]
    return as_html(Report("maintenance_window.yml", ended - timedelta(minutes=4), ended, False, plays, columns, [], 1))


class Browser:
    """Chromium, asked over a pipe."""

    def __init__(self, program: str, folder: str) -> None:
        theirs, self._to = os.pipe()
        self._from, answers = os.pipe()
        line = [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-pipe",
            f"--user-data-dir={folder}",
        ]

        def pipes() -> None:
            kept = os.dup(answers)
            os.dup2(theirs, 3)
            os.dup2(kept, 4)

        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            line, pass_fds=(3, 4), preexec_fn=pipes, stdin=quiet, stdout=quiet, stderr=quiet
        )
        os.close(theirs)
        os.close(answers)
        self._count, self._read = 0, b""
        self._session: dict[str, str] = {}

    def ask(self, method: str, **params: t.Any) -> dict[str, t.Any]:
        self._count += 1
        request = {"id": self._count, "method": method, "params": params, **self._session}
        os.write(self._to, json.dumps(request).encode() + b"\0")
        return self._wait(lambda answer: answer.get("id") == self._count)["result"]

    def _wait(self, wanted: t.Callable[[dict[str, t.Any]], bool]) -> dict[str, t.Any]:
        while True:
            while b"\0" not in self._read:
                data = os.read(self._from, 1 << 20)
                if not data:
                    raise SystemExit("the browser has ended")
                self._read += data
            text, dummy, self._read = self._read.partition(b"\0")
            answer = json.loads(text)
            if "error" in answer:
                raise SystemExit(f"the browser refused: {answer['error']}")
            if wanted(answer):
                return answer

    def open(self, url: str) -> None:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        self.ask("Page.enable")
        self.ask("Page.navigate", url=url)
        self._wait(lambda answer: answer.get("method") == "Page.loadEventFired")

    def window(self, width: int) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)

    def media(self, media: str = "", scheme: str = "light") -> None:
        self.ask(
            "Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )

    def value(self, expression: str) -> t.Any:
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def pages(self) -> int:
        """On A4. Chromium leaves the objects of a PDF as they are, so they can be counted."""
        pdf = self.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)["data"]
        return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(pdf)))

    def end(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._to)
        self._process.terminate()
        self._process.wait(20)


def look(browser: Browser) -> t.Iterator[tuple[str, t.Any, bool]]:
    """What was looked at, what was found, and whether it is well."""
    for name, width in WIDTHS.items():
        browser.window(width)
        widest = browser.value(f"Math.max(document.documentElement.scrollWidth, {WIDEST})")
        yield f"{name}, {width} px wide: the widest of the page", widest, widest <= width
    for scheme in ("light", "dark"):
        browser.media(scheme=scheme)
        background = browser.value("getComputedStyle(document.body).backgroundColor")
        dark = sum(map(int, re.findall(r"\d+", background))) < 384
        yield f"{scheme}: background", background, dark == (scheme == "dark")
        contrast = browser.value(CONTRAST)
        yield f"{scheme}: least contrast of a text", round(contrast, 1), contrast >= LEAST_CONTRAST
    first = browser.value("document.querySelector('h2').innerText")
    yield "the first section", first, "FAILED" in first
    folded = browser.value("document.querySelector('details').open")
    browser.value("document.querySelector('a[href=\"#unchanged\"]').click()")
    unfolded = browser.value(
        "new Promise(done => setTimeout(() => done(document.querySelector('details').open), 100))"
    ) or (browser.value("document.querySelector('details').open"))
    yield "a link unfolds what stayed", f"{folded} -> {unfolded}", (folded, unfolded) == (False, True)
    browser.value("document.querySelector('details').open = false")
    browser.media()
    pages = browser.pages()
    yield f"pages for {JOBS} jobs", pages, pages <= MOST_PAGES


def main() -> int:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not program:
        print("browser: no chromium found", file=sys.stderr)
        return 2
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.html")
        path.write_text(sys.stdin.read() if "-" in sys.argv[1:] else page(), encoding="utf-8")
        browser = Browser(program, f"{folder}/profile")
        try:
            browser.open(path.as_uri())
            for what, found, well in look(browser):
                print(f"{'ok ' if well else 'BAD'} {what}: {found}")
                bad += not well
        finally:
            browser.end()
        print(f"    bytes: {path.stat().st_size}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
