"""Who applies, as an official types it from the passport or hears it on the telephone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from shailoo.i18n import msgid
from shailoo.model.case_kind import Asked, CaseForm

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f0-9@,;<>{}\"]+$")]
"""As in the extract (`shailoo.model.voter_tables`)."""
PREFIX = "person_"


class PersonForm(CaseForm):
    """Who applies. Names begin with `person_`: they stand on one page with the kind's own fields."""

    person_pin: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{14}$"),
        Asked(
            msgid("Personal identification number (PIN)"),
            msgid("14 digits, on the passport's back."),
            msgid("A PIN has 14 digits."),
            widget="number",
        ),
    ]
    person_surname: Annotated[Name, Asked(msgid("Surname"), fault=msgid("Write it as in the passport."))]
    person_name: Annotated[Name, Asked(msgid("Name"), fault=msgid("Write it as in the passport."))]
    person_patronymic: Annotated[
        Name | None, Asked(msgid("Patronymic"), fault=msgid("Write it as in the passport."))
    ] = None
    person_birth: Annotated[date, Asked(msgid("Date of birth"), fault=msgid("Give a day."), widget="day")]
    person_phone: Annotated[
        str | None,
        StringConstraints(pattern=r"^\+?[0-9 ()-]{6,24}$"),
        Asked(
            msgid("Telephone for notices"),
            fault=msgid("Write the number with its digits, for example +996 555 123456."),
            widget="phone",
        ),
    ] = None
    person_mail: Annotated[
        str | None,
        StringConstraints(pattern=r"^[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}$"),
        Asked(msgid("E-mail for notices"), fault=msgid("Write an address such as name@example.kg."), widget="mail"),
    ] = None

    def person(self) -> Mapping[str, str]:
        """As `CaseContent.person` holds it."""
        told = {
            "pin": self.person_pin,
            "surname": self.person_surname,
            "name": self.person_name,
            "patronymic": self.person_patronymic or "",
            "birth": self.person_birth.isoformat(),
        }
        return {name: value for name, value in told.items() if value}
