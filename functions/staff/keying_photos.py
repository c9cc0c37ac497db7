"""The photographed paper beside its figures, page by page, where a copy of it was made."""

from __future__ import annotations

from functions.staff.keying_form import Paper
from functions.staff.pages import Frame, Html, tag
from shailoo.model.document import document_id
from shailoo.model.manual import IDENTIFICATION
from shailoo.ports import RecordStore
from shailoo.usecases.document_desk import station_documents


def photos(frame: Frame, paper: Paper, store: RecordStore) -> Html | None:
    """The pages of every scan of this paper that was not withdrawn; None where there is none."""
    _ = frame.say.gettext
    kind = "identification-final" if paper.sheet == IDENTIFICATION else "protocol"
    images = []
    for one in station_documents(paper.election.id, paper.station.no, store):
        copy = one.newest_copy
        of_sheet = one.received.kind == kind and one.received.part in (None, paper.sheet)
        if not of_sheet or copy is None or one.withdrawn is not None:
            continue
        for at, page in enumerate(copy.pages, start=1):
            address = f"/staff/document/{document_id(one.received)}/{copy.version}/{at}"
            said = _("Photo of the paper, page {n}", n=at)
            image = tag("img", src=address, alt=said, width=page.width, height=page.height, loading="lazy")
            images.append(tag("a", image, href=address))
    if not images:
        return None
    return tag("div", *images, class_="photos", role="region", tabindex=0, aria_label=_("Photo of the paper"))
