"""The server does what its description says: asked what may be asked, and what may not, it answers as is told there.

Schemathesis makes the requests from /openapi.json, the same ones in every run, and holds each answer to it: status,
media type, headers, JSON by its schema; no answer is a failure of the server.
"""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.schemas import BaseSchema

from byregion import openapi, queries
from byregion.assets import folder
from test_openapi import SERVICE
from web_world import wait_for_edition

# The names of operations do not depend on the server, so that each is a test of its own.
OPERATIONS = [
    (path, method)
    for path, item in openapi.document(SERVICE, queries.read_all(folder("queries")), "en")["paths"].items()
    for method in item
]
# The named queries are many and alike.
EXAMPLES = {path: 4 if path.startswith("/queries/") else 8 for path, _ in OPERATIONS}
REGION = "https://w3id.org/byregion/id/region/midt-troms"
IRIS = [REGION, "region/midt-troms", "region:midt-troms", "municipality/lenvik-1931", "advice:midt-troms-1", "urn:x:y"]
IRIS += ["https://example.test/Målselv?a=b#c", "concept/tillit", "region/there-is-none"]
SPARQL = [
    "SELECT ?s WHERE { ?s a <https://w3id.org/byregion/def#Goal> } ORDER BY ?s",
    "ASK { ?s ?p ?o }",
    "CONSTRUCT WHERE { <https://w3id.org/byregion/id/region/midt-troms> ?p ?o }",
    "DESCRIBE <https://w3id.org/byregion/id/region/midt-troms>",
]
BATCHES = [
    "{}",
    '{"q0": {"query": "Lenvik"}}',
    '{"q": {"query": "1931", "properties": [{"pid": "date", "v": "2016"}]}}',
]
EXTENSIONS = ['{"ids": ["region/midt-troms", "none"], "properties": [{"id": "theme"}, {"id": "name"}]}']
# A small site map has no parts, and what is published without a store on disk no history and no earlier revisions.
NOT_THERE = ["/sitemap-{number}.xml", "/changes", "/changes/{name}", "/timemap/doc/{kind}/{name}", "/timemap/graphs"]
# What is sent there by chance is no workbook.
TAKES_FILES = ["/quality/workbook"]
# Where there is a query, no form begins with an example; and the list of graphs is at another address.
WITHOUT_EFFECT = {"/sparql": {"example"}, "/graphs": {"format"}}
THINGS = [("region", "midt-troms"), ("goal", "midt-troms-utdanning"), ("quote", "midt-troms-areal"), ("goal", "none")]


@pytest.fixture(scope="module")
def api(app: Flask) -> BaseSchema:
    """What the server says of itself; values that the description can only call by a name are drawn from real ones."""
    wait_for_edition(app)
    schemathesis.openapi.format("iri-reference", st.sampled_from(IRIS))
    schemathesis.openapi.format("sparql", st.sampled_from(SPARQL))
    schemathesis.openapi.format("reconcile-batch", st.sampled_from(BATCHES))
    schemathesis.openapi.format("reconcile-extension", st.sampled_from(EXTENSIONS))
    schemathesis.openapi.format("reconcile-id", st.sampled_from(IRIS))
    # The requests are the same whatever the code of the server says.
    config = SchemathesisConfig.from_dict({"analysis": {"constants": {"enabled": False}}})
    return schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)


def ask(api: BaseSchema, path: str, method: str, mode: GenerationMode, seen: list[int]) -> None:
    """Ask for a resource in many ways, and hold every answer to the description."""
    operation = api[path][method.upper()]

    @settings(
        max_examples=EXAMPLES[path],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(operation.as_strategy(generation_mode=mode), st.booleans(), st.sampled_from(THINGS))
    def hold(case: Case, is_plain: bool, thing: tuple[str, str]) -> None:
        if is_plain and mode == GenerationMode.POSITIVE:
            make_answerable(case, thing)
        response = case.call()
        seen.append(response.status_code)
        try:
            case.validate_response(response)
        except* RejectedPositiveData:
            assert path in TAKES_FILES or is_told_otherwise(response), response.text
        except* AcceptedNegativeData:
            # An empty list or object is written as nothing, or under other names.
            empty = any(isinstance(value, dict | list) for value in case.query.values())
            assert empty or WITHOUT_EFFECT.get(path, set()) & set(case.query), case.query

    hold()


def make_answerable(case: Case, thing: tuple[str, str]) -> None:
    """Take away what hardly ever names anything: pages after the last, revisions that never were, things by chance."""
    for name in ("page", "revision", "wording"):
        case.query.pop(name, None)
    real = {"kind": thing[0], "name": thing[1], "version": "0.1.0", "dataset": "midt-troms", "part": "stated"}
    real |= {"file": "midt-troms.csv.zip", "what": "entity"}
    real |= {"group": "classes", "term": "Region", "shape": "Region", "operation": "participants"}
    if case.path.startswith("/quality/missing"):
        case.query.pop("dataset", None)
    if case.path.startswith("/reconcile/") and "id" in case.query:
        case.query["id"] = "region/midt-troms"
    for name in set(real) & set(case.path_parameters):
        case.path_parameters[name] = real[name]


def is_told_otherwise(response: Response) -> bool:
    """Whether a refused request broke what a schema cannot say: which formats go with which form of a query.

    Or which parameters of the reconciliation API exclude each other, or that what is compared is no region, what is
    asked about no dataset, and as data no municipality is none.
    """
    formats = ("there is no format ", "the request holds queries and extend")
    regions = ("there is no region ", "name each as region=", "parameter region is ")
    others = ("there is no dataset ", "say which as name=")
    return any(told in response.text for told in (*formats, *regions, *others))


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_may_be_asked_is_answered_as_described(api: BaseSchema, path: str, method: str):
    seen: list[int] = []
    ask(api, path, method, GenerationMode.POSITIVE, seen)
    assert min(seen) < 400 or path in NOT_THERE or path in TAKES_FILES


@pytest.mark.parametrize(("path", "method"), [item for item in OPERATIONS if not item[0].startswith("/health")])
def test_what_may_not_be_asked_is_refused_as_described(api: BaseSchema, path: str, method: str):
    seen: list[int] = []
    ask(api, path, method, GenerationMode.NEGATIVE, seen)
    assert 400 <= max(seen) < 500


def test_an_answer_that_is_not_as_described_is_noticed(api: BaseSchema, app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.view_functions, "home.health", lambda: {"status": "well"})
    with pytest.raises(BaseException, match=r"status|revision|schema"):
        ask(api, "/health", "get", GenerationMode.POSITIVE, [])
