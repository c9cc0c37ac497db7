"""The publisher of Tizme: only what changed is written, a kill changes nothing or everything, no secret is public."""

from __future__ import annotations

import json
import os
import random
import re
import signal
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from builder import store
from builder.crew import CrewLost
from builder.voters.drawn import Drawn, Tizme
from shailoo.errors import Held
from shailoo.ids import StationNo
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import ListStage, PersonName
from tests.voters.published import CENTRES, Installation, Stands, people, somebody


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prose and compiled templates, made once for all tests here."""
    return tmp_path_factory.mktemp("tizme-cache")


@pytest.fixture
def home(tmp_path: Path, cache: Path) -> Installation:
    installed = Installation(tmp_path / "home", cache)
    installed.lists.make(people())
    return installed


def later(stands: Stands, seed: int, *, moves: int = 6) -> Stands:
    """The same people after some have come, left and moved."""
    rng = random.Random(seed)
    changed = {station: list(there) for station, there in stands.items()}
    for n in range(moves):
        station = rng.choice([one for one in changed if changed[one]])
        someone = changed[station].pop(rng.randrange(len(changed[station])))
        if n % 3:
            changed.setdefault(rng.choice([centre.station for centre in CENTRES]), []).append(someone)
        else:
            changed[station].append(somebody(rng, 10_000 * seed + n))
    return changed


def pointer(home: Installation) -> dict[str, object]:
    found = json.loads((home.public / "tizme/data/pointer.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


# --- only what changed ---


def test_a_second_publication_writes_nothing(home: Installation) -> None:
    first = home.publish()
    assert first.files > 60
    assert home.publish().written == 0


def test_one_more_voter_writes_the_page_of_the_name_and_of_the_station_and_the_sums(home: Installation) -> None:
    home.publish()
    before = home.files()
    stands = home.lists.versions[-1][1]
    home.lists.make({**stands, "1001": [*stands["1001"], somebody(random.Random(3), 9_999)]})
    home.publish()
    after = home.files()
    changed = {path for path in after if before.get(path) != after[path]} | (before.keys() - after.keys())
    own = {path for path in changed if "/station/1001/list/" in path}
    assert len(own) <= 2 * len(LANGUAGES)
    wide = {f"{code}/{page}index.html" for code in LANGUAGES for page in ("", "region/bishkek/", "tec/tec-01/")}
    strips = {f"{code}/updated.html" for code in LANGUAGES}
    station = {f"{code}/station/1001/index.html" for code in LANGUAGES}
    data = {"data/pointer.json", "data/digests.json", "data/list/000002.json"}
    assert changed - own == wide | strips | station | data


def test_publications_one_after_the_other_leave_what_one_from_nothing_makes(home: Installation, tmp_path: Path) -> None:
    home.publish()
    stands = people()
    for seed in range(1, 7):
        stands = later(stands, seed, moves=3 ** (seed % 4) * 5)
        if seed == 3:
            stands["1002"], stands["7002"] = [], stands["1002"]
        if seed == 5:
            home.register.stations = tuple(one for one in CENTRES if one.station != "1002")
            home.register.number += 1
            stands.pop("1002")
        stage = ListStage.PRELIMINARY if seed > 2 else ListStage.PERMANENT
        home.lists.make(stands, stage, "small" if seed > 2 else None)
        if seed == 4:
            home.lists.make({"1001": stands["1001"][:900]}, ListStage.TOOK_PART, "small")
        home.publish(processes=1 + seed % 2)
        anew = home.anew(tmp_path / f"anew-{seed}")
        anew.publish()
        assert home.files() == anew.files(), seed


def test_those_who_took_part_leave_with_the_next_election(home: Installation) -> None:
    home.lists.make(people(), ListStage.FINAL, "small")
    home.lists.make(people(2, {"1001": 300}), ListStage.TOOK_PART, "small")
    home.publish()
    assert "ky/station/1001/took-part/1/index.html" in home.files()
    home.lists.make(people(), ListStage.PRELIMINARY, "another")
    home.publish()
    assert not [path for path in home.files() if "took-part" in path]


# --- killed ---


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("after", [0, 1, 9, 23, 40])
def test_a_killed_publication_leaves_the_old_pointer_and_the_next_completes_it(
    home: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, processes: int
) -> None:
    home.publish()
    changed = later(people(), 8, moves=40)
    home.lists.make(changed, ListStage.PRELIMINARY, "small")
    parent, left, put = os.getpid(), [after], store._put

    def dying(path: str, data: bytes) -> None:
        left[0] -= 1
        if left[0] < 0 and os.getpid() != parent:
            put(path, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        put(path, data)

    monkeypatch.setattr(store, "_put", dying)
    child = os.fork()
    if child == 0:
        try:
            home.publish(processes=processes)
        except CrewLost:
            os._exit(2)
        os._exit(0)
    assert os.waitpid(child, 0)[1] != 0
    monkeypatch.undo()
    assert pointer(home)["version"] == 1
    for path, data in home.files().items():
        if path.endswith(".html"):
            assert data.rstrip().endswith(b"</html>"), path

    # Whoever publishes next may publish something else: nothing of the killed version may stay.
    home.lists.make(people(), ListStage.PERMANENT)
    home.publish(processes=processes)
    anew = home.anew(tmp_path / "anew")
    anew.publish()
    assert home.files() == anew.files()


def test_a_mark_that_is_torn_makes_everything_anew(home: Installation, tmp_path: Path) -> None:
    home.publish()
    (home.room / "state" / "tizme.json").write_bytes(b'{"format":')
    (home.public / "tizme/ky/station/1001/index.html").write_bytes(b"half")
    home.publish()
    anew = home.anew(tmp_path / "anew")
    anew.publish()
    assert home.files() == anew.files()


def test_a_public_folder_that_was_emptied_is_filled_again(home: Installation) -> None:
    home.publish()
    before = home.files()
    home.room.joinpath("public").rename(home.room / "away")
    home.publish()
    assert home.files() == before


# --- the gate ---


def test_a_list_that_is_not_the_committed_one_is_held(home: Installation) -> None:
    home.publish()
    record = home.lists.make(later(people(), 5))
    stands = home.lists.versions[-1][1]
    someone = stands["1001"][0]
    stands["1001"][0] = replace(someone, name=PersonName("Ааа", someone.name.name, ""))
    with pytest.raises(Held):
        home.publish()
    assert pointer(home)["version"] == record.number - 1


@pytest.mark.parametrize("change", [{"voters": 3}, {"queued": 8}, {"stations": 4}, {"shown_root": "f" * 64}])
def test_counts_that_do_not_agree_are_held(home: Installation, change: dict[str, object]) -> None:
    record, stands = home.lists.versions[-1]
    home.lists.versions[-1] = record.model_copy(update=change), stands
    with pytest.raises(Held):
        home.publish()
    assert not (home.public / "tizme/data/pointer.json").exists()


def test_a_station_that_the_register_does_not_know_is_held(home: Installation) -> None:
    home.register.stations = CENTRES[1:]
    with pytest.raises(Held, match="1001"):
        home.publish()


@pytest.mark.parametrize("name", ["20101199900001", "Асан 12.03.1990", "Асан\tуулу", "<b>"])
def test_a_name_that_holds_more_than_a_name_is_held_and_not_told(home: Installation, name: str) -> None:
    stands = people()
    stands["1003"][0] = replace(stands["1003"][0], name=PersonName("Асанов", name, ""))
    home.lists.make(stands)
    with pytest.raises(Held) as caught:
        home.publish()
    assert name not in str(caught.value)
    assert "Асанов" not in str(caught.value)


# --- what is public ---


def test_no_secret_of_anybody_is_in_any_published_byte(home: Installation) -> None:
    home.lists.make(people(), ListStage.FINAL, "small")
    home.lists.make({"1001": people()["1001"]}, ListStage.TOOK_PART, "small")
    home.publish()
    everything = b"\n".join(
        path.read_bytes() + str(path).encode() for path in home.public.rglob("*") if path.is_file()
    ).decode()
    everyone = [one for there in people().values() for one in there]
    assert len(everyone) > 2500
    assert not re.findall(r"PN-\d+|Жашыруун", everything)
    digits = {found[at : at + 14] for found in re.findall(r"\d{14,}", everything) for at in range(len(found) - 13)}
    assert not digits & {one.pin for one in everyone}
    births = {one.birth for one in everyone} - {"2026-08-02"}
    births |= {f"{day}.{month}.{year}" for year, month, day in (one.split("-") for one in births)}
    assert not births & set(re.findall(r"\d\d\.\d\d\.\d{4}|\d{4}-\d\d-\d\d", everything))


def test_people_in_the_queue_are_on_no_page(home: Installation) -> None:
    home.lists.make({**people(), "": [replace(one, name=PersonName("Күтүүчү", "Кезек", "")) for one in people()[""]]})
    home.publish()
    assert not [path for path, data in home.files().items() if "Күтүүчү".encode() in data]


def test_names_stand_on_list_pages_and_nowhere_else(home: Installation) -> None:
    home.publish()
    patronymics = {one.name.patronymic for one in people()["1001"] if one.name.patronymic}
    for path, data in home.files().items():
        text = data.decode()
        if "/list/" in path and "/station/" in path:
            assert '<meta name="robots" content="noindex' in text
        else:
            assert not [one for one in patronymics if one in text], path


def test_the_digest_of_a_list_is_recomputed_from_its_pages_as_the_prose_says(home: Installation) -> None:
    home.publish()
    digests = json.loads((home.public / "tizme/data/digests.json").read_text("utf-8"))["versions"][0]["digests"]
    assert set(digests) == {"1001", "1002", "1003", "7001", "9001"}
    for language in LANGUAGES:
        for station, digest in digests.items():
            folder = home.public / "tizme" / language / "station" / station
            page = (folder / "index.html").read_text("utf-8")
            assert digest in page
            lines = [station]
            for below in re.findall(r'href="(list/[0-9a-f]+/)"', page):
                text = (folder / below / "index.html").read_text("utf-8")
                lines += [unescape(line) for line in re.findall(r"^<li>(.*)$", text, re.MULTILINE)]
            assert sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() == digest


def test_the_pointer_tells_version_dates_and_digests(home: Installation) -> None:
    home.publish()
    told, record = pointer(home), home.lists.made()[-1]
    assert told["version"] == told["number"] == record.number
    assert (told["as_of"], told["next_update"]) == ("2026-08-02", "2026-09-01")
    assert (told["shown_root"], told["salted_root"]) == (record.shown_root, record.salted_root)
    assert told["took_part"] is None


# --- families of pages ---


class Numbers:
    """A family that draws one page, counts how often, and can fail."""

    __name__ = "builder.voters.numbers"

    def __init__(self) -> None:
        self.drawn = 0
        self.made_from = "register 1"
        self.place = "numbers/"

    def depends_on(self, tizme: Tizme) -> str:
        return f"{self.made_from} {tizme.register.number}"

    def pages(self, tizme: Tizme, language: Language) -> Iterable[Drawn]:
        self.drawn += bool(language)
        total = sum(one.voters for one in tizme.made[-1:])
        yield Drawn(self.place, "Numbers", "", f"<h1>{total}</h1>", head='<script src="asset:search.js"></script>')

    def files(self, tizme: Tizme) -> Iterable[tuple[str, bytes]]:
        del tizme
        yield f"data/{self.place.strip('/')}.json", b"{}\n"


def test_a_family_is_drawn_again_only_when_what_it_depends_on_changes(home: Installation) -> None:
    family = Numbers()
    home.publish(families=(family,))
    assert family.drawn == len(LANGUAGES)
    home.publish(families=(family,))
    assert family.drawn == len(LANGUAGES)
    family.made_from, family.place = "register 2", "figures/"
    home.publish(families=(family,))
    assert family.drawn == 2 * len(LANGUAGES)
    found = home.files()
    assert "data/figures.json" in found
    assert "ky/figures/index.html" in found
    assert not [path for path in found if "numbers" in path]
    assert re.search(r'<script src="/tizme/assets/search\.[0-9a-f]{12}\.js">', found["ky/figures/index.html"].decode())


def test_readers_are_opened_after_the_fork_one_in_each_process(home: Installation, tmp_path: Path) -> None:
    opened = tmp_path / "opened"

    def reader() -> object:
        with opened.open("a") as file:
            file.write(f"{os.getpid()}\n")
        return home.lists

    home.publisher(reader=reader, processes=2).publish()
    pids = opened.read_text().split()
    assert len(pids) == len(set(pids)) <= 2


@pytest.mark.parametrize("place", ["station/1003", "tec/tec-01", "region/bishkek"])
def test_fragments_stand_on_the_pages_of_places(home: Installation, place: str) -> None:
    home.publish(fragments=lambda kind, area, language: f"<p>numbers of {kind}/{area} in {language}</p>")
    page = (home.public / f"tizme/ru/{place}/index.html").read_text("utf-8")
    assert f"<p>numbers of {place} in ru</p>" in page


def test_only_the_page_is_written_whose_fragment_changed(home: Installation) -> None:
    def published(changed: str, place: tuple[str, str]) -> dict[str, bytes]:
        home.publish(fragments=lambda kind, area, _: f"<p>{changed if (kind, area) == place else 'same'}</p>")
        return home.files()

    for place in (("region", "chuy"), ("tec", "tec-11"), ("station", "7001")):
        before, after = published("before", place), published("after", place)
        changed = {path.split("/", 1)[1] for path in after if after[path] != before[path]}
        assert changed == {"/".join((*place, "index.html"))}


def test_progress_is_told_up_to_the_end(home: Installation) -> None:
    told: list[tuple[int, int]] = []
    home.publisher().publish(progress=lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1] == len(told)


def test_robots_and_the_cdn_know_where_names_are(home: Installation) -> None:
    home.publish()
    robots = (home.public / "robots.txt").read_text("utf-8")
    assert "Disallow: /tizme/*/station/*/list/" in robots
    told = json.loads((home.public / "tizme/cdn.json").read_text("utf-8"))
    names = {rule["path"] for rule in told["paths"] if rule["rate"] == "names"}
    assert names == {"/tizme/*/station/*/list/*", "/tizme/*/station/*/took-part/*"}
    assert {rule["cache"] for rule in told["paths"]} <= told["cache"].keys()
    assert StationNo("1001") in {centre.station for centre in CENTRES}
