"""The tests that are exchanges over HTTP: the SPARQL Protocol, the Graph Store Protocol and the service description.

Their requests and answers are data (protocol.yaml, graph-store.yaml, service-description.yaml); this module plays them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
import yaml
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from . import answers
from .endpoint import Endpoint, Wrong, told
from .suite import Entry

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
TURTLE: Final = "text/turtle"
GRAPH_STORE: Final = "sparql11/http-rdf-update"
"""The folder of the Graph Store Protocol's tests: in 2012 a text, and no manifest."""

_HERE: Final = Path(__file__).resolve().parent
_FORM: Final = "application/x-www-form-urlencoded"
_BOUNDARY: Final = "part-of-a-graph"

Step = dict[str, Any]
"""One request and what its answer has to be, as the YAML files say them."""


def _data(name: str) -> dict[str, Any]:
    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))


_PROTOCOL: Final = _data("protocol.yaml")
_STORE: Final = _data("graph-store.yaml")
_VOCABULARY: Final = _data("service-description.yaml")


def graph_store_entries() -> tuple[Entry, ...]:
    """The Graph Store Protocol's tests, as entries like those of the manifests."""
    return tuple(Entry(GRAPH_STORE, name, "GraphStoreProtocolTest") for name in _STORE["tests"])


def judge(entry: Entry, endpoint: Endpoint) -> None:
    """Judge one exchange. Raises Wrong with the request and the answer, KeyError where the entry has none here."""
    match entry.kind:
        case "ProtocolTest":
            _protocol(_PROTOCOL["tests"][entry.name], endpoint)
        case "GraphStoreProtocolTest":
            _graph_store(_STORE["tests"][entry.name], endpoint)
        case "ServiceDescriptionTest":
            _described(entry.name, endpoint)
        case _:
            raise ValueError(f"{entry.id} is no exchange but a {entry.kind}")


def _require(condition: bool, what: str, answer: httpx.Response) -> None:
    if not condition:
        raise Wrong(f"{what}: {told(answer)}")


def _media_type(answer: httpx.Response) -> str:
    return answer.headers.get("content-type", "").partition(";")[0]


def _empty(endpoint: Endpoint) -> None:
    answer = endpoint.update(b"DROP ALL")
    _require(answer.is_success, "the server would not be emptied", answer)


# --- SPARQL Protocol --------------------------------------------------------------------------------------------------


def _protocol(steps: list[Step], endpoint: Endpoint) -> None:
    _empty(endpoint)
    for name in _PROTOCOL["held"]:
        url, triple = f"{endpoint.graphs_url}?graph={quote(name, safe='')}", f"<{name}> a <urn:w3c:Document> ."
        answer = endpoint.request("PUT", url, body=triple.encode(), headers={"content-type": TURTLE})
        _require(answer.is_success, "a graph was not taken", answer)
    for step in steps:
        answer = _asked(step, endpoint)
        right = answer.is_success if step["status"] == "success" else answer.is_client_error
        _require(right, f"not a {step['status']}", answer)
        if "answer" in step:
            _answered(step["answer"], answer)


def _asked(step: Step, endpoint: Endpoint) -> httpx.Response:
    """Send what a step says, and no header that it does not say."""
    url = endpoint.update_url if step["to"] == "update" else endpoint.query_url
    if "parameters" in step:
        url += "?" + urlencode([tuple(pair) for pair in step["parameters"]], quote_via=quote)
    if "form" in step:
        form = urlencode([tuple(pair) for pair in step["form"]])
        return endpoint.request("POST", url, body=form.encode(), headers={"content-type": _FORM})
    body = step.get("body", "").encode(step.get("charset", "utf-8"))
    headers = {"content-type": step["type"]} if "type" in step else {}
    return endpoint.request(step["method"], url, body=body, headers=headers)


def _answered(expected: object, answer: httpx.Response) -> None:
    """Whether a body is of the kind that a step expects, in a media type of that kind."""
    try:
        given = answers.read(answer.content, _media_type(answer))
    except (ValueError, KeyError) as error:
        raise Wrong(f"the answer cannot be read ({error}): {told(answer)}") from error
    kinds = {True: bool, "boolean": bool, "rdf": Graph}
    _require(isinstance(given, kinds.get(expected, answers.Solutions)), f"not {expected}", answer)
    if expected is True:
        _require(given is True, "not true", answer)
    if expected == "absolute-iri":
        assert isinstance(given, answers.Solutions)
        terms = [term for row in given.rows for term in row.values()]
        absolute = len(terms) == 1 and isinstance(terms[0], URIRef) and bool(urlsplit(terms[0]).scheme)
        _require(absolute, "not one absolute IRI", answer)


