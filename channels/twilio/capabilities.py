"""What WhatsApp and SMS can show, and how fast Twilio takes it."""

from __future__ import annotations

from bot.conversation import gsm7
from bot.conversation.capabilities import Capabilities
from bot.conversation.limits import Rate
from bot.settings import TwilioSettings

# https://www.twilio.com/docs/messaging/api/message-resource
MAX_BODY = 1600
# For choices that have to stand in the text after all: see `rendering.as_text`.
ROOM_FOR_CHOICES = 120
# https://www.twilio.com/docs/whatsapp/key-concepts
WINDOW_SECONDS = 24 * 60 * 60
# https://www.twilio.com/docs/content/twilio-quick-reply
MAX_TITLE = 20
MAX_SEGMENTS = 3

# https://www.twilio.com/docs/whatsapp/api: 80 messages a second and sender.
WHATSAPP_RATE = Rate(per_second=80, conversation_per_second=1, conversation_burst=5)
# Twilio queues what is more than a number may send.
SMS_RATE = Rate(per_second=10, conversation_per_second=1, conversation_burst=3)

SMS = Capabilities(
    buttons=0,
    length=MAX_SEGMENTS,
    measure=gsm7.segments,
    clean=gsm7.plain,
    waits_for_more=True,
)


def whatsapp(settings: TwilioSettings) -> Capabilities:
    """Of an installation: buttons need a template for each number of them."""
    buttons = 0
    while buttons + 1 in settings.button_templates:
        buttons += 1
    return Capabilities(
        buttons=buttons,
        button_title=MAX_TITLE,
        length=MAX_BODY - ROOM_FOR_CHOICES if buttons else MAX_BODY,
        window_seconds=WINDOW_SECONDS,
    )
