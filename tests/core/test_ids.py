"""Every kind of code a department writes into a code column, and what is made of it."""

import random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.core import code_sql, credit_code, ids
from xinheng.core.ids import CodeKind, CodeNote, read_code
from xinheng.core.resident_id import is_resident_id, resident_id_check_character


def credit_code_of(first8: str, organisation8: str) -> str:
    first17 = first8 + organisation8 + credit_code.organisation_check_character(organisation8)
    return first17 + credit_code.uscc_check_character(first17)


def resident_id_of(first17: str) -> str:
    return first17 + resident_id_check_character(first17)


FIRM = credit_code_of("91410202", "MA3X0001")
PERSON = resident_id_of("41020219850312001")


@pytest.mark.row("M1-01")
@pytest.mark.parametrize(
    "code", ["91110000600037341L", "11320100MB1886843H", "91330282L07196379D", FIRM, f"  {FIRM.lower()}\n"]
)
def test_a_published_code_is_valid(code: str) -> None:
    found = read_code(code)
    assert (found.kind, found.valid, found.problem, found.warnings) == (CodeKind.USCC, True, None, ())
    assert found.value == code.strip().upper()
    assert found.raw == code


@pytest.mark.row("M1-01")
@pytest.mark.parametrize("first8", ["A1410202", "N2410223", "Y1410200", "N1410221", "N3410225"])
def test_a_code_that_begins_with_letters_is_valid(first8: str) -> None:
    found = read_code(credit_code_of(first8, "MF000012"))
    assert (found.kind, found.valid, found.warnings) == (CodeKind.USCC, True, ())


@pytest.mark.row("M1-01")
def test_every_single_changed_character_is_found() -> None:
    for place in range(18):
        for other in credit_code.ALPHABET:
            if other != FIRM[place]:
                assert not read_code(FIRM[:place] + other + FIRM[place + 1 :]).valid


def test_a_category_outside_the_standard_only_warns() -> None:
    found = read_code(credit_code_of("97410202", "MA3X0001"))
    assert (found.valid, found.warnings) == (True, (CodeNote.CATEGORY,))


def test_a_department_outside_the_standard_is_no_credit_code() -> None:
    found = read_code(credit_code_of("B1410202", "MA3X0001"))
    assert (found.kind, found.valid) == (CodeKind.UNKNOWN, False)


def test_an_ended_or_unknown_county_is_not_even_a_warning_and_an_unknown_province_is() -> None:
    assert read_code(credit_code_of("91410211", "MA3X0001")).warnings == ()
    assert read_code(credit_code_of("91990211", "MA3X0001")).warnings == (CodeNote.AREA,)


def test_a_wrong_organisation_code_inside_only_warns() -> None:
    wrong = "0" if credit_code.organisation_check_character("MA3X0001") != "0" else "1"
    first17 = "91410202MA3X0001" + wrong
    found = read_code(first17 + credit_code.uscc_check_character(first17))
    assert (found.valid, found.warnings) == (True, (CodeNote.EMBEDDED,))


@pytest.mark.row("M1-03")
@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (FIRM[:17], CodeNote.LENGTH),
        (FIRM + "1", CodeNote.LENGTH),
        (FIRM[:17] + ("1" if FIRM[17] != "1" else "2"), CodeNote.CHECK),
        ("91410202MA3X0I0Z1V", CodeNote.ALPHABET),
    ],
)
def test_a_wrong_credit_code_keeps_its_kind_and_says_what_is_wrong(code: str, problem: CodeNote) -> None:
    found = read_code(code)
    assert (found.kind, found.valid, found.problem) == (CodeKind.USCC, False, problem)
    assert found.value == code


@pytest.mark.row("M1-03")
def test_full_width_blanks_quotes_labels_and_other_scripts_are_normalised() -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in FIRM)
    spaced = "\u3000" + " ".join(FIRM) + "\ufeff"
    cyrillic = FIRM.replace("M", "М").replace("A", "А")
    for text in (
        wide,
        spaced,
        f"'{FIRM}",
        f'="{FIRM}"',
        f"统一社会信用代码：{FIRM}",
        f"{FIRM}（1-1）",
        cyrillic,
    ):
        assert text != FIRM
        assert read_code(text).value == FIRM
        assert read_code(text).valid


def test_look_alikes_are_repaired_only_into_a_code_that_passes_both_checks() -> None:
    repaired = read_code("914IO2O2MA3XOOOI" + FIRM[16:])
    assert (repaired.value, repaired.valid, repaired.warnings) == (FIRM, True, (CodeNote.REPAIRED,))
    assert not read_code("914IO2O2MA3XOOO2" + FIRM[16:]).valid