# --- Graph Store Protocol ---------------------------------------------------------------------------------------------


def _graph_store(steps: list[Step], endpoint: Endpoint) -> None:
    _empty(endpoint)
    made = ""
    for step in steps:
        url = endpoint.graphs_url + step["at"].format(store=endpoint.graphs_url, made=quote(made, safe=""))
        body, headers = _sent(step)
        if step["method"] == "HEAD":
            answer = _head(url)
        else:
            answer = endpoint.request(step["method"], url, body=body, headers=headers)
        _require(answer.status_code in step["status"], f"not {step['status']}", answer)
        if "type" in step:
            _require(_media_type(answer) == step["type"], f"not {step['type']}", answer)
        if step.get("makes"):
            made = str(httpx.URL(url).join(answer.headers.get("location", "")))
            _require("location" in answer.headers, "no Location", answer)
        if "graph" in step:
            _require(_media_type(answer) == TURTLE, "not Turtle", answer)
            expected, given = (answers.graph(text, TURTLE, url) for text in (step["graph"].encode(), answer.content))
            _require(isomorphic(expected, given), f"not the graph {step['graph']}", answer)


def _head(url: str) -> httpx.Response:
    """The answer to HEAD, on a connection of its own: a body is told by the next answer, which it spoils."""
    with httpx.Client(headers={"accept": TURTLE}) as client:
        answer = client.head(url)
        try:
            client.head(url)
        except httpx.RemoteProtocolError as error:
            raise Wrong(f"an answer to HEAD has a body ({error}): {told(answer)}") from error
    return answer


def _sent(step: Step) -> tuple[bytes, dict[str, str]]:
    """The body of a step and its headers: a graph, several as the parts of a form, or a wish for Turtle."""
    if "parts" in step:
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="graph{number}"; filename="{number}.ttl"\r\n'
            f"Content-Type: {TURTLE}; charset=utf-8\r\n\r\n{text}\r\n"
            for number, text in enumerate(step["parts"])
        ]
        body = "".join(parts) + f"--{_BOUNDARY}--\r\n"
        return body.encode(), {"content-type": f"multipart/form-data; boundary={_BOUNDARY}"}
    if "body" in step:
        return step["body"].encode(), {"content-type": f"{TURTLE}; charset=utf-8"}
    return b"", {"accept": TURTLE}


# --- Service description ----------------------------------------------------------------------------------------------


def _described(name: str, endpoint: Endpoint) -> None:
    answer = endpoint.client.get(endpoint.query_url, headers={"accept": TURTLE})
    _require(answer.is_success, "no service description", answer)
    try:
        said = answers.read(answer.content, _media_type(answer), endpoint.query_url)
    except ValueError as error:
        raise Wrong(f"the service description is not RDF ({error}): {told(answer)}") from error
    _require(isinstance(said, Graph) and bool(said), "the service description is not RDF", answer)
    assert isinstance(said, Graph)
    if name == "has-endpoint-triple":
        _require((None, SD.endpoint, URIRef(endpoint.query_url)) in said, "no sd:endpoint of this address", answer)
    if name == "conforms-to-schema":
        _require((None, RDF.type, SD.Service) in said, "no sd:Service", answer)
        faults = [fault for triple in said for fault in _faults(triple, said)]
        _require(not faults, "; ".join(sorted(faults)), answer)


def _faults(triple: tuple, said: Graph) -> list[str]:
    """What a triple says against the vocabulary: a term that it has not, or a subject or an object of another class."""
    subject, predicate, value = triple
    if predicate == RDF.type and value.startswith(SD):
        return [] if value.removeprefix(SD) in _VOCABULARY["classes"] else [f"no class {value}"]
    if not predicate.startswith(SD):
        return []
    if predicate.removeprefix(SD) not in _VOCABULARY["properties"]:
        return [f"no property {predicate}"]
    of, to = _VOCABULARY["properties"][predicate.removeprefix(SD)]
    found = [] if _is_a(subject, of, said) else [f"{subject} has {predicate} and is no sd:{of}"]
    if isinstance(value, Literal) or (to != "anything" and isinstance(value, BNode) and not _is_a(value, to, said)):
        found.append(f"{value} is the {predicate} of something and no sd:{to}")
    ours = isinstance(value, URIRef) and value.startswith(SD)
    if ours and value.removeprefix(SD) not in _VOCABULARY["individuals"].get(to, []):
        found.append(f"no sd:{to} {value}")
    return found


def _is_a(node: URIRef | BNode, wanted: str, said: Graph) -> bool:
    kinds = {str(kind).removeprefix(SD) for kind in said.objects(node, RDF.type)}
    return wanted in kinds | {_VOCABULARY["subclasses"].get(kind) for kind in kinds}
