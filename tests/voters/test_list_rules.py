"""Rules of the voter list that need no database, and their twins in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shailoo.adapters.voters.row_checks import birth_number, faults_sql, sound_sql
from shailoo.ids import StationNo
from shailoo.model.voter_list import PersonName
from shailoo.model.voter_tables import EXTRACT
from shailoo.rules.kyrgyz_order import KYRGYZ, kyrgyz_key, kyrgyz_sql
from shailoo.rules.list_schedule import is_due, next_update
from shailoo.rules.shown_list import shown_bytes
from shailoo.rules.voter_rows import RowProblem, as_number, completed_years, row_faults
from tests.voters.list_scene import row
from tests.voters.write_voter_data import PAGE, voter_data_page

AS_OF = date(2021, 11, 1)
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
NAMES = st.text(KYRGYZ + KYRGYZ.upper() + "azAZ -'і", max_size=6)


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def test_letters_of_the_kyrgyz_alphabet_stand_where_it_has_them() -> None:
    names = ["Ёлкин", "Жээнбеков", "Нур", "Ңур", "Оморов", "Өмүров", "Пак", "Уметов", "Үсөнов", "Фёдоров", "Я", "Smith"]
    assert sorted(sorted(names), key=kyrgyz_key) == names
    assert kyrgyz_key("ӨМҮРОВ") == kyrgyz_key("өмүров")
    assert kyrgyz_key("Абды уулу") < kyrgyz_key("Абдыев")
    assert kyrgyz_key("Абды", "Я") < kyrgyz_key("Абдыев", "А")


@given(pairs=st.lists(st.tuples(TEXT | NAMES, TEXT | NAMES), min_size=1, max_size=20))
def test_the_database_sorts_as_python_does(db: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]]) -> None:
    db.execute("CREATE OR REPLACE TABLE names (a VARCHAR, b VARCHAR)")
    db.executemany("INSERT INTO names VALUES (?, ?)", pairs)
    key = kyrgyz_sql("a", "b")
    found = db.execute(f"SELECT a, b, {key} FROM names").fetchall()  # noqa: S608  our own names
    assert all(kyrgyz_key(a, b) == told for a, b, told in found)
    by_database = [told for (told,) in db.execute(f"SELECT {key} FROM names ORDER BY 1").fetchall()]  # noqa: S608  as above
    assert by_database == sorted(kyrgyz_key(a, b) for a, b in pairs)


CELLS = st.fixed_dictionaries(
    {},
    optional={
        column.name: st.from_regex(column.pattern, fullmatch=True)
        | st.sampled_from(["", " ", "  voter ", "1899-12-31", "2003-11-01", "2003-11-02", "2004-02-30", "2022-01-01"])
        | TEXT
        for column in EXTRACT
    },
)


EDGES = [
    {"birth_date": day, "status": status}
    for day in ("2003-11-01", "2003-11-02", "1900-01-01", "1899-12-31", "2021-11-01", "2021-11-02", "2004-02-30")
    for status in ("voter", "died")
] + [{"settlement": "", "country": "DE"}, {"settlement": ""}, {"settlement": "", "country": "de"}, {"pin": ""}]


@example(rows=EDGES)
@given(rows=st.lists(CELLS, min_size=1, max_size=5))
def test_the_database_refuses_what_the_rule_refuses(db: duckdb.DuckDBPyConnection, rows: list[dict[str, str]]) -> None:
    given_rows = [row(n) | cells for n, cells in enumerate(rows)]
    names = [column.name for column in EXTRACT]
    db.execute(f"CREATE OR REPLACE TABLE t (row INTEGER, {', '.join(f'{name} VARCHAR' for name in names)})")
    marks = ", ".join("?" * (len(names) + 1))
    db.executemany(
        f"INSERT INTO t VALUES ({marks})",  # noqa: S608  our own names
        [[n, *(cells[name].strip(" ") for name in names)] for n, cells in enumerate(given_rows)],
    )
    for n, cells in enumerate(given_rows):
        expected = [(fault.column, fault.problem) for fault in row_faults(cells, AS_OF)]
        found = [
            (column, problem)
            for column, problem, _, condition in faults_sql(AS_OF)
            if db.execute(f"SELECT 1 FROM t WHERE row = {n} AND ({condition})").fetchone()  # noqa: S608  our rule
        ]
        sound = db.execute(f"SELECT 1 FROM t WHERE row = {n} AND {sound_sql(AS_OF)}").fetchone()  # noqa: S608  our rule
        assert found == expected
        assert (sound is not None) == (not expected)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"pin": "123"}, RowProblem.FORM),
        ({"surname": ""}, RowProblem.MISSING),
        ({"birth_date": "2001-02-29"}, RowProblem.NO_SUCH_DAY),
        ({"birth_date": "1899-12-31"}, RowProblem.BIRTH),
        ({"birth_date": "2003-11-02"}, RowProblem.UNDER_AGE),
        ({"settlement": ""}, RowProblem.NO_PLACE),
    ],
)
def test_a_faulty_cell_is_told_with_its_problem_and_a_remedy(cells: dict[str, str], problem: RowProblem) -> None:
    (fault,) = row_faults(row(1) | cells, AS_OF)
    assert (fault.problem, fault.column in cells) == (problem, True)
    assert fault.remedy.endswith(".")


def test_whoever_turns_eighteen_on_the_day_may_vote_and_the_dead_need_not_be_of_age() -> None:
    assert not row_faults(row(1, birth_date="2003-11-01"), AS_OF)
    assert not row_faults(row(1, birth_date="2010-11-01", status="died"), AS_OF)
    assert not row_faults(row(1, settlement="", country="DE"), AS_OF)


DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@given(birth=DAYS, day=DAYS)
def test_completed_years_turn_on_the_birthday(db: duckdb.DuckDBPyConnection, birth: date, day: date) -> None:
    age = completed_years(birth, day)
    had_it = (day.month, day.day) >= (birth.month, birth.day)
    assert age == day.year - birth.year - (not had_it)
    told = db.execute(f"SELECT ({as_number(day)} - {birth_number('?::DATE')}) // 10000", [birth] * 3).fetchone()
    if birth <= day:
        assert told == (age,)


@given(last=DAYS, elections=st.lists(DAYS, max_size=4), before=st.integers(0, 100))
def test_updates_are_monthly_and_daily_before_an_election(last: date, elections: list[date], before: int) -> None:
    due = next_update(last, elections, displayed_before=before)
    assert timedelta(1) <= due - last <= timedelta(31)
    near = any(day - timedelta(before) <= due <= day for day in elections)
    assert due.day == 1 or near
    for skipped in range(1, (due - last).days):
        day = last + timedelta(skipped)
        assert day.day != 1
        assert not any(one - timedelta(before) <= day <= one for one in elections)
    assert is_due(due, last, elections, displayed_before=before)
    assert not is_due(due - timedelta(1), last, elections, displayed_before=before)


def test_on_the_day_after_an_election_months_begin_again() -> None:
    election = date(2021, 11, 28)
    assert next_update(date(2021, 9, 1), [election]) == date(2021, 9, 19)
    assert next_update(date(2021, 11, 27), [election]) == election
    assert next_update(election, [election]) == date(2021, 12, 1)
    assert next_update(date(2021, 12, 1), [election]) == date(2022, 1, 1)
    assert is_due(election, None, [])


def test_the_public_bytes_of_a_list_can_be_written_by_hand() -> None:
    people = [PersonName("Ёлкин", "Жан", ""), PersonName("Өмүров", "Бек", "Асанович")]
    assert shown_bytes(StationNo("1001"), people) == "1001\nЁлкин\tЖан\t\nӨмүров\tБек\tАсанович\n".encode()


def test_the_page_about_tables_is_as_they_are() -> None:
    message = "docs/voter-data.md is out of date: run python -m tests.voters.write_voter_data"
    assert PAGE.read_text(encoding="utf-8") == voter_data_page(), message
