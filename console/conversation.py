"""One conversation: what was said, and what an officer does about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import RedirectResponse, Response

from bot.attachments.reading import MessageFile, files_of_messages, read
from bot.clock import now_ms
from bot.conversation import standing
from bot.conversation.takeover import handoffs
from bot.conversation.takeover import replies as canned
from bot.conversation.takeover.handoffs import Handoff, TakeoverError
from bot.conversation.takeover.officer import Officers
from bot.conversation.takeover.transcript import Entry
from bot.knowledge import facts
from bot.privacy.identity import random_id
from bot.privacy.sealing import SealBroken
from bot.privacy.unlocked import Unlocked
from bot.privacy.vault import Vault
from console import files, refusals, showing
from console.pages import ROOT, Pages, flash, words
from console.queue import with_tag
from console.visit import READERS, Entrance, Visit

PATH = "/percakapan/{id:str}"


class ConversationPage:
    """A conversation of the queue, also when it has ended."""

    def __init__(self, vault: Vault, pages: Pages, officers: Officers) -> None:
        self._database = vault.database
        self._sealer = vault.sealer
        self._pages = pages
        self._officers = officers

    def entrances(self) -> list[Entrance]:
        return [
            Entrance(PATH, "GET", self.page, READERS),
            Entrance(f"{PATH}/isi", "GET", self.fragment, READERS, quiet=True),
            Entrance(f"{PATH}/berkas/{{file:str}}", "GET", self.file, READERS),
            Entrance(f"{PATH}/ambil", "POST", self.take, READERS),
            Entrance(f"{PATH}/balasan", "POST", self.prepare, READERS),
            Entrance(f"{PATH}/saran", "POST", self.suggest, READERS),
            Entrance(f"{PATH}/tulis", "POST", self.say, READERS),
            Entrance(f"{PATH}/catatan", "POST", self.note, READERS),
            Entrance(f"{PATH}/tawarkan", "POST", self.offer, READERS),
            Entrance(f"{PATH}/tingkat", "POST", self.set_level, READERS),
            Entrance(f"{PATH}/kembalikan", "POST", self.hand_back, READERS),
            Entrance(f"{PATH}/lagi", "POST", self.resume, READERS),
            Entrance(f"{PATH}/tetap", "POST", self.stay, READERS),
        ]

    def page(self, visit: Visit) -> Response:
        return self._page(visit, done=visit.request.query_params.get("selesai", ""))

    def fragment(self, visit: Visit) -> Response:
        try:
            _, shown = self._shown(visit)
        except TakeoverError:
            return Response(status_code=404)
        answer = self._pages.show(visit.request, "_percakapan.html", visit.signed_in, **shown)
        return with_tag(visit, answer)

    def file(self, visit: Visit) -> Response:
        """A file that the person sent in this conversation."""
        try:
            entries = self._officers.read(visit.signed_in.member, visit.part("id"))
            own = {one.id: one for one in self._files(entries)}
            file = own[visit.part("file")]
            chunks = read(self._database, self._sealer, file.id)
            self._officers.opens_file(visit.signed_in.member, visit.part("id"), file.id)
        except (TakeoverError, KeyError, SealBroken):
            session = visit.signed_in
            return self._pages.problem(visit.request, "tidak_ada", 404, session=session)
        return files.answer(chunks, file.media_type, f"{file.kind}-{file.inbox_id}")

    def take(self, visit: Visit) -> Response:
        return self._do(visit, "ambil", lambda by, which: self._officers.take(by, which))

    def prepare(self, visit: Visit) -> Response:
        """Puts a canned reply into the box, filled in; the officer reads it and sends it."""
        chosen, which = visit.form.get("balasan", ""), visit.part("id")
        try:
            known = canned.reply(chosen)
            given = {field.name: visit.form.get(field.name, "") for field in known.fields}
            values = {name: value for name, value in given.items() if value.strip()}
            text = self._officers.prepared(visit.signed_in.member, which, chosen, values)
        except TakeoverError as error:
            return self._page(visit, problem=refusals.in_words(error))
        return self._page(visit, text=text)

    def suggest(self, visit: Visit) -> Response:
        """The same with an answer of the catalogue; where a script runs it does so by itself."""
        try:
            entries = self._officers.read(visit.signed_in.member, visit.part("id"))
        except TakeoverError as error:
            return self._page(visit, problem=refusals.in_words(error))
        topic = visit.form.get("topik", "")
        texts = [one["teks"] for one in showing.suggested(entries) if one["topik"] == topic]
        if not texts:
            return self._page(visit, problem=str(words()["gagal"]["suggestion"]))
        return self._page(visit, text=texts[0])

    def say(self, visit: Visit) -> Response:
        text, anyway = visit.form.get("teks", ""), visit.form.get("tetap") == "1"
        # The name that the page gave this message: a browser may send it twice.
        once = visit.form.get("sekali") or None

        def send(by: Unlocked, which: str) -> None:
            self._officers.say(by, which, text, anyway=anyway, once=once)

        return self._do(visit, "tulis", send)

    def note(self, visit: Visit) -> Response:
        text = visit.form.get("teks", "")
        return self._do(visit, "catatan", lambda by, which: self._officers.note(by, which, text))

    def offer(self, visit: Visit) -> Response:
        to = visit.form.get("nama", "")
        return self._do(visit, "tawarkan", lambda by, which: self._officers.transfer(by, which, to))

    def set_level(self, visit: Visit) -> Response:
        level = visit.form.get("tingkat", "")
        return self._do(
            visit, "tingkat", lambda by, which: self._officers.set_level(by, which, level)
        )

    def hand_back(self, visit: Visit) -> Response:
        text = visit.form.get("teks", "")
        return self._do(
            visit, "kembalikan", lambda by, which: self._officers.hand_back(by, which, text)
        )

    def resume(self, visit: Visit) -> Response:
        """Calls the person of a conversation that ended again, and leads to the new one."""
        try:
            taken = self._officers.resume(visit.signed_in.member, visit.part("id"))
        except TakeoverError as error:
            return self._page(visit, problem=refusals.in_words(error))
        return RedirectResponse(f"{ROOT}/percakapan/{taken.id}?selesai=lagi", 303)

    def stay(self, visit: Visit) -> Response:
        """The officer is typing: a script says so, and reads no page."""
        try:
            self._officers.stay(visit.signed_in.member, visit.part("id"))
        except TakeoverError:
            return Response(status_code=409)
        return Response(status_code=204)

    def _do(self, visit: Visit, name: str, action: Callable[[Unlocked, str], object]) -> Response:
        """Does something and shows the page anew; what was refused is shown with its reason."""
        which = visit.part("id")
        try:
            action(visit.signed_in.member, which)
        except TakeoverError as error:
            return self._page(visit, problem=refusals.in_words(error), about=name)
        return RedirectResponse(f"{ROOT}/percakapan/{which}?selesai={name}", 303)

    def _page(
        self, visit: Visit, *, done: str = "", problem: str = "", about: str = "", text: str = ""
    ) -> Response:
        """The page; `text` stands in the box for the answer.

        Args:
            done: What was done, by its name in `kata.yml`.
            problem: Why something was not done.
            about: The form whose words are to stand in their box again.
        """
        session = visit.signed_in
        self._officers.seen(session.member)
        try:
            handoff, shown = self._shown(visit)
        except TakeoverError:
            return self._pages.problem(visit.request, "tidak_ada", 404, session=session)
        offered_to = shown["p"]["ditawarkan_kepada"] or ""
        return self._pages.show(
            visit.request,
            "percakapan.html",
            session,
            status=409 if problem else 200,
            pesan=flash(problem, done, nama=offered_to),
            # What was typed and refused must not be typed again.
            tulisan=visit.form.get("teks", "") if about == "tulis" else text,
            catatan=visit.form.get("teks", "") if about == "catatan" else "",
            kesepakatan=visit.form.get("teks", "") if about == "kembalikan" else "",
            **shown,
            **self._around(handoff, session.member),
        )

    def _around(self, handoff: Handoff, member: Unlocked) -> dict[str, Any]:
        """What the page has beside the part that renews itself."""
        with self._database.read() as connection:
            colleagues = showing.colleagues(connection, member.staff_id)
            earlier = handoffs.before(connection, handoff)
        return {
            "sebelumnya": earlier,
            "rekan": colleagues,
            "tandas": showing.delivery_states(),
            "sekali": random_id(),
            "balasan": _canned(handoff.channel, member.name),
        }

    def _shown(self, visit: Visit) -> tuple[Handoff, dict[str, Any]]:
        """What was said and how it stands: the part that renews itself.

        Raises:
            TakeoverError: There is no such conversation.
        """
        now, member, which = now_ms(), visit.signed_in.member, visit.part("id")
        entries = self._officers.read(member, which)
        addresses = self._addresses(which, entries)
        with self._database.read() as connection:
            handoff = handoffs.find(connection, which)
            by_id = showing.names(connection)
            row = showing.row(handoff, by_id, member.staff_id, now)
            row["ditawarkan_kepada"] = by_id.get(handoff.offered_to or "")
            person = standing.read(connection, handoff.conversation_id)
        why_not = _why_not(handoff, row, person)
        return handoff, {
            "p": row,
            "isi": showing.said(entries, by_id, addresses),
            "saran": showing.suggested(entries),
            "boleh_tulis": why_not is None,
            "sebab_tidak": why_not,
            "tenang": person.quiet_at is not None,
            "berakhir": handoff.state == handoffs.ENDED,
        }

    def _files(self, entries: Sequence[Entry]) -> list[MessageFile]:
        rows = [entry.inbox_id for entry in entries if entry.files and entry.inbox_id]
        with self._database.read() as connection:
            return files_of_messages(connection, rows) if rows else []

    def _addresses(self, which: str, entries: Sequence[Entry]) -> dict[int, dict[int, str]]:
        """Where the files of each message can be looked at, by row of the inbox and place."""
        found: dict[int, dict[int, str]] = {}
        for file in self._files(entries):
            address = f"{ROOT}/percakapan/{which}/berkas/{file.id}"
            found.setdefault(file.inbox_id, {})[file.position] = address
        return found


def _why_not(handoff: Handoff, row: Mapping[str, Any], person: standing.Standing) -> str | None:
    """Why the viewer cannot write to the person just now, or None."""
    reasons = words()["sebab"]
    if handoff.state == handoffs.ENDED:
        return str(reasons["ended"])
    if not row["milikku"]:
        if row["keadaan"] == "dipegang":
            return str(reasons["held_by_other"]).format(nama=row["pemegang"])
        return str(reasons["not_held"])
    if person.stopped:
        return str(reasons["stopped"])
    if person.unreachable_code is not None:
        return str(reasons["unreachable"]).format(kode=person.unreachable_code)
    return None


def _canned(channel: str, name: str) -> list[dict[str, Any]]:
    """The replies that an officer may choose, with what is to be filled in."""
    contacts = {
        known_id: contact
        for known_id, contact in facts.contacts().items()
        if contact.verified_on is not None
    }
    numbers = [{"id": one, "nama": contact.name} for one, contact in contacts.items()]
    missions = [one for one in numbers if contacts[one["id"]].country is not None]
    choices = {canned.CONTACT: numbers, canned.MISSION: missions}
    return [
        {
            "id": reply.id,
            "judul": reply.title,
            "isian": [
                {
                    "nama": field.name,
                    "tanya": field.ask,
                    "pilihan": choices.get(field.kind),
                    "isi": name if field.name == canned.OWN_NAME else "",
                }
                for field in reply.fields
                if f"{{{field.name}}}" in reply.on(channel)
            ],
        }
        for reply in canned.replies().values()
    ]
