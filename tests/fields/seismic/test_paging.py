"""Paging against a real server on the loopback that behaves as the public ones do: refuses, cuts, keeps silent, breaks off."""

from __future__ import annotations

import http.client
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from loopback import listening
from vigie.fields.seismic import fdsn_text, quakeml
from vigie.fields.seismic.paging import Page, Query, State, box_parameters, pages
from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.pack import ReadContext
from vigie.model.report import Report
from vigie.model.times import SECOND_US, format_time, parse_time

BEGIN, END = parse_time("2020-01-01T00:00:00Z"), parse_time("2020-01-02T00:00:00Z")
HEADER = "#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName|EventType\n"
Answer = tuple[int, bytes]


@dataclass(slots=True)
class Server:
    """A made-up catalogue and the ways in which real servers differ."""

    times_us: list[int]
    cap: int = 10**9
    too_large: Answer | None = None
    nothing: Answer = (204, b"")
    start_inclusive: bool = True
    end_inclusive: bool = True
    whole_seconds: bool = False
    spoil: Callable[[int, bytes], Answer] | None = None
    broken_off_from: int = 10**9
    slow_s: float = 0.0
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> Answer:
        """Status and body of one question."""
        self.asked.append(path)
        time.sleep(self.slow_s)
        given = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        start_us, end_us = parse_time(given["starttime"]), parse_time(given["endtime"])
        found = [number for number, at_us in enumerate(self.times_us) if self._is_inside(at_us, start_us, end_us)]
        if not found:
            return self.nothing
        if len(found) > self.cap and self.too_large is not None:
            return self.too_large
        shown = found[: min(self.cap, int(given["limit"]))]
        body = (self._xml(shown) if given["format"] == "xml" else self._text(shown)).encode()
        return self.spoil(len(self.asked), body) if self.spoil else (200, body)

    def _is_inside(self, at_us: int, start_us: int, end_us: int) -> bool:
        if self.whole_seconds:
            start_us = -(-start_us // SECOND_US) * SECOND_US
        after = at_us >= start_us if self.start_inclusive else at_us > start_us
        return after and (at_us <= end_us if self.end_inclusive else at_us < end_us)

    def _text(self, numbers: list[int]) -> str:
        return HEADER + "".join(f"ev{n}|{format_time(self.times_us[n])[:-1]}|41|20|10|AAA|||{n}|ML|3|AAA|X|earthquake\n" for n in numbers)

    def _xml(self, numbers: list[int]) -> str:
        events = "".join(
            f"<event publicID='ev{n}'><origin publicID='ev{n}'><time><value>{format_time(self.times_us[n])}</value></time>"
            f"<latitude><value>41</value></latitude><longitude><value>20</value></longitude><creationInfo><agencyID>AAA</agencyID></creationInfo></origin></event>\n"
            for n in numbers
        )
        return f'<?xml version="1.0"?><q:quakeml xmlns:q="u:q" xmlns="u:b"><eventParameters publicID="p">{events}</eventParameters></q:quakeml>\n'


@contextmanager
def running(server: Server) -> Iterator[str]:
    """The address of the server's service while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = server.answer(self.path)
            is_broken = len(server.asked) >= server.broken_off_from
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(body) + (1000 if is_broken else 0)))
            self.end_headers()
            self.wfile.write(body if status != 204 else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    with listening(Handler) as address:
        yield f"{address}/fdsnws/event/1/"


def get(address: str) -> Answer:
    """One request, as a caller would make it: what breaks on the way is `PeerUnavailable`."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as fault:
        raise PeerUnavailable("The server broke off", source=address, got=repr(fault)) from fault
    finally:
        connection.close()


def fetched(server: Server, query: Query | None = None, state: State | None = None) -> list[Page]:
    """All pages of this server."""
    with running(server) as address:
        return list(pages(replace(query or Query(address="", begin_us=BEGIN, end_us=END), address=address), get, state))


def refs(fetched_pages: list[Page], form: str = "text") -> list[str]:
    """The events that the field's own reader finds in the pages."""
    reader = quakeml if form == "xml" else fdsn_text
    items = [item for page in fetched_pages if page.content for item in reader.read(io.BytesIO(page.content), ReadContext("page"))]
    assert all(isinstance(item, Report) for item in items)
    return [str(item.agency_ref) for item in items if isinstance(item, Report)]


def every(seconds: int, count: int) -> list[int]:
    """Times of events, one every so many seconds from the beginning on."""
    return [BEGIN + number * seconds * SECOND_US for number in range(count)]


def expected(server: Server) -> list[str]:
    """The catalogue's events in the half-open period, in order."""
    return [f"ev{number}" for number, at_us in enumerate(server.times_us) if BEGIN <= at_us < END]


REFUSALS: list[Answer] = [
    (413, b"Request too large"),
    (400, b"Error 400: Bad Request\n\n25000 matching events exceeds search limit of 20000. Modify the search to match fewer events."),
]


@pytest.mark.parametrize("form", ["text", "xml"])
@pytest.mark.parametrize("refusal", [*REFUSALS, None])
def test_no_limit_of_the_server_loses_or_doubles_an_event(form: str, refusal: Answer | None) -> None:
    """Refused as too large, or cut in silence at the limit that was asked for: the windows are halved until all is there."""
    server = Server(every(60, 1440), cap=100 if refusal else 10**9, too_large=refusal)
    got = fetched(server, Query(address="", begin_us=BEGIN, end_us=END, form=form, limit=100))  # type: ignore[arg-type]
    assert sorted(refs(got, form)) == sorted(expected(server))
    assert sum(page.count for page in got) == 1440


def test_a_server_that_cuts_at_a_limit_of_its_own_is_found_out() -> None:
    """It gives 500 events whatever is asked: so round a count is not believed."""
    server = Server(every(30, 2880), cap=500)
    assert refs(fetched(server)) == expected(server)


@pytest.mark.parametrize("start_inclusive", [True, False])
@pytest.mark.parametrize("end_inclusive", [True, False])
@pytest.mark.parametrize("form", ["text", "xml"])
def test_events_on_the_edge_of_a_window_come_once(form: str, *, start_inclusive: bool, end_inclusive: bool) -> None:
    """Servers differ on whether the edges belong to the window; the windows here meet exactly on events."""
    times = [BEGIN + 43_200 * SECOND_US + number * 450 * SECOND_US for number in range(-90, 90)]
    server = Server(times, cap=40, too_large=REFUSALS[0], start_inclusive=start_inclusive, end_inclusive=end_inclusive)
    got = refs(fetched(server, Query(address="", begin_us=BEGIN, end_us=END, form=form, limit=41)), form)  # type: ignore[arg-type]
    assert sorted(got) == sorted(expected(server))
    assert len(got) == len(set(got))


def test_a_server_that_drops_fractions_of_a_second_loses_nothing() -> None:
    """The overlap of one second covers it."""
    server = Server([BEGIN + number * 1_234_567 for number in range(3000)], cap=170, too_large=REFUSALS[0], whole_seconds=True)
    assert set(refs(fetched(server))) == set(expected(server))


@pytest.mark.parametrize(
    "nothing", [(204, b""), (404, b""), (404, b"Error 404: no data found"), (404, b"No events were found"), (200, b""), (200, HEADER.encode())]
)
def test_no_data_is_an_answer(nothing: Answer) -> None:
    """204, the variants of 404, and an empty table."""
    (page,) = fetched(Server([], nothing=nothing))
    assert (page.count, page.state) == (0, State(END))


def test_a_wrong_address_is_not_taken_for_silence() -> None:
    """A 404 that does not speak of data means that there is no such service."""
    with pytest.raises(BadSetting, match="refuses"):
        fetched(Server([], nothing=(404, b"<html>The requested URL was not found on this server</html>")))


@pytest.mark.parametrize("refusal", [(400, b"Unknown parameter minmag"), (401, b""), (403, b"")])
def test_a_refused_query_is_the_operators_affair(refusal: Answer) -> None:
    """Halving the window would not help."""
    with pytest.raises(BadSetting):
        fetched(Server([], nothing=refusal))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_unavailable(status: int) -> None:
    """The caller decides when to try again."""
    with pytest.raises(PeerUnavailable, match=str(status)):
        fetched(Server([], nothing=(status, b"busy")))


def test_a_page_of_html_is_not_taken_for_data() -> None:
    """Status 200 proves nothing."""
    server = Server(every(600, 10), spoil=lambda _, __: (200, b"<html><body>Scheduled maintenance</body></html>"))
    with pytest.raises(PeerUnavailable, match="something else"):
        fetched(server)


@pytest.mark.parametrize("form", ["text", "xml"])
def test_an_answer_cut_in_the_middle_is_noticed(form: str) -> None:
    """Where the caller's client does not see it, the answer's own end tells."""
    server = Server(every(600, 10), spoil=lambda _, body: (200, body[: len(body) // 2]))
    with pytest.raises(PeerUnavailable, match="cut off"):
        fetched(server, Query(address="", begin_us=BEGIN, end_us=END, form=form))  # type: ignore[arg-type]


def test_a_broken_connection_can_be_resumed_without_loss_or_double() -> None:
    """The third answer breaks off (its length says more than comes); the state of the page before leads on."""
    server = Server(every(60, 1440), cap=200, too_large=REFUSALS[0], broken_off_from=9)
    got: list[Page] = []
    with running(server) as address:
        query = Query(address=address, begin_us=BEGIN, end_us=END)
        with pytest.raises(PeerUnavailable, match="broke off"):
            got.extend(pages(query, get))
        asked, resumed = len(server.asked), len(got)
        server.broken_off_from = 10**9
        got += pages(query, get, got[-1].state)
    assert resumed > 0
    assert asked == 9
    assert refs(got) == expected(server)


def test_a_slow_server_is_waited_for() -> None:
    """Time is the caller's affair."""
    server = Server(every(600, 100), cap=60, too_large=REFUSALS[0], slow_s=0.05)
    assert refs(fetched(server)) == expected(server)


def test_a_second_that_is_still_full_is_given_up() -> None:
    """One sentence, no endless halving."""
    server = Server([BEGIN + 100 * SECOND_US + number for number in range(50)], cap=20, too_large=REFUSALS[0])
    with pytest.raises(PeerUnavailable, match="in one second"):
        fetched(server)
    assert len(server.asked) < 60


def test_standing_parameters_of_the_address_are_sent_with_the_querys_own() -> None:
    """An address may carry parameters; the paging's own are not to be set."""
    asked: list[str] = []

    def note(address: str) -> Answer:
        asked.append(address)
        return 204, b""

    query = Query(address="https://example.org/fdsnws/event/1/?includeallorigins=true", begin_us=BEGIN, end_us=END, parameters={"minmagnitude": "3"})
    list(pages(query, note))
    base, _, sent = asked[0].partition("?")
    assert base == "https://example.org/fdsnws/event/1/query"
    assert sent.startswith("includeallorigins=true&minmagnitude=3&starttime=2020-01-01T00:00:00&endtime=2020-01-02T00:00:00&format=text")
    with pytest.raises(BadSetting, match="limit"):
        list(pages(replace(query, parameters={"limit": "5"}), note))


def test_a_box_across_the_antimeridian_is_two_boxes() -> None:
    """Servers differ on west beyond east; two plain boxes are understood by all."""
    assert [(box["minlongitude"], box["maxlongitude"]) for box in box_parameters(170, -20, -170, -10)] == [("170", "180"), ("-180", "-170")]
    assert len(box_parameters(13, 38, 30, 47)) == 1