def test_words_around_a_code_are_put_aside() -> None:
    found = read_code(f"{FIRM}某某体验馆")
    assert (found.value, found.valid, found.warnings) == (FIRM, True, (CodeNote.REPAIRED,))


@pytest.mark.row("M1-02")
def test_the_15_digit_registration_number_is_checked() -> None:
    assert read_code("330200400065251").kind is CodeKind.REGISTRATION
    assert read_code("110108000000016").valid
    changed = read_code("330200400065252")
    assert (changed.valid, changed.value) == (False, "330200400065252")


@pytest.mark.row("M1-02")
def test_the_organisation_code_is_read_with_and_without_its_dash() -> None:
    nine = "MA3X0001" + credit_code.organisation_check_character("MA3X0001")
    for text in (nine, f"{nine[:8]}-{nine[8]}", f"{nine[:8]}－{nine[8]}".lower()):
        found = read_code(text)
        assert (found.kind, found.valid, found.value) == (CodeKind.ORGANISATION, True, nine)
    wrong = nine[:8] + ("1" if nine[8] != "1" else "2")
    assert read_code(wrong).problem is CodeNote.CHECK
    assert ids.organisation_code_of(FIRM) == FIRM[8:17]


@pytest.mark.row("M1-02")
def test_the_old_tax_number_is_an_area_and_an_organisation_code() -> None:
    tax = "410202" + "L0719637" + credit_code.organisation_check_character("L0719637")
    for text in (tax, tax + "00000"):
        found = read_code(text)
        assert (found.kind, found.valid, found.value) == (CodeKind.TAX, True, text)


def test_a_15_digit_number_that_passes_no_check_is_kept_as_unknown() -> None:
    found = read_code("410202999999990")
    assert (found.kind, found.valid, found.value) == (CodeKind.UNKNOWN, False, "410202999999990")


@pytest.mark.guard("G2")
@pytest.mark.parametrize(
    "text",
    [
        PERSON,
        PERSON.lower(),
        PERSON[:17] + ("1" if PERSON[17] != "1" else "2"),
        PERSON + "N0",
        PERSON + "01",
        "410202850312001",
        "410202850312001L0",
        PERSON[:6] + "********" + PERSON[14:],
        PERSON[:6] + "************",
        "410****0012",
        resident_id_of("91115619810803002"),
    ],
)
def test_a_resident_id_in_a_code_column_never_names_a_subject(text: str) -> None:
    found = read_code(text)
    assert found.kind is CodeKind.RESIDENT_ID
    assert not found.names_a_subject


def test_of_an_enterprise_code_and_its_operators_number_the_enterprise_code_is_taken() -> None:
    for text in (f"{FIRM}/410202********0012", f"{PERSON}、{FIRM}"):
        found = read_code(text)
        assert (found.kind, found.value, found.valid) == (CodeKind.USCC, FIRM, True)
    other = credit_code_of("91410203", "MA3X0002")
    assert not read_code(f"{FIRM},{other}").valid


@pytest.mark.row("M1-03")
@pytest.mark.parametrize(
    "text",
    [
        None,
        *[
            "",
            " ",
            "/",
            "无",
            "不详",
            "不祥",
            "暂无",
            "-",
            "——",
            "null",
            "NULL",
            "None",
            "0",
            "0.0",
            "00",
            "000000000000000",
            "00000000000000000X",
            "N/A",
            "\u3000",
        ],
    ],
)
def test_a_placeholder_is_no_code(text: str | None) -> None:
    found = read_code(text)
    assert (found.kind, found.valid, found.value) == (CodeKind.PLACEHOLDER, False, "")
    assert ids.is_placeholder(text)


def test_stars_alone_and_one_character_repeated_are_no_code() -> None:
    for text in ("*", "******", "*" * 18, "1" * 18, "9" * 15):
        assert read_code(text).kind is CodeKind.PLACEHOLDER


def test_a_number_that_a_spreadsheet_rounded_is_named_as_such() -> None:
    assert read_code("9.1410202E+17").problem is CodeNote.ROUNDED
    assert read_code("330200400065251.0").kind is CodeKind.REGISTRATION


