"""The shell of the portals: what MkDocs makes of the prose, and what data pages are stamped on."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import timeit
from functools import partial
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from builder.render import assets, policy
from builder.render.prose import PORTALS, SITES, ProseBuild, ProseFailed, SearchDocument, build_prose
from builder.render.shell import LANGUAGES, Shell
from builder.samples import every_view
from tests.builder.site_files import data_page

WORDS = assets.THEME / "shell" / "partials" / "words"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    room = tmp_path_factory.mktemp("shell")
    return room / "public", room / "cache"


@pytest.fixture(scope="module")
def builds(folders: tuple[Path, Path]) -> dict[str, ProseBuild]:
    return {portal: build_prose(portal, *folders) for portal in PORTALS}


def pages(builds: dict[str, ProseBuild]) -> list[Path]:
    return [b.target / name for b in builds.values() for name in b.files if name.endswith(".html")]


def keys(words: Path) -> list[str]:
    return re.findall(r'^  "([\w.]+)":', words.read_text("utf-8"), re.MULTILINE)


def test_every_language_has_the_same_words() -> None:
    expected = keys(WORDS / "en.html")
    assert len(expected) > 30
    for code in LANGUAGES:
        assert keys(WORDS / f"{code}.html") == expected


def test_every_language_has_the_same_prose(builds: dict[str, ProseBuild]) -> None:
    for portal, build in builds.items():
        by_language = {
            code: {name.split("/", 2)[2] for name in build.files if name.startswith(f"{portal}/{code}/")}
            for code in LANGUAGES
        }
        assert by_language["ky"] == by_language["ru"] == by_language["en"]


def test_nothing_is_asked_of_another_host_and_nothing_is_inline(builds: dict[str, ProseBuild]) -> None:
    shell = builds["results"].shell("ru")
    stamped = shell.stamp(title="x", main="<h1>x</h1>", path="sample/", data=data_page())
    for text in [page.read_text("utf-8") for page in pages(builds)] + [stamped]:
        tree = HTMLParser(text)
        for node in tree.css("[src], link[href]"):
            address = node.attributes.get("src") or node.attributes.get("href") or ""
            assert re.match(r"/(results|tizme|talapker)/", address), address
        assert not tree.css("style, [style]")
        assert all(
            re.fullmatch(r"/tizme/(ky|ru|en)/updated\.html", one.attributes["src"] or "") for one in tree.css("iframe")
        )
        for script in tree.css("script:not([src])"):
            assert script.attributes["type"] == "application/json"
        for node in tree.css("*"):
            assert not [name for name in node.attributes if name.startswith("on")]
    for build in builds.values():
        for name in build.files:
            if name.endswith(".css"):
                sheet = (build.target / name).read_text("utf-8")
                assert not re.search(r"url\(\s*[\"']?(https?:)?//|@import", sheet)


def test_links_of_the_prose_lead_somewhere(builds: dict[str, ProseBuild]) -> None:
    known = {name for build in builds.values() for name in build.files}
    made_by_the_builder = {f"results/{code}/{page}index.html" for code in LANGUAGES for page in ("", "log/")}
    made_by_the_builder |= {f"tizme/{code}/{page}index.html" for code in LANGUAGES for page in ("", "find/", "lists/")}
    made_by_the_builder |= {"tizme/data/digests.json", "tizme/data/pointer.json"}
    for page in pages(builds):
        for link in HTMLParser(page.read_text("utf-8")).css("a[href]"):
            address = (link.attributes["href"] or "").split("#")[0]
            if address.startswith("/"):
                name = f"{address.strip('/')}/index.html" if address.endswith("/") else address.strip("/")
                assert name in known | made_by_the_builder, (page, address)


def test_a_page_offers_itself_in_the_other_languages(builds: dict[str, ProseBuild]) -> None:
    page = builds["results"].target / "results/ru/about/check/index.html"
    tree = HTMLParser(page.read_text("utf-8"))
    links = [a.attributes["href"] for a in tree.css(".languages a")]
    assert links == [f"/results/{code}/about/check/" for code in LANGUAGES]
    current = tree.css_first(".languages a[aria-current]")
    assert current is not None
    assert current.text() == "Русский"
    assert "shell:" not in page.read_text("utf-8")


def test_the_gallery_shows_one_page_of_each_kind(builds: dict[str, ProseBuild]) -> None:
    for code in LANGUAGES:
        folder = builds["results"].target / "results" / code / "gallery"
        listed = HTMLParser((folder / "index.html").read_text("utf-8")).css("article td a")
        assert [a.attributes["href"] for a in listed] == [f"/results/{code}/gallery/{kind}/" for kind in every_view()]
        for kind in every_view():
            page = HTMLParser((folder / kind / "index.html").read_text("utf-8"))
            main = page.css_first("main")
            assert main is not None
            assert "data-pointer" not in main.attributes
            assert main.css_first(".synthetic") is not None or kind in {"elections", "log"}


def test_a_stamped_page_is_whole(builds: dict[str, ProseBuild]) -> None:
    shell = builds["results"].shell("ky")
    page = shell.stamp(
        title="Участка <№ 1004> & ө",
        main="<h1>Участка</h1>",
        path="sample/station/1004/",
        data=data_page(7, scope="station/1004"),
        description='"ачык"',
        head_extra='<meta name="extra" content="1">',
    )
    tree = HTMLParser(page)
    title, main = tree.css_first("title"), tree.css_first("main#main")
    assert title is not None
    assert main is not None
    assert title.text() == "Участка <№ 1004> & ө"
    assert (
        main.attributes | {"data-scope": "station/1004", "data-version": "7", "data-zone": "Asia/Bishkek"}
        == main.attributes
    )
    assert main.attributes["data-pointer"] == "/results/data/sample/pointer.json"
    alternates = [(n.attributes["hreflang"], n.attributes["href"]) for n in tree.css("link[rel=alternate]")]
    assert alternates == [(code, f"/results/{code}/sample/station/1004/") for code in LANGUAGES]
    canonical = tree.css_first("link[rel=canonical]")
    assert canonical is not None
    assert canonical.attributes["href"] == "/results/ky/sample/station/1004/"
    assert tree.css_first("meta[name=extra]") is not None
    assert tree.css_first("meta[name=robots]") is None
    assert len(tree.css("main")) == len(tree.css("header")) == len(tree.css("[data-state]")) == 1
    assert policy.CONTENT_SECURITY_POLICY in (tree.html or "").replace("&#39;", "'")


def test_an_archived_page_does_not_follow_the_count(builds: dict[str, ProseBuild]) -> None:
    page = builds["results"].shell("en").stamp(title="x", main="x", path="sample/at/1/", data=data_page(follow=False))
    assert "data-pointer" not in page
    assert "data-state" in page


def test_canonical_addresses_carry_the_host_where_it_is_known(builds: dict[str, ProseBuild]) -> None:
    shell = builds["results"].shell("en", origin="https://results.example")
    page = shell.stamp(title="x", main="x", path="sample/")
    assert 'rel="canonical" href="https://results.example/results/en/sample/"' in page
    assert '<a href="/results/ky/sample/"' in page


def test_a_page_that_is_no_shell_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "results" / "ky" / "404.html"
    page.parent.mkdir(parents=True)
    page.write_text("<title>x</title><!--shell:main--><main></main><!--/shell:main-->", "utf-8")
    with pytest.raises(ValueError, match="is not a shell"):
        Shell.load(tmp_path, "results", "ky")


def test_the_shell_is_light_and_quick(builds: dict[str, ProseBuild]) -> None:
    build = builds["results"]
    first_load = sum(
        len(gzip.compress((build.target / name).read_bytes(), 6))
        for name in build.files
        if re.search(r"results/assets/(site|shell|live|icon)\.", name)
    )
    assert first_load < 45_000, "style sheet and scripts of a page, gzipped; a page may have 120 KB in all"
    for code in LANGUAGES:
        shell = build.shell(code)
        page = shell.stamp(title="x", main="", path="sample/", data=data_page())
        assert len(gzip.compress(page.encode(), 6)) < 4_000
        spent = min(timeit.repeat(partial(shell.stamp, title="x", main="", path="a/"), number=200, repeat=5))
        assert spent / 200 < 50e-6


def test_prose_is_made_again_only_when_it_changed(folders: tuple[Path, Path], builds: dict[str, ProseBuild]) -> None:
    before = {page: page.stat().st_mtime_ns for page in pages(builds)}
    again = build_prose("results", *folders)
    assert not again.made
    assert again.files == builds["results"].files
    assert {page: page.stat().st_mtime_ns for page in pages(builds)} == before


def test_two_builds_give_the_same_bytes(tmp_path: Path, builds: dict[str, ProseBuild]) -> None:
    other = build_prose("tizme", tmp_path / "public", tmp_path / "cache")
    assert other.made
    for name in other.files:
        assert (other.target / name).read_bytes() == (builds["tizme"].target / name).read_bytes(), name


def test_a_page_without_a_twin_is_refused_and_the_published_page_stays(tmp_path: Path) -> None:
    sites = tmp_path / "sites"
    shutil.copytree(SITES / "talapker", sites / "talapker")
    public, cache = tmp_path / "public", tmp_path / "cache"
    build_prose("talapker", public, cache, sites)
    before = (public / "talapker/ky/index.html").read_bytes()
    (sites / "talapker/pages/ky/news.md").write_text("# Жаңылык", "utf-8")
    with pytest.raises(ProseFailed, match=r"news\.md"):
        build_prose("talapker", public, cache, sites)
    assert (public / "talapker/ky/index.html").read_bytes() == before

    for code in ("ru", "en"):
        (sites / f"talapker/pages/{code}/news.md").write_text("# News", "utf-8")
    assert "talapker/ky/news/index.html" in build_prose("talapker", public, cache, sites).files
    for code in LANGUAGES:
        (sites / f"talapker/pages/{code}/news.md").unlink()
    build_prose("talapker", public, cache, sites)
    assert not (public / "talapker/ky/news/index.html").exists()
    assert list((public / "talapker/assets").glob("site.*.css"))


def test_data_pages_are_found_by_search_after_the_prose(tmp_path: Path) -> None:
    build = build_prose("results", tmp_path / "public", tmp_path / "cache")
    documents = [SearchDocument(f"sample/station/{no}/", f"Участка № {no}", "Бишкек") for no in (1004, 1005)]
    for _ in range(2):
        build.merge_search("ky", documents)
    index = json.loads((tmp_path / "public/results/ky/search/search_index.json").read_text("utf-8"))
    locations = [document["location"] for document in index["docs"]]
    assert "about/check/" in locations
    assert locations[-2:] == ["sample/station/1004/", "sample/station/1005/"]
    assert len(locations) == len(set(locations))
    assert index["config"]["pipeline"] == []


def test_the_policy_lies_beside_each_portal_for_its_server(builds: dict[str, ProseBuild]) -> None:
    for portal, build in builds.items():
        headers = json.loads((build.target / portal / "csp.json").read_text("utf-8"))
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]


def luminance(colour: str) -> float:
    if len(colour) == 4:
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_colours_have_enough_contrast_in_both_schemes() -> None:
    text = (assets.THEME / "css" / "variables.css").read_text("utf-8")
    blocks = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block)) for block in re.findall(r"\{([^{}]*)\}", text)]
    light, dark, chosen = (block for block in blocks if "ink" in block)
    assert dark == chosen, "the reader's dark is the system's dark"
    assert set(light) - {"focus"} == set(dark)
    for scheme in (light, dark):
        for name in ("ink", "soft", "quiet", "accent", "ok", "amber"):
            for ground in ("paper", "wash"):
                assert contrast(scheme[name], scheme[ground]) >= 4.5, (name, ground)
        assert contrast(scheme["on-amber"], scheme["amber"]) >= 4.5
        assert contrast(scheme["on-accent"], scheme["accent"]) >= 4.5
        assert contrast(scheme["paper"], scheme["ok"]) >= 4.5
