"""The generated packages by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rehearsal.synthesis import small
from rehearsal.synthesis.kit import Files
from rehearsal.synthesis.parliament import ID, package
from rehearsal.synthesis.samples import kenesh, parliament, president, questions

MAKERS: Mapping[str, Callable[[], Files]] = {
    ID: package.make,
    small.ID: small.make,
    parliament.SMD_REPEAT: parliament.make_smd_repeat,
    parliament.THREE_MANDATE: parliament.make_three_mandate,
    president.FIRST: president.make_first,
    president.SECOND: president.make_second,
    kenesh.TOWN: kenesh.make_town,
    kenesh.VILLAGE: kenesh.make_village,
    questions.REFERENDUM: questions.make_referendum,
    questions.ADVISORY: questions.make_advisory,
}
