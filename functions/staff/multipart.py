"""A form with a file in it, as a browser without script sends it (RFC 7578)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_form

from functions.web import Request

_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class FileForm:
    """The fields of a form and the bytes of its file. What the file is called is not looked at."""

    fields: Mapping[str, str]
    data: bytes
    """Of the first file."""
    files: tuple[tuple[str, bytes], ...] = ()
    """Every file that is not empty, with the name of its field."""


def read_file_form(request: Request) -> FileForm:
    """Read a `multipart/form-data` body; what cannot be read is an empty form, which every handler refuses."""
    fields: dict[str, str] = {}
    data: list[tuple[str, bytes]] = []

    def on_field(one: Field) -> None:
        if one.field_name is not None and len(fields) < _MOST_FIELDS:
            fields[one.field_name.decode(errors="replace")] = (one.value or b"").decode(errors="replace")

    def on_file(one: File) -> None:
        one.file_object.seek(0)
        data.append(((one.field_name or b"").decode(errors="replace"), one.file_object.read()))
        one.close()

    headers = {"Content-Type": request.headers.get("content-type", "").encode("latin-1", "replace")}
    try:
        parse_form(headers, io.BytesIO(request.body), on_field, on_file)
    except (FormParserError, ValueError):
        return FileForm({}, b"")
    files = tuple(pair for pair in data[:_MOST_FIELDS] if pair[1])
    return FileForm(fields, data[0][1] if data else b"", files)
