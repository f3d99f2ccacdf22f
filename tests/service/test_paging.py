"""Claims about engine.service.paging."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from engine.service.faults import Fault
from engine.service.paging import page_position, page_size, page_token

REQUEST = {"domain": "d", "registrationStatus": "REGISTERED", "maximumPageSize": 10}
NOW = 1_700_000_000.0


def token(**changed: object) -> str:
    return page_token("ListActivityTypes", {**REQUEST, **changed}, ("Pack", "1.0"), NOW)


def altered(text: str) -> str:
    return urlsafe_b64encode(urlsafe_b64decode(text).replace(b"Pack", b"Pick")).decode()


def test_a_token_brings_back_the_position_it_was_made_with() -> None:
    assert page_position("ListActivityTypes", {**REQUEST, "nextPageToken": token()}, NOW + 60) == ("Pack", "1.0")


def test_the_first_page_has_no_position() -> None:
    assert page_position("ListActivityTypes", REQUEST, NOW) == ()


def test_the_page_size_may_change_from_page_to_page() -> None:
    assert page_position("ListActivityTypes", {**REQUEST, "nextPageToken": token(maximumPageSize=3)}, NOW) == ("Pack", "1.0")


def test_a_page_holds_a_thousand_where_the_request_does_not_say() -> None:
    assert page_size({}) == 1000
    assert page_size({"maximumPageSize": 0}) == 1000
    assert page_size({"maximumPageSize": 7}) == 7


@pytest.mark.parametrize(
    ("operation", "given", "later", "message"),
    [
        ("ListActivityTypes", token(domain="other"), 0.0, "Invalid token: it was given out for other arguments"),
        ("ListWorkflowTypes", token(), 0.0, "Invalid token: it was given out for other arguments"),
        ("ListActivityTypes", token(), 86_401.0, "Specified token has exceeded its maximum lifetime"),
        ("ListActivityTypes", "nonsense", 0.0, "Invalid token: it is not one that this service gave out"),
        ("ListActivityTypes", "bnVsbA==", 0.0, "Invalid token: it is not one that this service gave out"),
        ("ListActivityTypes", "\u00e9", 0.0, "Invalid token: it is not one that this service gave out"),
        ("ListActivityTypes", token()[:-8], 0.0, "Invalid token: it is not one that this service gave out"),
        ("ListActivityTypes", altered(token()), 0.0, "Invalid token: it was given out for other arguments"),
        ("ListActivityTypes", urlsafe_b64encode(b"[" * 5_000).decode(), 0.0, "Invalid token: it is not one that this service gave out"),
    ],
)
def test_a_token_that_is_not_of_the_query_is_refused(operation: str, given: str, later: float, message: str) -> None:
    with pytest.raises(Fault) as caught:
        page_position(operation, {**REQUEST, "nextPageToken": given}, NOW + later)
    assert caught.value.code == "ValidationException"
    assert caught.value.message.startswith(message)
