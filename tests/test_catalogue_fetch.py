"""Another server is asked only where one may, and can neither keep us waiting nor fill our memory."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from byregion.catalogue.fetch import Client, origin
from byregion.errors import FetchError
from catalogue_world import Page, Site, site


@pytest.fixture
def world() -> Iterator[Site]:
    with site() as running:
        yield running


def test_an_answer_has_its_status_media_type_and_body(world: Site):
    world.pages["/a"] = Page(b"abc", "Text/Turtle; charset=utf-8")
    answer = Client([world.url]).get(world.url + "a")
    assert (answer.status, answer.media_type, answer.body) == (200, "text/turtle", b"abc")


def test_head_asks_for_no_body(world: Site):
    world.pages["/a"] = Page(b"abc")
    answer = Client([world.url]).head(world.url + "a")
    assert (answer.status, answer.body) == (200, b"")
    assert world.asked == [("HEAD", "/a")]


def test_a_status_that_is_no_success_is_an_answer(world: Site):
    assert Client([world.url]).get(world.url + "nothing").status == 404


def test_no_address_is_asked_twice(world: Site):
    world.pages["/a"] = Page(b"abc")
    client = Client([world.url])
    for _ in range(3):
        client.get(world.url + "a")
    assert world.asked == [("GET", "/a")]


def test_a_query_string_is_sent(world: Site):
    world.pages["/a"] = Page(b"abc")
    Client([world.url]).get(world.url + "a?b=c#d")
    assert world.asked == [("GET", "/a?b=c")]


def test_a_server_that_was_not_named_is_not_asked(world: Site):
    with site() as other:
        other.pages["/a"] = Page(b"abc")
        with pytest.raises(FetchError, match="was not named"):
            Client([world.url]).get(other.url + "a")
        assert other.asked == []
        assert Client([world.url, other.url]).get(other.url + "a").body == b"abc"


def test_a_redirect_does_not_lead_to_a_server_that_was_not_named(world: Site):
    with site() as other:
        other.pages["/a"] = Page(b"abc")
        world.pages["/away"] = Page(status=302, headers={"Location": other.url + "a"})
        with pytest.raises(FetchError, match="was not named"):
            Client([world.url]).get(world.url + "away")
        assert other.asked == []


def test_a_redirect_within_the_server_is_followed(world: Site):
    world.pages["/old"] = Page(status=301, headers={"Location": "/new"})
    world.pages["/new"] = Page(b"new")
    answer = Client([world.url]).get(world.url + "old")
    assert (answer.url, answer.body) == (world.url + "new", b"new")


def test_redirects_without_an_end_are_given_up(world: Site):
    world.pages["/a"] = Page(status=302, headers={"Location": "/a"})
    with pytest.raises(FetchError, match="more than 10 redirects"):
        Client([world.url]).get(world.url + "a")
    assert len(world.asked) == 11


def test_an_answer_over_the_limit_is_refused(world: Site):
    world.pages["/a"] = Page(b"x" * 2000)
    with pytest.raises(FetchError, match=r"more than 0\.000977 MiB"):
        Client([world.url], mebibytes=1 / 1024).get(world.url + "a")


def test_an_answer_that_comes_drop_by_drop_is_ended_at_the_deadline(world: Site):
    world.pages["/a"] = Page(b"x" * 1000, seconds=0.05)
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"did not answer within 0\.3 s"):
        Client([world.url], seconds=0.3).get(world.url + "a")
    assert time.monotonic() - began < 2


def test_a_file_may_take_longer_than_an_answer(world: Site):
    world.pages["/a"] = Page(b"x" * 10, seconds=0.05)
    client = Client([world.url], seconds=0.2, download_seconds=5)
    assert client.download(world.url + "a").body == b"x" * 10
    with pytest.raises(FetchError, match=r"did not answer within 0\.2 s"):
        client.get(world.url + "a")


def test_an_answer_without_a_length_is_ended_at_the_deadline_too(world: Site):
    world.pages["/a"] = Page(b"x" * 1000, seconds=0.05, headers={"Content-Length": "", "Connection": "close"})
    with pytest.raises(FetchError, match="did not answer"):
        Client([world.url], seconds=0.3).get(world.url + "a")


def test_an_answer_that_is_cut_short_is_no_answer(world: Site):
    world.pages["/a"] = Page(b"abc", headers={"Content-Length": "10"})
    with pytest.raises(FetchError, match="ends 7 bytes before"):
        Client([world.url], seconds=2).get(world.url + "a")


def test_a_server_that_is_not_there_is_told(world: Site):
    with site() as gone:
        pass
    with pytest.raises(FetchError, match="cannot be asked"):
        Client([gone.url]).get(gone.url)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://example.org/", "example.org", "http://", "http://a:b/"])
def test_what_is_no_web_address_is_refused(url: str):
    with pytest.raises(FetchError):
        Client([url])


def test_an_origin_is_scheme_host_and_port():
    assert origin("https://Data.Example.org/a?b") == "https://data.example.org:443"
    assert origin("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"
    assert origin("http://example.org/") != origin("https://example.org/")
