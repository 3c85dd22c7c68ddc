"""Each page of the desk against each role and none; forms of others; headers."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.conversation.takeover.officer import Officers
from bot.privacy.signing_in import sessions
from console.app import Desk as DeskPages
from console.visit import EVERYBODY, HALFWAY, MEMBERS, READERS
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# Each page and who may open it, written down a second time on purpose.
TABLE = {
    ("/masuk", "GET"): EVERYBODY,
    ("/masuk", "POST"): EVERYBODY,
    ("/kode", "GET"): HALFWAY,
    ("/kode", "POST"): HALFWAY,
    ("/keluar", "POST"): (HALFWAY, *MEMBERS),
    ("/", "GET"): MEMBERS,
    ("/antrean", "GET"): MEMBERS,
    ("/jejak", "GET"): ("admin",),
    ("/akun", "GET"): MEMBERS,
    ("/akun/sesi", "POST"): MEMBERS,
    ("/akun/kode", "POST"): MEMBERS,
    ("/percakapan/{id:str}", "GET"): READERS,
    ("/percakapan/{id:str}/isi", "GET"): READERS,
    ("/percakapan/{id:str}/berkas/{file:str}", "GET"): READERS,
    ("/percakapan/{id:str}/ambil", "POST"): READERS,
    ("/percakapan/{id:str}/balasan", "POST"): READERS,
    ("/percakapan/{id:str}/tulis", "POST"): READERS,
    ("/percakapan/{id:str}/catatan", "POST"): READERS,
    ("/percakapan/{id:str}/tawarkan", "POST"): READERS,
    ("/percakapan/{id:str}/tingkat", "POST"): READERS,
    ("/percakapan/{id:str}/kembalikan", "POST"): READERS,
    ("/percakapan/{id:str}/saran", "POST"): READERS,
    ("/percakapan/{id:str}/lagi", "POST"): READERS,
    ("/percakapan/{id:str}/tetap", "POST"): READERS,
    ("/laporan", "GET"): MEMBERS,
    ("/laporan", "POST"): READERS,
    ("/laporan/{id:str}", "GET"): READERS,
    ("/laporan/{id:str}/berkas/{number:int}", "GET"): READERS,
    ("/laporan/{id:str}/keadaan", "POST"): READERS,
    ("/laporan/{id:str}/tanya", "POST"): READERS,
    ("/laporan/{id:str}/tahan", "POST"): READERS,
    ("/angka", "GET"): MEMBERS,
    ("/angka/{quarter:str}/{table:str}.csv", "GET"): MEMBERS,
}
VISITORS = ("nobody", "halfway", "viewer", "officer", "admin")

each_page = pytest.mark.parametrize(("path", "method"), TABLE, ids=lambda part: str(part))
each_form = pytest.mark.parametrize(
    "path", [path for path, method in TABLE if method == "POST" and path != "/masuk"]
)


def _real(path: str, which: str) -> str:
    """An address of a page; of a report and of files there are none, which is seen inside."""
    filled = path.replace("{id:str}", which).replace("{file:str}", "x" * 22)
    return "/meja" + filled.replace("{number:int}", "1")


def _visitor(site: Site, who: str) -> Visitor:
    desk = site.desk
    if who == "nobody":
        return site.visitor()
    if who == "halfway":
        return site.signed_in(desk.budi, sessions.PASSWORD)
    member = {"admin": desk.sari, "officer": desk.budi}.get(who)
    return site.signed_in(member or desk.member("Tuti", "viewer"))


def _may(who: str, allowed: object) -> bool:
    names = (allowed,) if isinstance(allowed, str) else tuple(allowed)  # type: ignore[arg-type]
    if EVERYBODY in names:
        return True
    if HALFWAY in names:
        return who != "nobody"
    return who in names


def test_every_page_of_the_desk_stands_in_the_table(site: Site) -> None:
    assert {(one.path, one.method) for one in site.pages.entrances} == set(TABLE)


@each_page
def test_each_page_lets_in_whom_the_table_names_and_nobody_else(
    site: Site, path: str, method: str
) -> None:
    which = site.desk.called().id
    real = _real(path, which)
    for who in VISITORS:
        with _visitor(site, who) as visitor:
            if method == "GET":
                status = visitor.get(real).status_code
            else:
                status = visitor.post(real, {"csrf": _csrf(visitor, who)}).status_code
        # 401 and 303 lead to the door; 403 is a door that stays closed.
        is_in = status not in (401, 403) and not (method == "GET" and status == 303)
        if path in ("/kode", "/masuk"):
            # Whoever is further already is sent on; a wrong password or code is refused inside.
            is_in = is_in or who != "nobody" or path == "/masuk"
        assert is_in is _may(who, TABLE[(path, method)]), (who, status)


def _csrf(visitor: Visitor, who: str) -> str:
    if who == "nobody":
        return ""
    return visitor.csrf("/meja/kode" if who == "halfway" else "/meja/akun")


@each_form
def test_a_form_without_the_mark_of_its_session_is_refused(
    site: Site, sari: Visitor, path: str
) -> None:
    handoff = site.desk.taken()
    real = _real(path, handoff.id)
    with site.signed_in(site.desk.sari) as other:
        for csrf in ("", "x", other.csrf("/meja/akun")):
            answer = sari.post(real, {"csrf": csrf, "teks": "halo", "nama": "Budi"})
            assert answer.status_code == 403
    assert site.desk.now(handoff) == handoff
    assert sari.get("/meja/").status_code == 200


@each_form
@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://127.0.0.1:1"])
def test_a_form_from_another_site_is_refused_even_with_the_mark(
    site: Site, sari: Visitor, path: str, origin: str
) -> None:
    real = _real(path, site.desk.taken().id)
    csrf = sari.csrf("/meja/akun")
    assert sari.post(real, {"csrf": csrf}, origin=origin).status_code == 403


def test_nobody_signs_somebody_in_from_another_site(stranger: Visitor) -> None:
    fields = {"nama": "Sari", "sandi": "apa saja"}
    assert stranger.post("/meja/masuk", fields, origin="https://example.org").status_code == 403


def test_what_was_typed_is_not_lost_when_the_session_ended(site: Site, stranger: Visitor) -> None:
    real = f"/meja/percakapan/{site.desk.called().id}/tulis"
    answer = stranger.post(real, {"csrf": "x", "teks": "Tunggu di dalam ya."})
    assert answer.status_code == 401
    assert "Tunggu di dalam ya." in answer.text
    assert "Kamu sudah keluar" in words_of(answer)


def test_a_form_that_is_far_too_large_is_refused(site: Site, sari: Visitor) -> None:
    real = f"/meja/percakapan/{site.desk.called().id}/tulis"
    assert sari.post(real, {"teks": "a" * 100_000}).status_code == 413
    many = {f"f{number}": "" for number in range(60)}
    assert sari.post(real, many).status_code == 413


def test_every_answer_forbids_what_comes_from_elsewhere_and_is_not_kept(
    site: Site, sari: Visitor, stranger: Visitor
) -> None:
    which = site.desk.called().id
    for visitor, path in [
        (stranger, "/meja/masuk"),
        (sari, "/meja/"),
        (sari, f"/meja/percakapan/{which}"),
        (sari, f"/meja/percakapan/{which}/isi"),
        (sari, "/meja/tidak-ada"),
    ]:
        headers = visitor.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "referrer-policy" in headers


def test_no_page_names_a_number_or_what_the_person_is_called(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    for path in ("/meja/", f"/meja/percakapan/{handoff.id}", f"/meja/percakapan/{handoff.id}/isi"):
        shown = sari.get(path).text
        assert "0812-0000-0001" not in shown
        assert handoff.conversation_id not in shown


def test_a_file_of_the_desk_is_never_one_of_the_server(sari: Visitor) -> None:
    for path in ("../../app.py", "..%2f..%2fapp.py", "%2e%2e/%2e%2e/security.py", "//etc/passwd"):
        assert sari.get(f"/meja/statis/{path}").status_code == 404


def test_an_error_of_ours_is_told_in_words_and_keeps_what_was_typed(
    site: Site, sari: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("kata orang")

    real = f"/meja/percakapan/{site.desk.taken().id}"
    csrf = sari.csrf("/meja/akun")
    monkeypatch.setattr(Officers, "say", fail)
    answer = sari.post(f"{real}/tulis", {"csrf": csrf, "teks": "Saya di sini."})
    assert answer.status_code == 500
    assert "Ada gangguan" in words_of(answer)
    assert "Saya di sini." in answer.text
    # An answer like any other: nothing from elsewhere, nothing kept.
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "kata orang" not in caplog.text + answer.text


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/percakapan/{id}/tulis", "/percakapan/{id}"),
        ("/percakapan/{id}/balasan", "/percakapan/{id}"),
        ("/laporan/{id}/tanya", "/laporan/{id}"),
        ("/akun/kode", "/akun"),
        ("/keluar", "/"),
    ],
)
def test_a_form_that_is_opened_like_a_page_leads_to_its_page(
    site: Site, sari: Visitor, form: str, page: str
) -> None:
    """A browser that was closed opens the address of the form that was sent last."""
    which = site.desk.called().id
    answer = sari.get("/meja" + form.replace("{id}", which))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/meja" + page.replace("{id}", which),
    )


def test_an_unknown_way_of_asking_is_refused_in_words(sari: Visitor) -> None:
    answer = sari.post("/meja/antrean", {})
    assert answer.status_code == 405
    assert "Tidak ditemukan" in words_of(answer)


def test_where_the_desk_has_https_browsers_are_told_to_keep_to_it(site: Site) -> None:
    secured = DeskPages(site.desk.vault, {}, "https://suluh.example.org")
    answers = TestClient(Starlette(routes=secured.routes()))
    headers = answers.get("/meja/masuk").headers
    assert headers["strict-transport-security"] == "max-age=15552000"
    with site.visitor() as visitor:
        assert "strict-transport-security" not in visitor.get("/meja/masuk").headers
