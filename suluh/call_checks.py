"""Whether staff can be called, for `suluh doctor`: real calls, of which nobody hears."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from functools import partial

from bot.conversation.takeover import calls, schedule
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.conversation.takeover.schedule import Schedule
from bot.privacy import desk
from bot.settings import Settings
from channels import registry
from suluh.findings import Finding, Mend, check
from suluh.wiring import House

NO_GROUP = "not set; the quickest way to call all of staff at once (SULUH_TELEGRAM_STAFF_GROUP)"
NO_DESK = "nobody is called before there is a desk"
NO_TELEPHONE = "nobody can be called at night. Run: suluh desk call duty NAME"
NO_SMS = (
    "{count} on the list, but nothing to send SMS from, so that nobody can be called at night. "
    "Set SULUH_SMS_NUMBER (docs/channels.md)"
)
NO_MAIL = "not set; reaches who is not on Telegram (SULUH_SMTP_URL, SULUH_MAIL_FROM)"
NO_SERVER = (
    "mailboxes on the list: {count}, but no mail server. Set SULUH_SMTP_URL and SULUH_MAIL_FROM"
)
NO_MAILBOX = "the server is well, but no mailbox is on the list. Run: suluh desk call mail NAME"
NO_HOURS = (
    "not set: it counts as closed, and nobody is told when an answer may come. "
    "Run: suluh desk hours senin 08:00 16:00"
)


@dataclass(frozen=True)
class _Listed:
    """What the database says of it. `targets`: how many telephones and mailboxes."""

    has_desk: bool
    targets: Counter[str]
    office: Schedule


def look(settings: Settings, house: House) -> list[Finding]:
    """The group, the telephones on duty, the mail, the office hours."""
    with house.database.read() as connection:
        listed = _Listed(
            has_desk=desk.current(connection) is not None,
            targets=Counter(target.way for target in calls.targets(connection)),
            office=schedule.read(connection),
        )
    return [
        check("staff group", partial(_group, settings)),
        check("duty telephones", partial(_duty, settings, listed)),
        check("staff mail", partial(_mail, settings, listed)),
        check("office hours", partial(_hours, listed.office)),
    ]


def _group(settings: Settings) -> str:
    return _ask(settings, GROUP) if registry.has_group(settings) else NO_GROUP


def _duty(settings: Settings, listed: _Listed) -> str:
    count = listed.targets[DUTY]
    if not listed.has_desk:
        return NO_DESK
    if not count:
        raise Mend(NO_TELEPHONE)
    if settings.twilio is None or settings.twilio.sms_number is None:
        raise Mend(NO_SMS.format(count=count))
    return f"{count} on the list; {_ask(settings, DUTY)}"


def _mail(settings: Settings, listed: _Listed) -> str:
    count = listed.targets[MAIL]
    if settings.mail is None:
        if count:
            raise Mend(NO_SERVER.format(count=count))
        return NO_MAIL
    said = _ask(settings, MAIL)
    if listed.has_desk and not count:
        raise Mend(NO_MAILBOX)
    return f"mailboxes on the list: {count}; {said}"


def _hours(office: Schedule) -> str:
    if not office.hours:
        return NO_HOURS
    return f"open on {len(office.hours)} days of the week; holidays: {len(office.holidays)}"


def _ask(settings: Settings, name: str) -> str:
    """Asks a way to call staff that has its settings."""

    async def ask() -> str:
        ways = registry.ways_to_call(settings)
        try:
            return await ways[name].check()
        finally:
            for way in ways.values():
                await way.close()

    return asyncio.run(ask())
