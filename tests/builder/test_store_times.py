"""No two versions of a public file share a second: servers know a version by its size and that second."""

from __future__ import annotations

from pathlib import Path

from builder.store import PublicFolder


def test_versions_that_follow_each_other_at_once_have_seconds_of_their_own(tmp_path: Path) -> None:
    folder = PublicFolder(tmp_path)
    seconds = []
    for text in (b"412", b"413", b"413", b"414"):
        folder.write("results/ky/index.html", text)
        seconds.append(int((tmp_path / "results/ky/index.html").stat().st_mtime))
    assert seconds[1] == seconds[2]
    assert seconds[0] < seconds[1] < seconds[3]
