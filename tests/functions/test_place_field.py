"""A town or village is chosen from the address register: by name, on the page or through JSON, on paper too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.cases.door import PREFIX
from functions.cases.place_field import PLACES as ADDRESS
from tests.functions.case_scene import Scene, case_scene, visited
from tests.functions.test_cases_signed_in import AIGUL
from tests.rules.test_place_names import PLACES

KIND = f"{PREFIX}new/voter-missing"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = case_scene(tmp_path / "i")
    with made.installation as home:
        home.__dict__["case_desk"] = replace(home.case_desk, find_places=lambda: PLACES)
        yield visited(made, AIGUL)


def sent(scene: Scene, code: str, settlement: str) -> str:
    """The page after the first step was sent with a settlement."""
    form = {"code": code, "step": "1", "go": "next", "settlement": settlement, "street": "Ленина", "house": "3"}
    return scene.post(KIND, {**form, "token": AIGUL.token}).body.decode()


def begun(scene: Scene) -> str:
    """The code of a draft of somebody signed in."""
    page = scene.post(KIND, {"election": "small", "station": scene.station, "step": "0", "token": AIGUL.token})
    return page.body.decode().split('name="code" value="')[1][:23]


def test_a_name_that_several_have_is_asked_back_with_those_to_choose_from(scene: Scene) -> None:
    code = begun(scene)
    page = sent(scene, code, "Ак-Жар")
    assert "More than one place fits. Choose yours." in page
    assert page.count('type="radio" name="settlement"') == 2
    assert "Ak-Zhar village, Sokuluk rayon" in page
    after = sent(scene, code, "s2")
    assert "More than one place fits" not in after
    assert 'id="settlement"' not in after, "the next step"


def test_a_name_that_the_register_does_not_have_goes_no_further(scene: Scene) -> None:
    page = sent(scene, begun(scene), "nowhere")
    assert "The address register has no such place." in page
    assert 'value="nowhere"' in page, "nothing typed is lost"


def test_what_is_looked_through_has_names(scene: Scene) -> None:
    code = begun(scene)
    page = sent(scene, code, "гаврил")
    for step in ("2", "3"):
        form = {"code": code, "step": step, "go": "next", "token": AIGUL.token}
        page = scene.post(KIND, form).body.decode()
    assert "Gavrilovka, Sokuluk rayon, Chüy oblast" in page


def test_a_program_gives_the_registers_identifier(scene: Scene) -> None:
    fields = {"settlement": "nowhere", "street": "Ленина", "house": "3"}
    body = {"election": "small", "station": scene.station, "fields": fields}
    refused = scene.send(f"{PREFIX}file/voter-missing", json.dumps(body).encode())
    assert refused.status == 422
    body["fields"] = {**fields, "settlement": "s3"}
    assert scene.send(f"{PREFIX}file/voter-missing", json.dumps(body).encode()).status == 201


def test_suggestions_are_few_and_in_the_readers_language(scene: Scene) -> None:
    found = json.loads(scene.post(ADDRESS, {"text": "ак", "lang": "ru"}).body)
    assert found["places"] == [
        "село Ак-Жар, Аламединский район, Чуйская область",
        "село Ак-Жар, Сокулукский район, Чуйская область",
    ]
    assert json.loads(scene.post(ADDRESS, {"text": "", "lang": "ru"}).body) == {"places": []}
