"""From tables to entities: every error by sheet and cell with what would do, ids made once, and what is left out."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from rdflib import Literal, URIRef

from byregion.config import LANGUAGES
from byregion.convert.workbook.cells import Fault
from byregion.convert.workbook.importing import errors
from byregion.convert.workbook.tables import Table
from byregion.namespaces import BR, CONCEPT, ID
from workbook_world import REGION, SOURCE, form, imported, said, settled, table, values

PARTICIPANTS = ["Id", "Gjelder kommune", "Rolle", "Kilde"]
GOALS = ["Id", "Navn (nb)", "Rekkefølge", "Tema", "Bidrar til", "Kilde"]


def participants(*rows: list[object]) -> list[Table]:
    return [REGION, SOURCE, table("Deltakere", PARTICIPANTS, *rows)]


def goals(*rows: list[object]) -> list[Table]:
    return [REGION, SOURCE, table("Mål", GOALS, *rows)]


def test_what_is_right_is_said_in_triples():
    found = settled(participants(["", "1924 Målselv", "samarbeidskommune", "Side"]))
    assert found.problems == []
    assert values(found.graphs.stated, ID["participation/midt-test-malselv"]) == {
        "type": {str(BR.Participation)},
        "municipality": {str(ID["municipality/malselv-1924"])},
        "region": {str(ID["region/midt-test"])},
        "role": {str(CONCEPT.partner)},
        "source": {str(ID["source/midt-test-side"])},
        "prefLabel": {"Målselv, samarbeidskommune i Midt-Test"},
    }
    assert values(found.graphs.translations, ID["participation/midt-test-malselv"]) == {
        "prefLabel": {"Målselv, samarbeidskommune i Midt-Test", "Målselv, partner municipality in Midt-Test"},
        "translatedInto": {"nn", "en"},
    }


def test_a_participation_that_is_named_is_called_that_and_nothing_else():
    sheet = table(
        "Deltakere", ["Navn (nb)", *PARTICIPANTS[1:]], ["Målselv er med", "1924", "samarbeidskommune", "Side"]
    )
    found = settled([REGION, SOURCE, sheet])
    assert values(found.graphs.stated, ID["participation/midt-test-malselv"])["prefLabel"] == {"Målselv er med"}
    assert len(found.graphs.translations) == 0


# --- Municipalities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", [1924, "1924", "Målselv", "målselv ", "1924 Målselv", "Målselv (1924)", "municipality:malselv-1924"]
)
def test_a_municipality_is_known_by_number_name_both_or_id(cell: object):
    found = imported(participants(["", cell, "samarbeidskommune", "Side"]))
    assert found.problems == []
    assert found.entries[-1].values(BR.municipality) == [ID["municipality/malselv-1924"]]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (1994, "1994 var ikke et kommunenummer i 2014–2018; mente du 1924 Målselv?"),
        ("1999 Målselv", "1999 var ikke et kommunenummer i 2014–2018; mente du 1924 Målselv?"),
        (5418, "5418 Målselv var ikke et kommunenummer i 2014–2018; mente du 1924 Målselv?"),
        ("5421", "5421 Senja var ikke et kommunenummer i 2014–2018; kommunen fantes ikke da. Skriv "
         "kommunen som den var."),
        ("Malselv", "«Malselv» er ikke blant det som kan stå her; mente du 1924 Målselv?"),
        ("1924 Lenvik", "«1924 Lenvik» er ikke blant det som kan stå her; mente du 1924 Målselv?"),
        ("Våler", "«Våler» kan være 0137 Våler / 0426 Våler. Skriv hvilken, slik det står her."),
        ("Atlantis", "«Atlantis» er ikke blant det som kan stå her."),
    ],
)  # fmt: skip
def test_a_municipality_that_was_none_is_told_with_what_would_do(cell: object, message: str):
    assert said(participants(["", cell, "samarbeidskommune", "Side"])) == [f"Deltakere!B2: {message}"]


def test_the_zero_that_excel_takes_away_is_given_back_and_told():
    found = settled(participants(["", 301, "søkerkommune", "Side"]))
    assert [str(note.place) for note in found.problems] == ["Deltakere!B2"]
    assert "lest som 0301 Oslo" in found.problems[0].message
    assert errors(found.problems) == []


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("nn", "Deltakere!B2: 5418 Målselv var ikkje eit kommunenummer i 2014–2018; meinte du 1924 Målselv?"),
        ("en", "Deltakere!B2: 5418 Målselv was no municipality number in 2014–2018; did you mean 1924 Målselv?"),
    ],
)
def test_messages_are_in_the_language_that_is_asked_for(language: str, message: str):
    assert said(participants(["", 5418, "samarbeidskommune", "Side"]), language) == [message]


# --- What the shapes say, by cell -------------------------------------------------------------------------------------


def test_what_is_missing_is_told_at_its_cell():
    assert said(participants(["", "1924", "", "Side"])) == [
        "Deltakere!C2: En deltakelse har nøyaktig én rolle, et begrep i scheme:roles."
    ]


def test_a_row_without_a_source_is_told_in_the_column_of_the_source():
    assert said(goals(["", "Vekst", 1, "", "", ""])) == [
        "Mål!F2: Alt har en kilde: et sitat (br:quote) eller et dokument (dcterms:source)."
    ]


def test_a_value_that_the_shapes_do_not_allow_is_told_at_its_cell():
    assert said(goals(["", "Vekst", 0, "", "", "Side"])) == ["Mål!C2: Rekkefølgen er ett heltall fra 1."]


def test_a_cell_that_is_not_understood_is_told_once():
    assert said(participants(["", "1924 Målselv", "deltaker", "Side"]))[0].startswith(
        "Deltakere!C2: «deltaker» er ikke"
    )
    assert len([line for line in said(participants(["", "1924", "deltaker", "Side"])) if "!C2" in line]) == 1


# --- Sheets and columns -----------------------------------------------------------------------------------------------


def only(tables: list[Table]) -> str:
    (line,) = said([REGION, SOURCE, *tables])
    return line


def test_a_sheet_or_a_column_that_is_not_known_is_an_error_with_the_nearest():
    assert only([table("Målene", GOALS, ["", "Vekst", 1, "", "", "Side"])]).startswith(
        "Målene: Det er ikke noe ark som heter «Målene»; mente du Mål?"
    )
    assert only([table("Mål", [*GOALS, "Temaer"], ["", "Vekst", 1, "", "", "Side", "vekst"])]).startswith(
        "Mål!G1: Det er ikke noen kolonne som heter «Temaer» på dette arket; mente du Tema?"
    )


def test_what_begins_with_a_number_sign_is_passed_over_and_that_is_told():
    line = only([table("Mål", [*GOALS, "# husk"], ["", "Vekst", 1, "", "", "Side", "ring Kari"])])
    assert line == "Mål!G1: Kolonnen «# husk» er ditt eget notat og er ikke lest."
    assert only([table("#kladd", ["hva", "som", "helst"])]).startswith("#kladd: Arket «#kladd» er ditt eget notat")


def test_a_hidden_sheet_is_told():
    assert "er skjult og er ikke lest" in only([Table("Mål", goals()[2].rows, hidden=True)])


def test_text_below_no_heading_is_an_error():
    assert only([table("Mål", GOALS, ["", "Vekst", 1, "", "", "Side", "løst"])]).startswith(
        "Mål!G2: Her er det tekst i"
    )


def test_a_sheet_without_headings_is_an_error():
    assert only([table("Mål", ["Vekst"], ["Tillit"])]).startswith("Mål!1: Arket har ingen rad med overskrifter.")


def test_headings_may_stand_below_a_title_in_any_language_with_stars_and_spaces():
    sheet = table("Goals", ["Våre mål"], [], [" name (nb) *", "SOURCE", "Tema"], ["Vekst", "Side", "vekst"])
    found = settled([REGION, SOURCE, sheet])
    assert found.problems == []
    assert values(found.graphs.stated, ID["goal/midt-test-vekst"])["theme"] == {str(CONCEPT.growth)}


def test_a_column_or_a_sheet_twice_is_an_error():
    assert only([table("Mål", [*GOALS, "Tema"], ["", "Vekst", 1, "", "", "Side"])]).startswith(
        "Mål!G1: Kolonnen «Tema»"
    )
    row = ["", "Vekst", 1, "", "", "Side"]
    assert any("to ganger" in line for line in said([*goals(row), table("goals", GOALS, row)]))


def test_a_workbook_without_rows_is_an_error():
    assert said([Table("Mål", [(1, GOALS)])]) == ["Mål: Arbeidsboken har ingen rader å lese. Fyll ut minst ett ark."]


# --- References -------------------------------------------------------------------------------------------------------


def test_rows_refer_by_name_or_id_and_several_by_semicolons():
    found = settled(
        goals(
            ["midt-test-vekst", "Vekst", 1, "tillit; næring", "", "Side"],
            ["", "Tillit", 2, "", "Vekst; goal:midt-test-vekst", "side"],
            ["", "Samarbeid", 3, "", "midt-test-vekst\nTillit", "midt-test-side"],
        )
    )
    assert found.problems == []
    told = values(found.graphs.stated, ID["goal/midt-test-samarbeid"])
    assert told["contributesTo"] == {str(ID["goal/midt-test-vekst"]), str(ID["goal/midt-test-tillit"])}
    assert values(found.graphs.stated, ID["goal/midt-test-vekst"])["theme"] == {
        str(CONCEPT.trust),
        str(CONCEPT.business),
    }


def test_a_name_that_two_rows_bear_must_be_written_as_an_id():
    tables = goals(
        ["a", "Vekst", 1, "", "", "Side"], ["b", "Vekst", 2, "", "", "Side"], ["", "X", 3, "", "Vekst", "Side"]
    )
    assert said(tables) == ["Mål!E4: «Vekst» kan være goal:a / goal:b. Skriv hvilken, slik det står her."]


def test_the_region_may_be_empty_where_there_is_one_and_not_where_there_are_two():
    two = table("Regioner", *[row for _, row in REGION.rows], ["", "Andre", "", "Side"])
    (line,) = said([two, SOURCE, goals(["", "Vekst", 1, "", "", "Side"])[2]])
    assert line == "Mål!2 (Gjelder region): Regionen er tom, og arket Regioner har 2 rader. Skriv hvilken."


# --- Ids --------------------------------------------------------------------------------------------------------------


def test_an_id_is_made_of_the_region_and_the_words_and_is_always_the_same():
    rows = [["", "Økt vekst på sjø og land", 1, "", "", "Side"], ["", "Økt vekst på sjø og land", 2, "", "", "Side"]]
    made = [str(entry.iri).rpartition("/")[2] for entry in imported(goals(*rows)).made]
    assert made == [
        *("midt-test", "midt-test-side"),
        *("midt-test-okt-vekst-pa-sjo-og-land", "midt-test-okt-vekst-pa-sjo-og-land-2"),
    ]
    assert made == [str(entry.iri).rpartition("/")[2] for entry in imported(goals(*rows), "en").made]


def test_an_id_that_is_made_makes_way_for_those_that_are_given():
    rows = [["", "Vekst", 1, "", "", "Side"], ["midt-test-vekst", "Tillit", 2, "", "", "Side"]]
    assert [str(entry.iri).rpartition("/")[2] for entry in imported(goals(*rows)).entries[2:]] == [
        *("midt-test-vekst-2", "midt-test-vekst"),
    ]


def test_an_id_is_a_few_whole_words():
    words = "Et langt mål med svært mange ord som ingen vil ha i en adresse fordi den blir lang"
    made = imported(goals(["", words, 1, "", "", "Side"])).made[-1].iri
    assert made == ID["goal/midt-test-et-langt-mal-med-svaert-mange-ord-som-ingen-vil"]


def test_a_name_without_a_letter_that_an_address_can_hold_still_gets_an_id():
    assert imported(goals(["", "…", 1, "", "", "Side"])).made[-1].iri == ID["goal/midt-test-goal"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("Økt vekst", "«Økt vekst» er ingen id for dette arket. Skriv for eksempel okt-vekst"),
        ("plan:a", "«plan:a» er ingen id for dette arket. Skriv for eksempel a "),
    ],
)
def test_an_id_that_is_none_is_told_with_one_that_would_do(cell: str, message: str):
    assert said(goals([cell, "Vekst", 1, "", "", "Side"]))[0].startswith(f"Mål!A2: {message}")


def test_two_rows_cannot_have_one_id():
    (line,) = said(goals(["a", "Vekst", 1, "", "", "Side"], ["a", "Tillit", 2, "", "", "Side"]))
    assert line == "Mål!A3: Id-en a står også i Mål!A2. To ting kan ikke ha samme id; tøm den ene cellen."


def test_a_row_has_a_name_or_an_id_and_more_than_an_id():
    assert said(goals(["", "", 1, "", "", "Side"])) == ["Mål!A2: Raden har verken id eller navn. Skriv navnet."]
    assert said(goals(["a", "", "", "", "", ""]))[0].startswith("Mål!A2: Raden har en id, men ingenting annet.")


# --- Keeping what is valid --------------------------------------------------------------------------------------------


def test_what_has_an_error_is_left_out_whole_with_what_refers_to_it():
    found = settled(
        goals(
            ["a", "Vekst", "mange", "", "", "Side"],
            ["b", "Tillit", 2, "", "a", "Side"],
            ["c", "Samarbeid", 3, "", "b", "Side"],
            ["d", "Næring", 4, "", "", "Side"],
            ["e", "Utdanning", 0, "", "", "Side"],
        ),
        keep_valid=True,
    )
    assert {thing for thing, _, cls in found.graphs.stated if cls == BR.Goal} == {ID["goal/d"]}
    assert [f"{problem.place}: {problem.message}" for problem in found.dropped] == [
        "Mål!2: Raden er ikke tatt med: 1 feil.",
        "Mål!3: Raden er ikke tatt med: den viser til Mål!2, som ikke er tatt med.",
        "Mål!4: Raden er ikke tatt med: den viser til Mål!3, som ikke er tatt med.",
        "Mål!6: Raden er ikke tatt med: 1 feil.",
    ]
    assert [str(problem.place) for problem in errors(found.problems)] == ["Mål!C2", "Mål!C6"]


# --- Words ------------------------------------------------------------------------------------------------------------


def keys(told: dict[str, object], above: str = "") -> set[str]:
    return {
        key
        for name, value in told.items()
        for key in (keys(value, f"{above}{name}.") if isinstance(value, dict) else {above + name})
    }


def test_the_three_languages_have_the_same_words_with_the_same_places_in_them():
    told = {
        language: tomllib.loads((files("byregion.convert.workbook") / "words" / f"{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    }
    first, *others = map(keys, told.values())
    assert all(first == other for other in others)
    for part in ("messages", "files", "done"):
        for key, text in told["nb"][part].items():
            places = set(_places(text))
            assert all(set(_places(told[language][part][key])) == places for language in LANGUAGES), key


def _places(text: str) -> list[str]:
    import string

    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_sheets_and_no_two_columns_of_a_sheet_are_called_the_same(language: str):
    words = form(language).words
    names = [words.sheet(sheet) for sheet in form().sheets]
    assert len(set(names)) == len(names)
    for sheet in form().sheets:
        headings = [words.heading(column) for column in sheet.columns]
        assert len(set(headings)) == len(headings), headings
        assert all(":" not in heading for heading in headings), "a term has no words"


def test_no_heading_means_another_column_in_another_language():
    for sheet in form().sheets:
        meant: dict[str, object] = {}
        for language in LANGUAGES:
            for column in sheet.columns:
                assert meant.setdefault(form(language).words.heading(column).lower(), column) is column


def test_a_fault_of_a_reader_is_told_at_its_cell():
    assert said(goals(["", Fault("formula"), 1, "", "", "Side"]))[0].startswith("Mål!B2: Formelen i cellen har ingen")


def test_a_literal_is_as_the_files_have_it():
    found = settled(goals(["", "Vekst", 1, "", "", "Side"])).graphs.stated
    goal = URIRef(ID["goal/midt-test-vekst"])
    assert {(goal, BR.order, Literal(1)), (goal, BR.paraphrase, Literal(True))} <= found


def test_every_sentence_is_said_somewhere():
    package = files("byregion.convert.workbook")
    code = "".join(item.read_text("utf-8") for item in package.iterdir() if item.name.endswith(".py"))
    code += (files("byregion.cli") / "import.py").read_text("utf-8")
    told = tomllib.loads((package / "words" / "nb.toml").read_text("utf-8"))
    for part in ("own", "what", "guide", "messages", "files", "done"):
        assert [key for key in told[part] if f'"{key}"' not in code] == [], part
