"""What somebody who files a case or acts upon one is refused with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shailoo.errors import Conflict, NotFound, Refused


class NoSuchKind(NotFound):
    """Nothing of this kind is filed here."""

    code = "no-such-kind"


class KindClosed(Refused):
    """The kind is filed on some days only, and today is none of them. Facts `first`, `last`, where there are any."""

    code = "kind-closed"


class FormNotFilled(Refused):
    """A field of the form cannot be used. `faults`: field -> sentence key, for the page; facts hold the same."""

    code = "form-not-filled"

    def __init__(
        self, sentence: str, faults: Mapping[str, str] = MappingProxyType({}), **facts: str | int | None
    ) -> None:
        super().__init__(
            sentence, **facts, **{f"field.{name[:40]}": fault for name, fault in list(faults.items())[:20]}
        )
        self.faults = faults


class DocumentsWanted(Refused):
    """A document that the kind needs is missing, or there are more than it takes. Fact `kind`."""

    code = "documents-wanted"


class SignInWanted(Refused):
    """Filing this online wants a sign-in; on paper and by telephone a commission enters it."""

    code = "case-sign-in-wanted"


class CaseExists(Conflict):
    """Something else was filed with this code. Begin a new one."""

    code = "case-exists"


class NoSuchCase(NotFound):
    """No case has this code or number, or it is not for your commission: the same answer for both."""

    code = "no-such-case"


class CaseMovedOn(Conflict):
    """Somebody acted on the case meanwhile. Look at it again. Fact `acts`: how many there are now."""

    code = "case-moved-on"


class ActNotYours(Refused):
    """Your commission may not do this act on this case."""

    code = "act-not-yours"


class AnotherOfficialWanted(Refused):
    """Who proposed an act does not confirm it."""

    code = "another-official-wanted"


class ReasonWanted(Refused):
    """The act must say why."""

    code = "reason-wanted"


class TooManyCases(Refused):
    """This person has as many open cases of a kind as anybody may have."""

    code = "too-many-cases"


class DeviceWanted(Refused):
    """The act counts only with what an identification device has told."""

    code = "device-wanted"


class NeverPublic(Refused):
    """A document of a case that the law does not make public."""

    code = "never-public"
