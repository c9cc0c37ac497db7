"""What the gate raises about a page or a data file, and what a page is about in the gate's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from shailoo.errors import Held

if TYPE_CHECKING:
    from builder.gate.readback import PageRead


class PageDisagrees(Held):
    """A page says something that the signed texts do not add up to."""

    code = "page-disagrees"


@dataclass(frozen=True, slots=True)
class About:
    """The place that a page tells of: `("region", "chuy")`, `("station", "1004")`, `("option", "pr/1")`."""

    page: str
    kind: str
    place: str

    @classmethod
    def of(cls, page: PageRead) -> Self:
        """What a page says it is about."""
        if page.page in {"overview", "archive", "counts"}:
            return cls(page.page, "country", "")
        kind, _, place = page.scope.partition("/")
        if page.page == "counts-place":
            kind, _, place = place.partition("/") if place.startswith("district/") else ("region", "", place)
        return cls(page.page, kind, place)

    @property
    def sums(self) -> tuple[str, str]:
        """Where the votes of this page's contests are summed: a district's and a list's in the whole country."""
        return ("country", "") if self.kind in {"district", "option"} else (self.kind, self.place)
