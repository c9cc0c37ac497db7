"""Tizme's pages as people meet them: on a phone, in three languages, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from shailoo.model.base import LANGUAGES
from shailoo.model.voter_list import ListStage, PersonName
from tests.builder.site_files import Served, served
from tests.voters.published import Installation, people

KINDS = ("", "lists/", "region/bishkek/", "tec/tec-01/", "station/1001/", "station/1001/list/1/", "station/9001/",
         "station/7002/", "about/list/", "about/correct/")  # fmt: skip
KNOWN = ("Токтогулов", "Өмүрбекова", "Үсөнов", "Ңуриев")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One station of three pages, with four people whose surnames have Kyrgyz letters."""
    room = tmp_path_factory.mktemp("tizme-pages")
    installed = Installation(room, room / "cache")
    stands = people()
    for n, surname in enumerate(KNOWN):
        stands["1001"][n] = replace(stands["1001"][n], name=PersonName(surname, "Сынак", "Мирлан уулу"))
    installed.lists.make(stands, ListStage.PRELIMINARY, "small")
    installed.lists.make({"1001": stands["1001"][:700]}, ListStage.TOOK_PART, "small")
    installed.publish(strict=True)
    return installed


@pytest.fixture(scope="module")
def site(home: Installation) -> Iterator[Served]:
    with served(home.public) as state:
        yield state


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert complaints == []


def html(home: Installation) -> Iterator[tuple[str, HTMLParser]]:
    for path, data in home.files().items():
        if path.endswith(".html") and path != "index.html":
            yield path, HTMLParser(data.decode())


def test_every_page_frames_the_strip_with_both_dates(home: Installation) -> None:
    for path, tree in html(home):
        if path.endswith("updated.html"):
            assert "2026" in (tree.css_first(".when") or tree).text()
            continue
        frame = tree.css_first("iframe")
        assert frame is not None, path
        assert frame.attributes["src"] == f"/tizme/{path[:2]}/updated.html"
        assert frame.attributes["title"]
        policy = tree.css_first("meta[http-equiv]")
        assert policy is not None
        assert "frame-src 'self'" in (policy.attributes["content"] or "")


def test_every_link_leads_somewhere_and_nothing_is_inline(home: Installation) -> None:
    there = {f"/tizme/{path}" for path in home.files()} | {f"/tizme/{path}" for path in assets(home)}
    not_here = re.compile(r"/(results|talapker)/|/tizme/\w\w/find/|(https:|geo:|tel:|#)")
    for path, tree in html(home):
        assert not tree.css("style, [style], script:not([src]):not([type='application/json'])"), path
        for node in tree.css("[href], [src]"):
            address = (node.attributes.get("href") or node.attributes.get("src") or "").partition("#")[0]
            if not address or not_here.match(address):
                continue
            if not address.startswith("/"):
                address = _joined(f"/tizme/{path}", address)
            assert (f"{address}index.html" if address.endswith("/") else address) in there, (path, address)


def assets(home: Installation) -> set[str]:
    root = home.public / "tizme"
    return {file.relative_to(root).as_posix() for file in (root / "assets").rglob("*")}


def _joined(page_path: str, address: str) -> str:
    parts = page_path.split("/")[:-1]
    for step in address.split("/"):
        if step == "..":
            parts.pop()
        else:
            parts.append(step)
    return "/".join(parts)


def test_pages_of_a_list_are_read_from_first_to_last_by_their_links(home: Installation) -> None:
    files = home.files()
    path, seen = "ky/station/1001/list/1/index.html", []
    while True:
        tree = HTMLParser(files[path].decode())
        seen += [one.text().strip().split("\t")[0] for one in tree.css(".names li")]
        following = tree.css_first("a[rel=next]")
        if following is None:
            break
        path = f"ky/station/1001/list/{(following.attributes['href'] or '').strip('./')}/index.html"
    assert len(seen) == 1900
    assert set(KNOWN) <= set(seen)


