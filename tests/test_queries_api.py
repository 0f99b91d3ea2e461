"""The named queries for programs and spreadsheets: pages, workbooks, snippets, and themselves as RDF."""

from __future__ import annotations

import csv
import io

import httpx
import openpyxl
import pytest
from rdflib import RDF, SH
from rdflib.compare import isomorphic

from byregion import executable, paging, queries
from byregion.assets import folder
from byregion.convert import tabular
from byregion.web import pages
from web_world import BROWSER, graph_of, page_of, text_of

QUERIES = queries.read_all(folder("queries"))
TABLES = [query for query in QUERIES if query.form == "SELECT"]
LISTED = "/queries/counts-by-class"


def links(response: httpx.Response) -> dict[str, str]:
    """Where the Link headers lead, by relation; of the alternates, the last."""
    found = {}
    for value in response.headers.get_list("link"):
        address, _, parameters = value.partition("; ")
        found[parameters.partition(";")[0].removeprefix("rel=").strip('"')] = address.strip("<>")
    return found


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_following_next_from_the_first_page_gives_the_whole_answer(client: httpx.Client):
    whole = rows(client.get(f"{LISTED}.csv"))
    response = client.get(f"{LISTED}.csv", params={"page-size": "10"})
    found, turned = rows(response), 0
    while "next" in links(response):
        response = client.get(links(response)["next"])
        found += rows(response)
        turned += 1
    assert len(whole) > 20
    assert found == whole
    assert turned == -(-len(whole) // 10) - 1
    assert links(response)["last"] == links(client.get(f"{LISTED}.csv", params={"page-size": "10"}))["last"]


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "tsv", "xlsx", "excel-csv", "html", "rq"])
def test_a_page_leads_to_the_others_in_its_own_format(client: httpx.Client, suffix: str):
    response = client.get(f"{LISTED}.{suffix}", params={"page": "2", "page-size": "5", "language": "nn"})
    found = links(response)
    assert {"first", "prev", "next", "last"} <= set(found)
    for name, number in (("first", 1), ("prev", 1), ("next", 3)):
        assert found[name] == f"{LISTED}.{suffix}?language=nn&page={number}&page-size=5"
    for address in (found["first"], found["last"]):
        other = client.get(address)
        assert other.status_code == 200
        assert other.headers["content-type"] == response.headers["content-type"]
    assert {"prev", "next"} - set(links(client.get(found["first"]))) == {"prev"}
    assert {"prev", "next"} - set(links(client.get(found["last"]))) == {"next"}


def test_the_format_that_a_client_was_given_stays_the_same_on_the_other_pages(client: httpx.Client):
    response = client.get(LISTED, params={"page": "1", "page-size": "5"}, headers={"accept": "text/csv"})
    assert links(response)["next"].startswith(f"{LISTED}.csv?")


def test_without_a_page_an_answer_is_whole_and_has_no_other_pages(client: httpx.Client):
    response = client.get(f"{LISTED}.csv")
    assert not {"first", "prev", "next", "last"} & set(links(response))
    assert len(rows(response)) == len(rows(client.get(f"{LISTED}.csv", params={"page": "1"})))


def test_an_empty_answer_has_one_page(client: httpx.Client):
    response = client.get("/queries/participants.csv", params={"region": "region/none", "page": "1"})
    assert rows(response) == []
    assert set(links(response)) & {"first", "prev", "next", "last"} == {"first", "last"}


