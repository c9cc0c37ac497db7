"""Notices as files in a folder, for rehearsals and tests: nobody is told anything.

<folder>/<way>/<id>.json      id, to, language, subject, text, at; the same notice again replaces its file
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from shailoo.model.base import stamp
from shailoo.model.notice import Notice, Way
from shailoo.rules.notices import NoticesDown


class FileNotices:
    """One way, in a folder of its own; only the owner may read it."""

    def __init__(self, folder: Path, way: Way) -> None:
        self.way: Way = way
        self._folder = folder / way

    def send(self, notice: Notice) -> None:
        """As the port says."""
        told = {**asdict(notice), "at": stamp(notice.at)}
        place = self._folder / f"{notice.id}.json"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            half = place.with_suffix(".half")
            half.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            half.replace(place)
        except OSError as error:
            raise NoticesDown("The folder of notices cannot be written.", cause=type(error).__name__) from error

    def rest(self) -> None:
        """Nothing is held."""
