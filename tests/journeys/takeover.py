"""The product as processes with people on all channels, and staff who are called and take over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.engine import Row

from bot import settings as settings_module
from bot.clock import now_ms
from bot.conversation.takeover import calls, handoffs, schedule
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.conversation.takeover.officer import Officers
from bot.privacy import slow_hash, staff
from bot.privacy.slow_hash import Strength
from bot.privacy.staff import Unlocked
from bot.storage.tables import alerts, conversations, inbox, outbox
from bot.storage.tables import handoffs as handoffs_table
from channels import registry
from suluh.wiring import House as Installation
from tests.doubles.mail import MailDouble
from tests.doubles.telegram import Group, TelegramDouble
from tests.doubles.twilio import TwilioDouble
from tests.journeys.running_village import (
    FIRST_CHAT,
    PASSWORD,
    TelegramTeller,
    Teller,
    TwilioTeller,
    WebTeller,
)
from tests.journeys.stories import wait_until_all_is_said
from tests.processes import Product, new_secret

STAFF_GROUP, ON_DUTY_CHAT = -1_000_000_000_001, 5_700_000_001
DUTY_PHONE, MAILBOX = "+6281200009999", "petugas@example.org"
FIRST_NUMBER = 62_812_0000_0000
SECONDS = 15.0
MINUTE, DAY = 60, 24 * 60 * 60
TIMES = ("taken_at", "acknowledged_at", "told_at", "due_at", "steps_from", "opened_at")


class Page(WebTeller):
    """A visitor whose cookie is known."""

    def __init__(self, product: Product, secret: str) -> None:
        super().__init__(product)
        self._client.close()
        self._client = product.client(secret)


@dataclass
class Person:
    """Somebody who writes on one channel."""

    house: House
    teller: Teller
    address: str

    @property
    def channel(self) -> str:
        return self.teller.channel

    @property
    def conversation(self) -> str:
        found = self.house.installation.inbox.conversation_of(self.channel, self.address)
        assert found is not None
        return found

    def writes(self, *lines: str) -> None:
        for line in lines:
            self.teller.writes(line)

    def says(self, text: str) -> list[str]:
        """Writes, and gives all that came back and was not read before."""
        self.writes(text)
        return self.reads()

    def reads(self) -> list[str]:
        self.house.settle()
        return self.teller.reads()

    def hears(self, words: str) -> str:
        """Waits for a message nobody asked for just now; it must be the only one."""
        heard: list[str] = []

        def came() -> bool:
            heard.extend(self.reads())
            return bool(heard)

        until(came, f"{words!r} on {self.channel}")
        (text,) = heard
        assert words in text
        return text


class House:
    """A running product, two officers, and whoever writes."""

    def __init__(
        self, product: Product, telegram: TelegramDouble, twilio: TwilioDouble, mail: MailDouble
    ) -> None:
        self.product = product
        self.telegram, self.twilio, self.mail = telegram, twilio, mail
        self.group: Group = telegram.group(STAFF_GROUP)
        self.people: list[Person] = []

    def opens(self) -> None:
        """Opens what the product made, as the desk does."""
        self.installation = Installation.open(settings_module.load(self.product.environment))
        self.vault, self.database = self.installation.vault, self.installation.database
        shown = registry.capabilities(self.installation.channels())
        self.officers = Officers(self.vault, shown)
        staff.add(self.database, "Sari", staff.ADMIN, PASSWORD)
        self.sari = staff.unlock(self.database, "Sari", PASSWORD)
        staff.add(self.database, "Budi", staff.OFFICER, PASSWORD, by=self.sari)
        self.budi = staff.unlock(self.database, "Budi", PASSWORD)
        with self.database.write() as connection:
            calls.add_target(connection, self.vault.sealer, DUTY, "piket", DUTY_PHONE)
            calls.add_target(connection, self.vault.sealer, MAIL, "kantor", MAILBOX)
        self.group.adds_bot(self.telegram.person(ON_DUTY_CHAT))
        self.is_open()

    # People.

    def person(self, channel: str) -> Person:
        """Somebody new."""
        number = len(self.people) + 1
        if channel == "web":
            address = new_secret()
            teller: Teller = Page(self.product, address)
        elif channel == "telegram":
            address = str(FIRST_CHAT + number)
            teller = TelegramTeller(self.telegram.person(int(address)))
        else:
            address = f"+{FIRST_NUMBER + number}"
            teller = TwilioTeller(self.twilio.person(address, channel))
        self.people.append(Person(self, teller, address))
        return self.people[-1]

    def let_in(self) -> None:
        """Until all that was written lies in the inbox."""
        self.telegram.wait_until_delivered(SECONDS)
        self.twilio.wait_until_delivered(SECONDS)

    def settle(self) -> None:
        """Until it is answered as well, and all answers are sent."""
        self.let_in()
        wait_until_all_is_said(self.product.home, SECONDS)

    # The desk.

    def handoff(self, person: Person) -> Handoff:
        """The last one of a person, as it stands now."""
        own = handoffs_table.c.conversation_id == person.conversation
        query = select(handoffs_table.c.id).where(own).order_by(handoffs_table.c.opened_at.desc())
        with self.database.read() as connection:
            found = connection.execute(query).scalars().first()
            assert found is not None, "nobody was called"
            return handoffs.find(connection, found)

    def takes(self, by: Unlocked, person: Person) -> Handoff:
        return self.officers.take(by, self.handoff(person).id)

    def transcript(self, person: Person, by: Unlocked | None = None) -> list[tuple[str, str]]:
        """Author and text, as an officer reads them."""
        entries = self.officers.read(by or self.sari, self.handoff(person).id)
        return [(entry.author, entry.text) for entry in entries]

    def row(self, person: Person) -> Row:
        """The conversation of a person as it stands in its table."""
        query = select(conversations).where(conversations.c.id == person.conversation)
        with self.database.read() as connection:
            return connection.execute(query).one()

    def last_from_bot(self, person: Person) -> int:
        """The number of the last message that the assistant said to a person."""
        own = outbox.c.conversation_id == person.conversation
        query = select(func.max(outbox.c.id)).where(own, outbox.c.author == "bot")
        with self.database.read() as connection:
            return connection.execute(query).scalar() or 0

    def turns(self, person: Person) -> list[tuple[int, int]]:
        """The number of each message of a person, and how many replies its turn had."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(inbox.c.id, func.count(outbox.c.id))
                .outerjoin(outbox, outbox.c.turn_id == inbox.c.turn_id)
                .where(inbox.c.conversation_id == person.conversation)
                .group_by(inbox.c.id)
                .order_by(inbox.c.id)
            ).all()
        return [(row[0], row[1]) for row in rows]

    def later(self, person: Person, seconds: float) -> None:
        """So much time goes by for one conversation."""
        ago = int(seconds * 1000)
        handoff = self.handoff(person)
        moved = ((handoffs_table, handoff.id, TIMES),
                 (conversations, handoff.conversation_id, ("held_until", "level_at")))  # fmt: skip
        with self.database.write() as connection:
            for table, row_id, columns in moved:
                values = {name: table.c[name] - ago for name in columns}
                connection.execute(update(table).where(table.c.id == row_id).values(values))

    # The office.

    def is_open(self) -> None:
        with self.database.write() as connection:
            for day in range(7):
                schedule.set_hours(connection, day, "00:00", "24:00")

    @contextmanager
    def closed(self, opens_on: Sequence[int] = ()) -> Iterator[None]:
        """The office opens at eight on some weekdays; it is closed now."""
        with self.database.write() as connection:
            for day in range(7):
                schedule.set_closed(connection, day)
            for day in opens_on:
                schedule.set_hours(connection, day, "08:00", "16:00")
        try:
            yield
        finally:
            self.is_open()

    # The calls.

    def mails(self) -> list[str]:
        """Every mail with its headers, as it is read."""
        found = []
        for mail in list(self.mail.taken):
            assert isinstance(mail, EmailMessage)
            headers = [f"{name}: {value}" for name, value in mail.items()]
            found.append("\n".join([*headers, mail.get_content()]))
        return found

    def called(self, handoff: Handoff, way: str) -> list[str]:
        """The calls of one way that reached staff, as they were made."""
        everything = {
            GROUP: [
                message.earlier[0] if message.earlier else message.text
                for message in self.group.received
            ],
            DUTY: [item.body for item in self.twilio.person(DUTY_PHONE, "sms").received],
            MAIL: self.mails(),
        }
        return [text for text in everything[way] if handoff.id in text]

    def stands_in_group(self, handoff: Handoff) -> list[tuple[str, list[str]]]:
        """What the calls to the group say now, with their buttons."""
        made = self.called(handoff, GROUP)
        return [
            (message.text, message.titles)
            for message in self.group.received
            if (message.earlier[0] if message.earlier else message.text) in made
        ]

    def calls(self, person: Person, **counts: int) -> Handoff:
        """Waits until so many calls reached staff, and no other is on its way."""
        handoff = self.handoff(person)

        def all_made() -> bool:
            made = {way: len(self.called(handoff, way)) for way in counts}
            return made == counts and not self._is_overdue(handoff)

        until(all_made, f"{counts} calls")
        return handoff

    def _is_overdue(self, handoff: Handoff) -> bool:
        """Whether a step is to be taken now, or a call of one to be made."""
        step = select(handoffs_table.c.id).where(
            handoffs_table.c.id == handoff.id, handoffs_table.c.due_at <= now_ms()
        )
        call = select(alerts.c.id).where(
            alerts.c.handoff_id == handoff.id, alerts.c.state == calls.DUE
        )
        with self.database.read() as connection:
            return any(connection.execute(query).first() for query in (step, call))