def test_in_a_browser_a_long_answer_is_shown_in_pages_that_lead_to_each_other(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pages, "SIZE", 10)
    total = len(rows(client.get(f"{LISTED}.csv")))
    page = page_of(client.get(LISTED, params={"lang": "en"}, headers=BROWSER))
    assert f"1–10 of {total}" in text_of(page.find(".//section[@aria-labelledby='answer']"))
    assert len(list(page.iter("tr"))) == 11
    turn = {link.get("rel"): link.get("href") or "" for link in page.iter("a") if link.get("rel") in ("prev", "next")}
    assert set(turn) == {"next"}
    after = page_of(client.get(turn["next"], headers=BROWSER))
    assert f"11–20 of {total}" in text_of(after.find(".//section[@aria-labelledby='answer']"))
    assert {link.get("rel") for link in after.iter("a")} >= {"prev", "next"}
    # What is taken away is the whole answer.
    whole = [link.get("href") or "" for link in after.iter("a") if ".csv?" in (link.get("href") or "")]
    assert len(rows(client.get(whole[0]))) == total


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({"page": "0"}, 400, "from 1 to"),
        ({"page": "two"}, 400, "from 1 to"),
        ({"page": "-1"}, 400, "from 1 to"),
        ({"page-size": "1001"}, 400, "from 1 to 1000"),
        ({"page-size": ""}, 400, "from 1 to 1000"),
        ({"page": "99"}, 404, "the last is"),
    ],
)
def test_a_page_that_there_is_not_is_refused(client: httpx.Client, params: dict[str, str], status: int, said: str):
    response = client.get(f"{LISTED}.json", params=params)
    assert response.status_code == status
    assert said in response.json()["detail"]


def test_a_graph_has_no_pages(client: httpx.Client):
    response = client.get("/queries/everything-about-municipality.ttl", params={"page": "1"})
    assert response.status_code == 400
    assert "only tables have pages" in response.json()["detail"]


# --- Spreadsheets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", TABLES, ids=lambda query: query.name)
def test_every_table_is_to_be_had_as_a_workbook_that_holds_the_answer(client: httpx.Client, query: queries.NamedQuery):
    response = client.get(f"/queries/{query.name}.xlsx", params={"lang": "nn"})
    assert response.status_code == 200
    assert response.headers["content-type"] == tabular.XLSX
    assert response.headers["content-disposition"] == f'attachment; filename="{query.name}.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["Svar", "Om svaret"]
    header, *cells = [[cell.value for cell in row] for row in book["Svar"].rows]
    assert tuple(header) == paging.columns(query.text)
    plain = list(csv.reader(io.StringIO(client.get(f"/queries/{query.name}.csv").text, newline="")))
    assert [[as_csv(value) for value in row] for row in cells] == [[plainly(text) for text in row] for row in plain[1:]]
    told = {row[0].value: row[1].value for row in book["Om svaret"].rows}
    assert told["Spørsmål"] == query.titles["nn"]
    assert str(told["Adresse"]).startswith(f"http://127.0.0.1:8080/queries/{query.name}.xlsx")
    assert told["Revisjon"] == client.get("/health").json()["revision"]


def as_csv(value: object) -> str:
    """A cell as the standard's CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = getattr(value, "isoformat", lambda: str(value))()
    return plainly(str(text).removesuffix("T00:00:00"))


def plainly(text: str) -> str:
    """A number without the zeros that its value does without."""
    return text.rstrip("0").rstrip(".") if text.replace(".", "", 1).isdecimal() and "." in text else text


def test_numbers_and_days_are_such_and_municipality_numbers_are_text(client: httpx.Client):
    def first(name: str) -> dict[object, object]:
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/queries/{name}.xlsx").content))
        header, row = list(book["Svar"].rows)[:2]
        return {title.value: (cell.value, cell.data_type) for title, cell in zip(header, row, strict=True)}

    assert first("municipality-today")["number"] == ("1922", "s")
    assert first("changes-between")["date"][1] == "d"  # type: ignore[index]
    assert first("counts-by-class")["entities"][1] == "n"  # type: ignore[index]


def test_csv_for_norwegian_excel_differs_from_the_standards(client: httpx.Client):
    response = client.get("/queries/municipality-today.excel-csv", headers=BROWSER)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="municipality-today.csv"'
    assert response.content.startswith("\ufeffnumber;numberToday;municipality;name;lat;long\r\n".encode())
    assert '"=""1931""";"=""5530""";' in response.text
    plain = client.get("/queries/municipality-today", headers={"accept": "text/csv"})
    assert plain.text.startswith("number,numberToday,municipality,name,lat,long\r\n1922,")


