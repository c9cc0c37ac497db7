"""Public files as a CDN would serve them, and nothing outside their folder."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.static_files import StaticFiles

DIGEST = "0123456789abcdef" * 4
PAGE = "<!doctype html><title>Жыйынтык</title>" + "<p>1 293 947" * 100


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    for name, text in {
        "results/ky/index.html": PAGE,
        "results/404.html": "<title>404</title>",
        "results/ru/404.html": "<title>404 ru</title>",
        "results/pointer.json": "{}",
        "results/log/checkpoint": "origin",
        "results/log/tile/entries/000.p/7": "entries",
        f"results/data/{DIGEST}.json": "{}",
        "results/assets/app.0123456789ab.css": "a{}",
        "results/ky/feed.atom": "<feed/>" * 90,
        "results/ky/data.csv": "a,b\n" * 200,
        "results/csp.json": json.dumps({"content-security-policy": "default-src 'self' 'sha256-x'"}),
        "tizme/index.html": "x",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (tmp_path / "settings.json").write_text("secret")
    (folder / "results/.hidden").write_text("secret")
    (folder / "results/way-out").symlink_to(tmp_path / "settings.json")
    return folder


def test_the_front_door_leads_to_the_results_in_kyrgyz(public: Path) -> None:
    answer = StaticFiles(public).answer("GET", "/", {})
    assert (answer.status, answer.header("location")) == (302, "/results/ky/")


@pytest.mark.parametrize("path", ["/Q/", "/q", "/Q"])
def test_the_address_in_the_code_on_the_tape_leads_to_the_check_page(public: Path, path: str) -> None:
    answer = StaticFiles(public).answer("GET", path, {})
    assert answer.status == 302
    assert dict(answer.headers)["location"] == "/results/ky/about/check/"


def test_a_folder_is_its_index_and_wants_its_slash(public: Path) -> None:
    files = StaticFiles(public)
    assert files.answer("GET", "/results/ky/", {}).body.decode() == PAGE
    moved = files.answer("GET", "/results/ky", {})
    assert (moved.status, moved.header("location")) == (301, "/results/ky/")


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/results/ky/", "public, max-age=15, stale-while-revalidate=60"),
        ("/results/pointer.json", "public, max-age=2"),
        ("/results/log/checkpoint", "public, max-age=2"),
        ("/results/log/tile/entries/000.p/7", "public, max-age=31536000, immutable"),
        (f"/results/data/{DIGEST}.json", "public, max-age=31536000, immutable"),
        ("/results/assets/app.0123456789ab.css", "public, max-age=31536000, immutable"),
        ("/results/ky/data.csv", "public, max-age=15, stale-while-revalidate=60"),
    ],
)
def test_each_kind_of_file_is_cached_as_long_as_it_may(public: Path, path: str, cache: str) -> None:
    assert StaticFiles(public).answer("GET", path, {}).header("cache-control") == cache


def test_who_has_the_newest_is_told_so_and_who_has_an_older_one_gets_the_new(public: Path) -> None:
    files = StaticFiles(public)
    for accept in ("", "gzip"):
        first = files.answer("GET", "/results/ky/", {"accept-encoding": accept})
        asked = {"accept-encoding": accept, "if-none-match": first.header("etag") or ""}
        again = files.answer("GET", "/results/ky/", asked)
        assert (again.status, again.body, again.header("etag")) == (304, b"", first.header("etag"))
    fresh = public / "results/ky/new.html"
    fresh.write_text(PAGE.replace("1", "2"))
    os.utime(fresh, ns=(1, 1))
    fresh.replace(public / "results/ky/index.html")
    changed = files.answer("GET", "/results/ky/", asked)
    assert changed.status == 200
    assert b"2 293 947" in gzip.decompress(changed.body)


def test_text_travels_zipped_when_the_reader_can_unzip(public: Path) -> None:
    files = StaticFiles(public)
    zipped = files.answer("GET", "/results/ky/", {"accept-encoding": "br, gzip"})
    assert zipped.header("content-encoding") == "gzip"
    assert zipped.header("vary") == "accept-encoding"
    assert gzip.decompress(zipped.body).decode() == PAGE
    assert files.answer("GET", "/results/ky/", {"accept-encoding": "gzip"}).body == zipped.body
    assert files.answer("GET", "/results/pointer.json", {"accept-encoding": "gzip"}).header("content-encoding") is None


def test_a_feed_is_known_as_atom_and_travels_zipped(public: Path) -> None:
    answer = StaticFiles(public).answer("GET", "/results/ky/feed.atom", {"accept-encoding": "gzip"})
    assert answer.header("content-type") == "application/atom+xml; charset=utf-8"
    assert answer.header("content-encoding") == "gzip"


def test_a_page_carries_the_policy_that_its_builder_left_and_a_strict_one_otherwise(public: Path) -> None:
    files = StaticFiles(public)
    assert files.answer("GET", "/results/ky/", {}).header("content-security-policy") == "default-src 'self' 'sha256-x'"
    strict = files.answer("GET", "/tizme/", {}).header("content-security-policy") or ""
    assert "frame-ancestors 'none'" in strict
    assert files.answer("GET", "/tizme/", {}).header("x-content-type-options") == "nosniff"


def test_a_missing_page_is_the_portals_own(public: Path) -> None:
    files = StaticFiles(public)
    for path, title in (("/results/ru/x/", b"404 ru"), ("/results/ky/x", b"<title>404<"), ("/x", b"<title>404<")):
        answer = files.answer("GET", path, {})
        assert answer.status == 404
        assert title in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/../settings.json",
        "/results/../../settings.json",
        "/results/ky/../../../settings.json",
        "//settings.json",
        "/results//ky/",
        "/results/.hidden",
        "/results/way-out",
        "/results/\x00",
        "/results/..\\..\\settings.json",
        "/results/ky/index.html/x",
        "/results/" + "x" * 5000,
    ],
)
def test_nothing_outside_or_hidden_is_served(public: Path, path: str) -> None:
    answer = StaticFiles(public).answer("GET", path, {})
    assert answer.status == 404
    assert b"secret" not in answer.body


@given(
    st.lists(st.sampled_from(["..", ".", "", "results", "settings.json", "way-out", ".hidden", "ky", "%2e%2e", "~"]))
)
def test_no_path_reaches_what_is_not_public(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    base = tmp_path_factory.getbasetemp() / "walk"
    (base / "public/results/ky").mkdir(parents=True, exist_ok=True)
    (base / "settings.json").write_text("secret")
    answer = StaticFiles(base / "public").answer("GET", "/" + "/".join(parts), {})
    assert b"secret" not in answer.body


def test_only_reading_is_allowed(public: Path) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert StaticFiles(public).answer(method, "/results/ky/", {}).status == 405
