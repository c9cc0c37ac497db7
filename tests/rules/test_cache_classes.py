"""How long each kind of public file may be kept: one table that every server reads."""

from __future__ import annotations

import pytest

from builder.voters.cdn import CACHE, PATHS
from shailoo.rules.cache_classes import CacheClass, cache_class, content_type

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("path", "kept", "kind"),
    [
        ("/results/ky/", CacheClass.PAGE, "application/octet-stream"),
        ("/results/ky/index.html", CacheClass.PAGE, "text/html; charset=utf-8"),
        ("/results/data/jk-2021-11-28/pointer.json", CacheClass.POINTER, "application/json"),
        (f"/results/data/jk-2021-11-28/at/{DIGEST}.json", CacheClass.FOR_EVER, "application/json"),
        ("/results/data/jk-2021-11-28/package.zip", CacheClass.PAGE, "application/zip"),
        ("/results/data/jk-2021-11-28/counts.csv", CacheClass.PAGE, "text/csv; charset=utf-8"),
        (f"/results/data/jk/report/ABB-1-final-{DIGEST[:16]}.txt", CacheClass.FOR_EVER, "text/plain; charset=utf-8"),
        ("/results/log/checkpoint", CacheClass.POINTER, "text/plain; charset=utf-8"),
        ("/results/log/vkey", CacheClass.PAGE, "text/plain; charset=utf-8"),
        ("/results/log/status.json", CacheClass.POINTER, "application/json"),
        ("/results/log/tile/0/000", CacheClass.FOR_EVER, "application/octet-stream"),
        ("/results/log/tile/entries/x001/234.p/7", CacheClass.FOR_EVER, "application/octet-stream"),
        ("/results/assets/material/bundle.0123456789ab.js", CacheClass.FOR_EVER, "text/javascript; charset=utf-8"),
        ("/results/ky/feed.atom", CacheClass.PAGE, "application/atom+xml; charset=utf-8"),
        ("/tizme/ky/updated.html", CacheClass.POINTER, "text/html; charset=utf-8"),
        (f"/tizme/ky/station/1001/list/{DIGEST[:12]}/index.html", CacheClass.PAGE, "text/html; charset=utf-8"),
        ("/tizme/data/outline.svg", CacheClass.PAGE, "image/svg+xml"),
        ("/robots.txt", CacheClass.PAGE, "text/plain; charset=utf-8"),
    ],
)  # fmt: skip
def test_each_kind_of_file_has_its_class_and_its_type(path: str, kept: CacheClass, kind: str) -> None:
    assert (cache_class(path), content_type(path)) == (kept, kind)
    assert cache_class(path.removeprefix("/")) == kept


@pytest.mark.parametrize("suffix", [".pdf", "-p1.jpg", ".pdf.tlog-proof"])
def test_a_copy_of_a_paper_that_may_be_withdrawn_is_kept_no_longer_than_a_page(suffix: str) -> None:
    path = f"/results/data/jk-2021-11-28/document/1043-protocol-pr-{DIGEST[:16]}{suffix}"
    assert cache_class(path) is CacheClass.PAGE


def test_the_classes_that_tizme_tells_its_cdn_are_these() -> None:
    assert set(CACHE.values()) == set(CacheClass)
    examples = {
        "/tizme/assets/**": "/tizme/assets/site.0123456789ab.css",
        "/tizme/data/pointer.json": "/tizme/data/pointer.json",
        "/tizme/*/updated.html": "/tizme/ky/updated.html",
        "/tizme/*/station/*/list/*": "/tizme/ky/station/1001/list/0123456789ab/index.html",
        "/tizme/*/station/*/took-part/*": "/tizme/ky/station/1001/took-part/0123456789ab/index.html",
        "/tizme/**": "/tizme/ky/index.html",
    }
    assert {pattern: cache_class(examples[pattern]) for pattern, _, _ in PATHS} == {
        pattern: CACHE[kept] for pattern, kept, _ in PATHS
    }