def test_what_a_reader_wrote_is_no_formula_in_what_she_takes_away(client: httpx.Client):
    params = {"words": "=1+1", "format": "xlsx", "lang": "en"}
    response = client.get("/queries/sentences-with-words", params=params)
    about = openpyxl.load_workbook(io.BytesIO(response.content))["About"]
    cells = [cell for row in about.rows for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]
    query = 'SELECT ?x WHERE { VALUES ?x { "=1+1" "+1" "@a" } } ORDER BY ?x'
    book = openpyxl.load_workbook(io.BytesIO(client.get("/sparql", params={"query": query, "format": "xlsx"}).content))
    assert {cell.data_type for row in book["Svar"].rows for cell in row} == {"s"}
    text = client.get("/sparql", params={"query": query, "format": "excel-csv"}).text
    assert text == '\ufeffx\r\n"=""+1"""\r\n\'=1+1\r\n\'@a\r\n'


def test_a_workbook_is_in_the_language_of_the_request_and_says_so(client: httpx.Client):
    response = client.get("/queries/participants.xlsx", headers={"accept-language": "en"})
    assert openpyxl.load_workbook(io.BytesIO(response.content)).sheetnames == ["Answer", "About"]
    assert "Accept-Language" in response.headers["vary"]
    again = client.get("/queries/participants.xlsx", headers={"accept-language": "en"})
    assert again.content == response.content


def test_only_tables_are_to_be_had_for_spreadsheets(client: httpx.Client):
    assert client.get("/queries/everything-about-municipality.xlsx").status_code == 404
    ask = {"query": "ASK { ?s ?p ?o }", "format": "xlsx"}
    assert client.get("/sparql", params=ask).status_code == 400


# --- As RDF -----------------------------------------------------------------------------------------------------------

GRAPHS = {
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


@pytest.mark.parametrize("address", ["/queries", "/queries/participants/about"])
@pytest.mark.parametrize(("suffix", "content_type"), GRAPHS.items())
def test_the_queries_themselves_are_to_be_had_as_rdf(
    client: httpx.Client, address: str, suffix: str, content_type: str
):
    by_suffix = client.get(f"{address}.{suffix}", headers=BROWSER)
    by_accept = client.get(address, headers={"accept": content_type.partition(";")[0]})
    by_format = client.get(address, params={"format": suffix}, headers=BROWSER)
    assert by_suffix.headers["content-type"] == content_type
    assert by_suffix.content == by_accept.content == by_format.content
    assert isomorphic(graph_of(by_suffix), graph_of(client.get(f"{address}.ttl")))
    assert len(set(graph_of(by_suffix).subjects(RDF.type, SH.SPARQLExecutable))) in (1, len(QUERIES))


def test_an_answer_says_where_its_query_is_described_and_the_description_what_it_is_of(client: httpx.Client):
    about = links(client.get("/queries/participants", headers=BROWSER))["describedby"]
    response = client.get(about)
    assert links(response)["describes"] == "https://w3id.org/byregion/queries/participants"
    assert (executable.iri("participants"), RDF.type, SH.SPARQLSelectExecutable) in graph_of(response)
    assert client.get("/queries/participant/about").status_code == 404


def test_a_description_is_known_again_until_it_changes(client: httpx.Client):
    first = client.get("/queries.ttl")
    assert client.get("/queries.ttl", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    tags = [client.get(f"/queries.{suffix}").headers["etag"] for suffix in (*GRAPHS, "html")]
    tags.append(client.get("/queries/participants/about.ttl").headers["etag"])
    assert len(set(tags)) == len(tags)


def test_what_the_queries_are_not_to_be_had_as_is_not_there(client: httpx.Client):
    assert client.get("/queries.pdf").status_code == 404
    assert client.get("/queries", headers={"accept": "image/png"}).status_code == 406
    assert client.get("/queries/participants/about", headers={"accept": "text/csv"}).status_code == 406
