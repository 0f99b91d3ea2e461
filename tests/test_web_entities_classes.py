"""Pages by class: what each tells in a sentence and in sections, and what is not stated."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter
from xml.etree.ElementTree import Element

import httpx
import pytest

from byregion.namespaces import ID
from byregion.web import language
from byregion.web.entities_classes import GROUPS, LAYOUTS, Asked, Listed
from web_world import page_of, text_of

WORDS = language.read()["nb"]


def shown(client: httpx.Client, path: str, lang: str = "nb") -> Element:
    return page_of(client.get(f"/doc/{path}.html", params={"lang": lang}))


def section(page: Element, name: str) -> Element:
    found = [part for part in page.iter("section") if part.get("aria-labelledby") == name]
    assert len(found) == 1, (name, [part.get("aria-labelledby") for part in page.iter("section")])
    return found[0]


def things(part: Element) -> list[str]:
    return [text_of(link) for item in part.iter("li") for link in [item.find("a")] if link is not None]


def lead(page: Element) -> str:
    return text_of(next(item for item in page.iter("p") if item.get("class") == "lead"))


# --- The table --------------------------------------------------------------------------------------------------------


def keys() -> Iterator[str]:
    for layout in LAYOUTS.values():
        for options in layout.clauses:
            for key, places in options:
                yield f"about.{key}{'.other' if 'count' in dict(places) else ''}"
        if layout.map:
            yield f"where.{f'{layout.map.section}.other' if layout.map.section else 'own'}"
        for item in layout.sections:
            yield f"sections.{item.name}"
            for names in item.columns if isinstance(item, Asked) else ():
                yield f"columns.{names[0]}"
    yield from (f"entity.groups.{name}" for name in GROUPS)


def test_everything_in_the_table_has_words_and_all_those_words_are_for_something_in_it():
    wanted = set(keys())
    assert sorted(wanted - set(WORDS.strings)) == []
    grown = ("about.", "columns.", "entity.groups.")
    assert sorted(key for key in WORDS.strings if key.startswith(grown) and not key.endswith(".one")) == sorted(
        key for key in wanted if key.startswith(grown)
    )


def test_a_sentence_names_the_same_places_in_the_table_and_in_the_words():
    for layout in LAYOUTS.values():
        for key, places in (clause for options in layout.clauses for clause in options):
            form = f"about.{key}.other" if "count" in dict(places) else f"about.{key}"
            names = {name for _, name, _, _ in Formatter().parse(WORDS.strings[form]) if name}
            assert names <= set(dict(places))
            assert set(dict(places)) - names <= {"incomplete"}


def test_a_map_stands_in_a_section_of_its_page_or_has_one_of_its_own():
    for layout in LAYOUTS.values():
        names = {item.name for item in layout.sections}
        assert not layout.map or not layout.map.section or layout.map.section in names


def test_no_two_sections_of_a_page_have_the_same_name():
    for layout in LAYOUTS.values():
        names = [item.name for item in layout.sections]
        assert len(names) == len(set(names))


# --- A sentence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("region/midt-troms", "Samarbeid mellom 8 kommuner. Deltok i Byregionprogrammet, fase 2."),
        ("municipality/lenvik-1931", "Kommune som deltok i Midt-Troms."),
        ("municipality/senja-5421", "Kommune. Ingen av kildene her sier at den deltok i en byregion."),
        ("goal/midt-troms-vekstkraft", "Det overordnede målet for Midt-Troms; 4 mål skal bidra til det."),
        ("goal/midt-troms-utdanning", "Mål nummer 2 på listen til Midt-Troms. Skal bidra til målet: Økt vekstkraft."),
        ("advice/midt-troms-2", "Råd nummer 2 fra Midt-Troms til andre som vil samarbeide om regional utvikling."),
        ("measure-group/midt-troms-naeringsplan", "Minst 50 tiltak i Regional næringsplan for Midt-Troms, som kilden"),
        ("plan/midt-troms-naeringsplan", "Plan for Midt-Troms, vedtatt av 8 kommuner. Status: ferdigstilt, vedtatt."),
        ("source/midt-troms-page", "Hvor mye vi har av kilden: hele teksten."),
        (
            "observation/midt-troms-area",
            "Tall for Området til de åtte kommunene i Midt-Troms: areal 8206 kvadratkilometer.",
        ),
        ("participation/midt-troms-lenvik", "Lenvik deltok i Midt-Troms som søkerkommune."),
        ("programme/byregion-2", "Del av Byregionprogrammet, fra 2015 til 2018."),
        ("concept/youth-participation", "Begrep i listen temaer."),
        ("quote/midt-troms-rad-2", "Ordrett fra Distriktssenterets side om Midt-Troms."),
    ],
)
def test_a_page_says_in_a_sentence_what_it_is_about(client: httpx.Client, path: str, said: str):
    assert lead(shown(client, path)).startswith(said)


def test_a_sentence_is_in_the_readers_language(client: httpx.Client):
    assert lead(shown(client, "goal/midt-troms-vekstkraft", "nn")).startswith("Det overordna målet for Midt-Troms")
    assert lead(shown(client, "goal/midt-troms-vekstkraft", "en")).startswith("The overall goal of Midt-Troms; 4 goals")


# --- Sections ---------------------------------------------------------------------------------------------------------


def test_a_region_has_its_aim_above_its_goals_and_those_in_the_order_of_the_source(client: httpx.Client):
    goals = section(shown(client, "region/midt-troms"), "goals")
    assert things(goals)[:5] == [
        "Økt vekstkraft",
        "Tydelig næringsfokus",
        "Fokus på utdanning/kompetanse",
        "Fokus på rekrutterings-/integreringsstrategier",
        "Felles regional næringsplan",
    ]
    aim = goals.find("ul/li")
    assert aim is not None
    assert len(aim.findall("ul/li")) == 4
    assert text_of(goals.find("h2")) == "Mål 7"


def test_a_region_tells_that_its_measures_have_no_names_and_how_many_there_are_at_least(client: httpx.Client):
    measures = section(shown(client, "region/midt-troms"), "measures")
    assert text_of(measures.find("h2")).startswith("Tiltak minst 50")
    assert "Tiltakene er ikke navngitt i kilden." in text_of(measures)


def test_a_region_has_the_reason_under_each_advice(client: httpx.Client):
    advice = section(shown(client, "region/midt-troms"), "advice")
    second = [text_of(item) for item in advice.iter("li")][1]
    assert second.startswith("Unge må høres og ha reell medvirkning! begrunnelse Forskning viser at unge")


def test_a_region_has_its_municipalities_then_and_now(client: httpx.Client):
    part = section(shown(client, "region/midt-troms"), "participants")
    rows = [[text_of(cell) for cell in row] for row in part.iter("tr")]
    assert rows[0] == ["Kommune", "Rolle", "Nummer da", "I dag", "Folketall"]
    told = [row[:4] for row in rows]
    assert ["Lenvik", "søkerkommune", "1931 Lenvik", "5530 Senja"] in told
    assert ["Bardu", "samarbeidskommune", "1922 Bardu", "5520 Bardu"] in told
    assert len(rows) == 9


def test_a_figure_that_does_not_fit_has_its_note_and_a_reading_its_mark(client: httpx.Client):
    part = section(shown(client, "region/midt-troms"), "figures")
    area = next(text_of(row) for row in part.iter("tr") if "8206" in text_of(row))
    assert "landareal tolkning" in area
    assert "Ikke oppgitt i kilden" in area


def test_a_theme_has_the_advice_of_each_region_about_it(client: httpx.Client):
    advice = section(shown(client, "concept/youth-participation"), "advice")
    assert [text_of(item) for item in advice.iter("li")] == ["Unge må høres og ha reell medvirkning! Midt-Troms"]


def test_a_plan_has_its_measures_and_what_is_said_of_it(client: httpx.Client):
    page = shown(client, "plan/midt-troms-naeringsplan")
    assert things(section(page, "measures")) == ["Regionale tiltak i næringsplanen, ikke navngitt i kilden"]
    assert "Næringsplanen er ferdigstilt med eierskap" in things(section(page, "about"))


def test_what_points_here_as_our_reading_is_marked_and_says_why(client: httpx.Client):
    adopted = section(shown(client, "municipality/lenvik-1931"), "adopted")
    assert text_of(adopted.find("h2")) == "Planer som er vedtatt 1 tolkning"
    assert "Vår tolkning: Siden sier at planen er vedtatt i «alle 8 kommuner»" in text_of(adopted)


def test_names_that_we_translated_are_said_to_be_ours(client: httpx.Client):
    ours = "Some of the names are our translation."
    assert ours in text_of(section(shown(client, "region/midt-troms", "en"), "goals"))
    assert ours not in text_of(section(shown(client, "region/midt-troms"), "goals"))


def test_a_section_leads_to_the_same_as_data_and_to_all_of_its_kind(client: httpx.Client):
    goals = section(shown(client, "region/midt-troms"), "goals")
    links = {text_of(link): link.get("href") or "" for link in goals.iter("a")}
    table = client.get(links["Som tabell, CSV, Excel og JSON"], headers={"accept": "text/csv"})
    assert "Tydelig næringsfokus" in table.text
    assert links["Alle, fra alle regioner"].startswith("/doc/goal/")


def test_every_section_with_a_query_names_one_that_there_is_with_the_parameter_it_gives(client: httpx.Client):
    for layout in LAYOUTS.values():
        for item in layout.sections:
            name, parameter = item.query if isinstance(item, Listed) else item.link
            if name:
                entity = ID + ("concept/trust" if parameter == "theme" else "region/midt-troms")
                entity = ID + "municipality/lenvik-1931" if parameter == "municipality" else entity
                answer = client.get(f"/queries/{name}.csv", params={parameter: entity})
                assert answer.status_code == 200, (name, parameter)
