"""The door of people as a function of its own: what it answers, and what it tells of the whole interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.intake.refusal_counter import RefusalCounter
from functions.people_door import people_door
from functions.routers import make_router, staff_door
from functions.staff.pages import POLICY, SCRIPT_POLICY
from functions.straight import MOST_OF_AN_ANSWER, lent, papers_come_straight, parts_go_straight
from functions.web import Access, Caller, Request, Response, Route, Router
from shailoo.adapters.memory import MemoryObjectStore
from shailoo.adapters.uploads import MemoryUploads
from shailoo.assembly import Installation
from shailoo.ids import Digest
from shailoo.model.case import Attachment
from tests.functions.case_scene import Scene, case_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("door") / "i"
    made = case_scene(folder)
    made.installation.close()
    (folder / "voters" / "finder").mkdir(parents=True)  # whoever opens it now has find-my-station too
    with Installation.open(folder) as opened:
        yield replace(made, installation=opened)


@pytest.fixture(scope="module")
def door(scene: Scene) -> Router:
    return people_door(scene.installation, RefusalCounter())


def _told(router: Router) -> set[str]:
    answer = router.handle(Request("GET", "/api/openapi.json", {}, {}))
    assert answer.status == 200
    return set(json.loads(answer.body)["paths"])


def test_it_tells_of_every_address_that_the_whole_installation_answers(scene: Scene, door: Router) -> None:
    assert _told(door) == _told(make_router(scene.installation, RefusalCounter()))


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/intake/small"), ("GET", "/api/tizme/style.css"), ("GET", "/staff/")]
)
def test_what_others_answer_it_does_not(method: str, path: str, door: Router) -> None:
    assert door.handle(Request(method, path, {}, {"accept": "text/html"})).status == 404


@pytest.mark.parametrize("path", ["/api/cases/", "/api/cabinet/"])
def test_the_first_pages_of_applications_and_of_the_cabinet_open(path: str, door: Router) -> None:
    answer = door.handle(Request("GET", path, {}, {"accept": "text/html", "accept-language": "ky"}))
    assert answer.status in {200, 303}


def test_the_commissions_door_has_the_desk_of_applications_and_the_precincts_table(scene: Scene) -> None:
    mine = {route.template for route in staff_door(scene.installation, RefusalCounter()).routes}
    whole = {route.template for route in make_router(scene.installation, RefusalCounter()).routes}
    assert mine == {one for one in whole if one.startswith("/staff")}
    assert any(one.startswith("/staff/cases/") for one in mine)
    assert any(one.startswith("/staff/precinct") for one in mine)


class _Bucket(MemoryUploads):
    """Parts go to a bucket."""

    @property
    def origin(self) -> str | None:
        return "https://uploads.example.org"


def test_a_page_with_a_script_lets_it_send_parts_to_the_bucket_and_another_does_not() -> None:
    made = parts_go_straight([_page("/plain", POLICY), _page("/script", SCRIPT_POLICY)], _Bucket())
    door = Router(made, lambda _: Caller())
    answers = [door.handle(Request("GET", path, {}, {})) for path in ("/plain", "/script")]
    policies = [answer.header("content-security-policy") for answer in answers]
    assert policies == [POLICY, f"{SCRIPT_POLICY} https://uploads.example.org"]
    ours = Router(parts_go_straight([_page("/script", SCRIPT_POLICY)], MemoryUploads()), lambda _: Caller())
    assert ours.handle(Request("GET", "/script", {}, {})).header("content-security-policy") == SCRIPT_POLICY


class _Lending(MemoryObjectStore):
    """A browser fetches from it."""

    @property
    def origin(self) -> str:
        return "https://papers.example.org"

    def address(self, digest: Digest, *, media: str, disposition: str) -> str:
        return f"{self.origin}/{digest}?{media}&{disposition}"


def test_a_paper_that_is_too_large_for_an_answer_is_fetched_from_the_bucket_itself() -> None:
    large = Attachment(kind="proof", original="a" * 64, media="image/png", bytes=MOST_OF_AN_ANSWER + 1)
    small = large.model_copy(update={"bytes": MOST_OF_AN_ANSWER})
    assert lent(MemoryObjectStore(), large, "inline") is None
    assert lent(_Lending(), small, "inline") is None
    way = lent(_Lending(), large, "inline")
    assert way is not None
    assert (way.status, way.header("cache-control")) == (303, "no-store")
    assert way.header("location") == f"https://papers.example.org/{'a' * 64}?image/png&inline"
    made = papers_come_straight([_page("/plain", POLICY)], _Lending())
    policy = Router(made, lambda _: Caller()).handle(Request("GET", "/plain", {}, {})).header("content-security-policy")
    assert "img-src 'self' https://papers.example.org;" in (policy or "")


def _page(path: str, policy: str) -> Route:
    answer = Response(200, (("content-security-policy", policy),), b"")
    return Route("GET", path, Access.ANYONE, "A page.", lambda _request, _caller: answer)
