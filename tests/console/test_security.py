"""Who may use the console, and what a browser may do with its pages."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from engine.console.app import ROUTES, console_app
from engine.console.security import HEADERS, Access
from engine.console.shelf import Shelf
from engine.swf.client import Client
from tests.console.asking import path, send, token_on
from tests.console.conftest import HERE

DOMAINS = path("domains")
SHOWN = [route for route in ROUTES if isinstance(route, Route)]
PAGES = sorted({route.path for route in SHOWN if "GET" in (route.methods or {"GET"}) and "live" not in route.path})
POSTS = sorted({route.path for route in SHOWN if "POST" in (route.methods or set())})


def filled(route: str) -> str:
    known = {"domain": "TEST_SWF", "kind": "workflow", "name": "FruitWorkflow", "version": "1.0", "action": "signal"}
    return "/console" + re.sub(r"\{(\w+)(?::part)?\}", lambda part: known.get(part[1], "none"), route)


@pytest.mark.parametrize("route", PAGES)
def test_every_page_forbids_what_no_page_needs(browser: TestClient, route: str) -> None:
    answer = browser.get(filled(route))
    assert answer.status_code < 500
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("route", PAGES)
def test_a_page_that_calls_us_by_its_own_name_gets_nothing(browser: TestClient, route: str) -> None:
    answer = browser.get(filled(route), headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "TEST_SWF" not in answer.text


@pytest.mark.parametrize("route", POSTS)
def test_other_sites_can_not_have_anything_done(browser: TestClient, client: Client, route: str) -> None:
    token = token_on(browser.get(DOMAINS))
    answer = browser.post(filled(route), data={"csrf": token, "name": "Planted"}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("route", POSTS)
@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_that_is_none_of_ours_does_nothing(browser: TestClient, client: Client, route: str, token: str) -> None:
    browser.get(DOMAINS)
    answer = browser.post(filled(route), data={"csrf": token, "name": "Planted", "retention": "1"})
    assert answer.status_code in (400, 403)
    assert {info["name"] for info in client.call("ListDomains", {"registrationStatus": "REGISTERED"})["domainInfos"]} == {"TEST_SWF"}


def test_the_cookie_is_for_us_alone(browser: TestClient) -> None:
    said = browser.get(DOMAINS).headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said


def test_a_form_of_ours_is_carried_out_and_says_so(browser: TestClient) -> None:
    answer = send(browser, DOMAINS, {"name": "Mine", "retention": "3"})
    assert answer.status_code == 303
    assert "The domain Mine is registered." in browser.get(answer.headers["location"]).text
    assert "The domain Mine is registered." not in browser.get(answer.headers["location"]).text


class TestWithTokens:
    """Where the console was started with tokens."""

    @pytest.fixture
    def stranger(self, client: Client) -> TestClient:
        app = console_app(client, Shelf(), Access(tokens={"ann": "open sesame"}))
        return TestClient(app, base_url=HERE, follow_redirects=False)

    @pytest.mark.parametrize("route", [route for route in PAGES if route != "/login"])
    def test_nobody_sees_anything_before_logging_in(self, stranger: TestClient, route: str) -> None:
        answer = stranger.get(filled(route))
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/login")
        assert "FruitWorkflow" not in answer.text

    @pytest.mark.parametrize("nothing", ["/console/static/nothing", "/console/loginx"])
    def test_what_is_not_there_is_told_without_what_is(self, stranger: TestClient, nothing: str) -> None:
        answer = stranger.get(nothing)
        assert answer.status_code == 404
        assert "TEST_SWF" not in answer.text

    def test_a_wrong_token_lets_nobody_in(self, stranger: TestClient) -> None:
        assert send(stranger, path("login"), {"token": "open barley"}).status_code == 403
        assert stranger.get(DOMAINS).status_code == 303

    def test_the_token_lets_in_until_logging_out(self, stranger: TestClient) -> None:
        assert send(stranger, path("login"), {"token": "open sesame"}).status_code == 303
        page = stranger.get(DOMAINS)
        assert "Log out ann" in page.text
        stranger.post(path("logout"), data={"csrf": token_on(page)})
        assert stranger.get(DOMAINS).status_code == 303

    @pytest.mark.parametrize("asked", ["/specs", "/d/TEST_SWF/executions/a%20b/~../?tab=events&q=%C3%A9", "/"])
    def test_logging_in_leads_on_to_what_was_asked_for(self, stranger: TestClient, asked: str) -> None:
        to_login = stranger.get(f"/console{asked}").headers["location"]
        page = stranger.get(to_login)
        [further] = re.findall(r'name="next" value="([^"]*)"', page.text)
        answer = stranger.post(path("login"), data={"csrf": token_on(page), "token": "open sesame", "next": unescape(further)})
        assert answer.headers["location"] == f"/console{asked}"

    @pytest.mark.parametrize("asked", ["//evil.example", "/\\evil.example", "http://evil.example", "/a\r\nb", "evil", ""])
    def test_logging_in_leads_nowhere_else(self, stranger: TestClient, asked: str) -> None:
        answer = send(stranger, path("login"), {"token": "open sesame", "next": asked})
        assert answer.headers["location"] == "/console/"

    def test_a_copied_cookie_is_worth_nothing_after_logging_out(self, stranger: TestClient) -> None:
        send(stranger, path("login"), {"token": "open sesame"})
        page = stranger.get(DOMAINS)
        copied = dict(stranger.cookies)
        stranger.post(path("logout"), data={"csrf": token_on(page)})
        stranger.cookies = copied
        assert stranger.get(DOMAINS).status_code == 303
        assert stranger.post(path("domains"), data={"csrf": token_on(page), "name": "Planted", "retention": "1"}).status_code == 303
        assert send(stranger, path("login"), {"token": "open sesame"}).status_code == 303
        assert stranger.get(DOMAINS).status_code == 200

    def test_it_answers_under_any_name(self, stranger: TestClient) -> None:
        """A session's cookie belongs to the name it was given under."""
        assert stranger.get(path("login"), headers={"host": "console.example:4511"}).status_code == 200

    def test_a_session_ends_with_the_console_that_gave_it(self, stranger: TestClient, client: Client) -> None:
        send(stranger, path("login"), {"token": "open sesame"})
        later = TestClient(console_app(client, Shelf(), Access(tokens={"ann": "open sesame"})), base_url=HERE, follow_redirects=False)
        later.cookies = stranger.cookies
        assert later.get(DOMAINS).status_code == 303