def until(holds: Callable[[], bool], what: str) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)


@contextmanager
def running(home: Path, model_dir: Path) -> Iterator[House]:
    """A product in `home` with everybody around it."""
    with (
        TelegramDouble() as telegram,
        TwilioDouble() as twilio,
        MailDouble() as mail,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in ("PASSWORD", "RECEIPT", "MARK"):
            patch.setattr(slow_hash, name, Strength(1, 8192))
        product = Product(home, model_dir, crash_limit=1000)
        product.environment |= {
            "SULUH_PUBLIC_URL": product.url,
            "SULUH_BURST_WAIT": "0.05",
            "SULUH_TELEGRAM_TOKEN": telegram.token,
            "SULUH_TELEGRAM_API_URL": telegram.url,
            "SULUH_TELEGRAM_STAFF_GROUP": str(STAFF_GROUP),
            "SULUH_TWILIO_ACCOUNT_SID": twilio.account_sid,
            "SULUH_TWILIO_AUTH_TOKEN": twilio.auth_token,
            "SULUH_TWILIO_API_URL": twilio.url,
            "SULUH_WHATSAPP_NUMBER": twilio.sender("whatsapp"),
            "SULUH_SMS_NUMBER": twilio.sender("sms"),
            "SULUH_SMTP_URL": mail.url_with(""),
            "SULUH_MAIL_FROM": "suluh@example.org",
        }
        for channel in ("whatsapp", "sms"):
            twilio.set_webhook(channel, f"{product.url}/twilio/pesan")
        with product:
            telegram.wait_until(lambda: bool(telegram.webhook_url), SECONDS)
            house = House(product, telegram, twilio, mail)
            house.opens()
            yield house
            house.database.close()