def test_counts_on_the_pages_agree_with_each_other(home: Installation) -> None:
    files = home.files()
    for code in LANGUAGES:
        front = HTMLParser(files[f"{code}/index.html"].decode())
        rows = [int(re.sub(r"\D", "", row.css("td")[-1].text())) for row in front.css("[data-table=regions] tbody tr")]
        assert sum(rows[:-1]) == rows[-1] == 2891
        commission = HTMLParser(files[f"{code}/tec/tec-01/index.html"].decode())
        told = [int(re.sub(r"\D", "", row.css("td")[-1].text())) for row in commission.css("tbody tr")]
        assert told == [1900, 650, 40, 2590]


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_strip_is_whole(
    site: Served, page: Page, language: str
) -> None:
    for kind in KINDS:
        page.goto(f"{site.origin}/tizme/{language}/{kind}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, kind
        inside = page.frames[1].evaluate("document.documentElement.scrollHeight")
        assert inside <= page.locator("iframe.updated").evaluate("frame => frame.clientHeight"), kind


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "found"),
    [("Токтогулов", "Токтогулов"), ("өмүрбекова", "Өмүрбекова"), ("Омурбек", "Өмүрбекова"), ("усонов", "Үсөнов"),
     ("НУРИЕВ", "Ңуриев"), (" Үсөнов ", "Үсөнов")],
)  # fmt: skip
def test_a_surname_is_found_with_russian_letters_too(site: Served, page: Page, typed: str, found: str) -> None:
    page.goto(f"{site.origin}/tizme/ky/station/1001/")
    site.asked.clear()
    page.fill("#surname", typed)
    page.keyboard.press("Enter")
    line = page.locator("[data-seek-found] li", has_text=f"{found}\tСынак").or_(
        page.locator("[data-seek-found] li", has_text=f"{found} Сынак")
    )
    expect(line.first).to_be_visible()
    pages_read = [path for path, _ in site.asked if "/list/" in path]
    assert 1 <= len(pages_read) <= 3, "only pages where the surname may stand are read"


@pytest.mark.browser
def test_nobody_of_a_surname_is_said_in_words(site: Served, page: Page) -> None:
    page.goto(f"{site.origin}/tizme/en/station/1001/")
    page.fill("#surname", "Яяяяя")
    page.click(".seek button")
    expect(page.locator("[data-seek-found]")).to_have_text("Nobody of that surname is on this list.")


@pytest.mark.browser
def test_without_javascript_a_name_is_found_by_the_index(site: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site.origin}/tizme/ru/station/1001/")
    expect(page.locator(".seek")).to_be_hidden()
    page.locator("#index-list a").first.click()
    expect(page.locator(".names li").first).to_be_visible()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_in_any_kind_of_page(
    site: Served, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    for kind in KINDS:
        page.goto(f"{site.origin}/tizme/ky/{kind}")
        faults = Axe().run(page)["violations"]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == [], kind
    page.goto(f"{site.origin}/tizme/ru/updated.html")
    faults = [one["id"] for one in Axe().run(page)["violations"]]
    assert set(faults) <= {"landmark-one-main", "page-has-heading-one", "region"}, "a strip in a frame has no main part"
    context.close()


@pytest.mark.browser
def test_the_strip_follows_the_chosen_colours(site: Served, page: Page) -> None:
    page.goto(f"{site.origin}/tizme/en/lists/")
    page.click(".tool.scheme")
    chosen = page.evaluate("document.documentElement.dataset.scheme")
    page.wait_for_function("chosen => frames[0].document.documentElement.dataset.scheme === chosen", arg=chosen)


def test_the_cache_of_another_installation_is_not_needed(home: Installation, tmp_path: Path) -> None:
    again = Installation(tmp_path / "again", tmp_path / "cache", home.lists, home.register)
    again.publish()
    assert again.files() == home.files()
