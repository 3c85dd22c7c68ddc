"""The ways to call staff that are set up on this installation."""

from __future__ import annotations

from bot.settings import Settings
from bot.takeover.dispatcher import Way
from bot.takeover.ladder import DUTY, GROUP, MAIL


def configured(settings: Settings) -> dict[str, Way]:
    """Each way that has its settings. Needs a running event loop."""
    found: dict[str, Way] = {}
    if settings.telegram is not None and settings.telegram.staff_group is not None:
        from channels.alerts.group import GroupWay

        found[GROUP] = GroupWay(settings.telegram, settings.public_url)
    if settings.twilio is not None and settings.twilio.sms_number is not None:
        from channels.alerts.sms import SmsWay

        found[DUTY] = SmsWay(settings.twilio, settings.public_url)
    if settings.mail is not None:
        from channels.alerts.mail import MailWay

        found[MAIL] = MailWay(settings.mail, settings.public_url)
    return found


def has_group(settings: Settings) -> bool:
    """Whether there is a group of staff that can be called."""
    return settings.telegram is not None and settings.telegram.staff_group is not None