def test_the_kind_of_subject_follows_from_the_first_two_characters() -> None:
    kinds = {
        pair: ids.subject_kind_of(pair + "410202")
        for pair in ("91", "92", "93", "51", "52", "11", "12", "N2")
    }
    assert kinds == {
        "91": "enterprise",
        "92": "sole_trader",
        "93": "cooperative",
        "51": "social_organisation",
        "52": "social_organisation",
        "11": "government",
        "12": "public_institution",
        "N2": "other",
    }
    assert ids.is_sole_trader(credit_code_of("92410202", "MA3X0001"))
    assert not ids.is_sole_trader(FIRM)


@given(st.text())
@settings(max_examples=300)
def test_reading_never_fails_and_a_problem_stands_exactly_where_the_code_is_not_valid(text: str) -> None:
    found = read_code(text)
    assert found.valid == (found.problem is None)
    assert found.raw == text
    if found.valid:
        assert read_code(found.value).kind is found.kind


@pytest.mark.row("M5-03")
def test_letters_that_no_code_has_are_read_as_the_digits_they_look_like() -> None:
    code = credit_code_of("91410200", "MA0X5120")
    typed = code.translate(str.maketrans("0125", "OIZS"))
    assert credit_code.codes_one_slip_away(typed)[0] == code
    assert code in credit_code.codes_one_slip_away(typed[:9] + ("X" if code[9] != "X" else "Y") + typed[10:])
    assert credit_code.codes_one_slip_away(code[:17] + "*") == []
    assert code not in credit_code.codes_one_slip_away(code), "what was typed is asked for before"


def _codes_in_bulk() -> list[str]:
    """Valid codes, valid codes with one changed character, resident IDs, and codes that are both."""
    chance = random.Random(20260401)
    signs = credit_code.ALPHABET
    found = ["", "0" * 18, "1" * 18, "A" * 18, "00000000000000000X"]
    for _ in range(1500):
        eight = "".join(chance.choice(signs) for _ in range(8))
        code = credit_code_of(
            chance.choice(["91410202", "92130102", "52320803", "N2411300", "97990211"]), eight
        )
        place = chance.randrange(18)
        found += [code, code[:place] + chance.choice(signs + "OIZSV*中") + code[place + 1 :]]
        area, day = chance.choice(["110101", "131124", "341181", "121119"]), chance.randrange(1, 29)
        digits = f"{area}19{chance.randrange(100):02d}{chance.randrange(1, 13):02d}{day:02d}{chance.randrange(1000):03d}"
        found += [resident_id_of(digits), digits + credit_code.uscc_check_character(digits)]
    return found


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    return connection


def _judged(engine: duckdb.DuckDBPyConnection, expression: str, values: list[str]) -> list[bool]:
    return [
        row[0]
        for row in engine.execute(
            f"SELECT {expression} FROM (SELECT unnest(?) AS v, unnest(?) AS n) ORDER BY n",
            [values, list(range(len(values)))],
        ).fetchall()
    ]


def test_set_wise_sql_agrees_with_the_reference_in_bulk(engine: duckdb.DuckDBPyConnection) -> None:
    values = _codes_in_bulk()
    expected = [read_code(value).kind is CodeKind.USCC and credit_code.is_uscc(value) for value in values]
    assert _judged(engine, ids.uscc_sql("v"), values) == expected
    assert _judged(engine, code_sql.resident_id_sql("v"), values) == [
        is_resident_id(value) for value in values
    ]
    both = [value for value in values if is_resident_id(value) and credit_code.is_uscc(value)]
    assert len(both) > 10


@given(st.lists(st.text(alphabet=credit_code.ALPHABET + "IOSVZ-*中", max_size=19), max_size=30))
@settings(max_examples=60)
def test_set_wise_sql_agrees_with_the_reference_for_any_text(values: list[str]) -> None:
    nines = [value[:9] for value in values]
    closed = [first17 + credit_code.ALPHABET[len(first17)] for first17 in values]
    with duckdb.connect() as engine:
        assert _judged(engine, ids.uscc_sql("v"), closed) == [credit_code.is_uscc(value) for value in closed]
        expected = [credit_code.is_organisation_code(value) for value in nines]
        assert _judged(engine, code_sql.organisation_sql("v"), nines) == expected


@given(st.lists(st.from_regex(r"[0-9]{14,16}", fullmatch=True), max_size=60))
@settings(max_examples=60)
def test_set_wise_registration_check_agrees_with_the_reference(values: list[str]) -> None:
    with duckdb.connect() as engine:
        expected = [credit_code.is_registration_number(value) for value in values]
        assert _judged(engine, code_sql.registration_sql("v"), values) == expected
