"""A request to another server has its whole answer within time and size, or an error that says why."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from byregion.engine.exchange import Exchange, Reply, authorization, shown
from byregion.errors import ConfigError, EngineBusy, EngineError, QueryTooLarge
from peer import Deed, drip, drip_body, hang_up, peer, reset, say, say_half, silence
from web_servers import free_port

PLAIN = "Content-Type: text/plain"


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    made = Exchange(width=2, size=1000)
    yield made
    made.close()


def ask(exchange: Exchange, url: str, seconds: float = 5) -> Reply:
    return exchange.ask("POST", url, {"Accept": "text/csv"}, b"query=ASK%7B%7D", until=time.monotonic() + seconds)


# --- Time and size ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", [drip(100, 0.05), drip_body(100, 0.05), silence(5)])
def test_the_time_is_over_when_it_is_however_often_a_byte_comes(deed: Deed, exchange: Exchange):
    with peer(deed) as other:
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="did not answer in time"):
            ask(exchange, other.url, 0.4)
        assert 0.35 < time.monotonic() - began < 1


def test_a_server_that_takes_no_more_connections_is_told_from_one_that_is_slow(exchange: Exchange):
    # What comes when the queue of a listener is full is dropped in silence.
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        began = time.monotonic()
        with pytest.raises(EngineError, match=r"cannot be asked \(timed out\); see that it runs"):
            ask(exchange, f"http://127.0.0.1:{listener.getsockname()[1]}/", 0.4)
        assert time.monotonic() - began < 1


def test_an_answer_of_too_many_bytes_is_an_error_and_not_read_on(exchange: Exchange):
    with peer(say(200, b"x" * 1001, PLAIN)) as other, pytest.raises(QueryTooLarge, match="more than 1000 bytes"):
        ask(exchange, other.url)


@pytest.mark.parametrize(
    "deed",
    [
        say_half(b"half", PLAIN),
        lambda line: line.sendall(b"HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
        lambda line: line.sendall(b"HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf"),
        lambda line: line.sendall(b"no HTTP at all\r\n\r\n"),
    ],
)
def test_half_an_answer_is_none(deed: Deed, exchange: Exchange):
    with peer(deed) as other, pytest.raises(EngineError, match="cannot be asked"):
        ask(exchange, other.url)
    assert len(other.requests) == 1


def test_an_answer_that_ends_with_its_connection_is_known_to_have_no_end_of_its_own(exchange: Exchange):
    with peer(say(200, b"a", PLAIN, framed=False), say(200, b"a", PLAIN)) as other:
        assert [ask(exchange, other.url).is_framed for _ in range(2)] == [False, True]


# --- Again, where nothing was done ------------------------------------------------------------------------------------


def test_connections_are_kept_and_shared(exchange: Exchange):
    with peer(say(200, b"a", PLAIN)) as other:
        for _ in range(5):
            assert ask(exchange, other.url).body == b"a"
    assert (len(other.requests), other.connections) == (5, 1)


@pytest.mark.parametrize("deed", [hang_up, reset])
def test_a_kept_connection_that_is_gone_is_made_anew(deed: Deed, exchange: Exchange):
    with peer(say(200, b"a", PLAIN), deed, say(200, b"b", PLAIN)) as other:
        assert [ask(exchange, other.url).body for _ in range(2)] == [b"a", b"b"]
    assert (len(other.requests), other.connections) == (3, 2)


@pytest.mark.parametrize("deed", [hang_up, reset])
def test_a_query_on_a_new_connection_is_not_sent_again_since_the_server_may_have_died_of_it(
    deed: Deed, exchange: Exchange
):
    with peer(deed) as other, pytest.raises(EngineError, match="see that it runs"):
        ask(exchange, other.url)
    assert len(other.requests) == 1


def test_a_server_that_is_just_starting_is_waited_for(exchange: Exchange):
    port = free_port()

    def start() -> None:
        time.sleep(0.15)
        with peer(say(200, b"a", PLAIN), port=port):
            time.sleep(1)

    starting = threading.Thread(target=start)
    starting.start()
    assert ask(exchange, f"http://127.0.0.1:{port}/").body == b"a"
    starting.join()


def test_nobody_there_is_an_error_soon(exchange: Exchange):
    began = time.monotonic()
    with pytest.raises(EngineError, match="Connection refused"):
        ask(exchange, f"http://127.0.0.1:{free_port()}/")
    assert time.monotonic() - began < 1


def test_a_busy_server_is_asked_again_when_it_says(exchange: Exchange):
    with peer(say(503, b"", "Retry-After: 0"), say(503, b"", "Retry-After: 0"), say(200, b"a", PLAIN)) as other:
        assert ask(exchange, other.url).body == b"a"


@pytest.mark.parametrize(
    "after", ["Retry-After: 60", "Retry-After: Mon, 23 Nov 2026 08:00:00 GMT", "Retry-After: 1.5", PLAIN]
)
def test_a_server_that_is_busy_for_long_is_not_asked_again(after: str, exchange: Exchange):
    with peer(say(503, b"", after)) as other:
        assert ask(exchange, other.url).status == 503
    assert len(other.requests) == 1


def test_a_server_is_not_asked_again_once_the_time_is_over(exchange: Exchange):
    with peer(say(503, b"", "Retry-After: 2")) as other:
        assert ask(exchange, other.url, 1).status == 503
    assert len(other.requests) == 1


def test_no_more_requests_are_under_way_than_may_be(exchange: Exchange):
    with peer(silence(1)) as other:

        def wait() -> None:
            with pytest.raises(EngineError):
                ask(exchange, other.url)

        waiting = [threading.Thread(target=wait) for _ in range(2)]
        for thread in waiting:
            thread.start()
        time.sleep(0.2)
        with pytest.raises(EngineBusy, match="ask again later"):
            ask(exchange, other.url, 0.2)
        for thread in waiting:
            thread.join()
    assert len(other.requests) == 2


# --- Nobody else is asked, and nobody is told -------------------------------------------------------------------------


def test_a_redirect_is_not_followed(exchange: Exchange):
    with peer(say(200, b"a", PLAIN)) as elsewhere, peer(say(307, b"", f"Location: {elsewhere.url}")) as other:
        assert ask(exchange, other.url).status == 307
    assert elsewhere.requests == []


def test_a_proxy_of_the_environment_is_not_used(exchange: Exchange, monkeypatch: pytest.MonkeyPatch):
    with peer(say(200, b"proxy", PLAIN)) as proxy, peer(say(200, b"a", PLAIN)) as other:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert ask(exchange, other.url).body == b"a"


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("anna:hemmelig: æ\n", "Basic " + base64.b64encode("anna:hemmelig: æ".encode()).decode()),
        ("Bearer abc.def\n", "Bearer abc.def"),
    ],
)
def test_a_file_lets_byregion_in(line: str, header: str, tmp_path: Path):
    path = tmp_path / "secret"
    path.write_text(line, encoding="utf-8")
    made = Exchange(width=1, size=1000, authorization=authorization(str(path)))
    with peer(say(200, b"a", PLAIN)) as other:
        ask(made, other.url)
    made.close()
    assert f"Authorization: {header}".encode() in other.requests[0].split(b"\r\n")


@pytest.mark.parametrize(
    "content", [b"", b"hemmelig", b"Bearer", b"Bearer a b", b"anna:a\nb:c", b"anna:\xff", b"Bearer \xc3\xa6"]
)
def test_a_file_that_does_not_is_an_error_that_does_not_tell_it(content: bytes, tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^store_auth_file is .*file: it ") as error:
        authorization(str(path))
    assert "hemmelig" not in str(error.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigError, match="it cannot be read"):
        authorization(str(tmp_path / "none"))
    assert authorization("") == ""


def test_an_address_is_shown_without_what_may_be_a_secret():
    assert shown("https://anna:hemmelig@example.test:8443/sparql?key=hemmelig") == "https://example.test:8443/sparql"


# --- What the other side says -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "body", "said"),
    [
        ("text/plain", b"Virtuoso 37000 Error\n\nSPARQL query:\nSELECT", "Virtuoso 37000 Error"),
        ("text/plain", b"a\x1b[31m red \x07 \xff", "a [31m red �"),
        ("application/json; charset=utf-8", b'{"error": "no"}', '{"error": "no"}'),
        ("text/html", b"<h1>Nei</h1>", ""),
        ("text/plain", b"x" * 5000, "x" * 300),
    ],
)
def test_what_a_server_says_is_one_short_line(media_type: str, body: bytes, said: str):
    assert Reply(500, {"content-type": media_type}, body).said == said
