"""A village and its desk over real processes, on all channels."""

from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from bot.settings import PROJECT_ROOT
from tests.doubles.telegram import Person as OnTelegram
from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import Person as OnTwilio
from tests.doubles.twilio import TwilioDouble
from tests.journeys.stories import wait_until_all_is_said
from tests.processes import Product

OFFICER, PASSWORD = "Ani", "lampu minyak di teras"
SECONDS = 90.0
CLI_SECONDS = 120
FIRST_CHAT, FIRST_NUMBER = 5_601_000_000, 62_812_000_500_00
CHANNELS = ("web", "telegram", "whatsapp", "sms")

_RECEIPT = re.compile(r"\b08\d\d-\d{4}-\d{4}-\d{4}\b")
_WORDS = re.compile(r"lima kata(?:nya| ini)?:\s*((?:[a-z]+ ){4}[a-z]+)", re.IGNORECASE)


def picture() -> bytes:
    """A photo as a telephone sends it."""
    file = io.BytesIO()
    Image.new("RGB", (32, 24), (180, 40, 40)).save(file, "JPEG")
    return file.getvalue()


class Teller:
    """Somebody who writes on one channel, and reads what comes there."""

    channel: str

    def __init__(self) -> None:
        self.written: list[str] = []
        self.receipt, self.words = "", ""
        self._read = 0

    def writes(self, line: str) -> None:
        """A text, or /photo, /location with an argument as in the stories."""
        command, _, argument = line.partition(" ")
        if command == "/photo":
            self._photo()
        elif command == "/location":
            latitude, longitude = map(float, argument.split(","))
            self._location(latitude, longitude)
        else:
            self.written.append(line)
            self._text(line)

    def reads(self) -> list[str]:
        """What came since the last time, with the titles of the buttons."""
        everything = self._received()
        new, self._read = everything[self._read :], len(everything)
        for text in new:
            if found := _RECEIPT.search(text):
                words = _WORDS.search(text)
                assert words is not None
                self.receipt, self.words = found[0], words[1]
        return new

    def _text(self, text: str) -> None:
        raise NotImplementedError

    def _photo(self) -> None:
        raise NotImplementedError

    def _location(self, latitude: float, longitude: float) -> None:
        raise NotImplementedError

    def _received(self) -> list[str]:
        raise NotImplementedError


class TelegramTeller(Teller):
    channel = "telegram"

    def __init__(self, person: OnTelegram) -> None:
        super().__init__()
        self._person = person

    def _text(self, text: str) -> None:
        last = self._person.received[-1:]
        if last and text in last[0].titles:
            self._person.presses(last[0], text)
        else:
            self._person.says(text)

    def _photo(self) -> None:
        self._person.sends_photo(picture())

    def _location(self, latitude: float, longitude: float) -> None:
        self._person.shares_location(latitude, longitude)

    def _received(self) -> list[str]:
        return ["\n".join([item.text, *item.titles]) for item in self._person.received]


class TwilioTeller(Teller):
    def __init__(self, person: OnTwilio) -> None:
        super().__init__()
        self.channel = person.channel
        self._person = person

    def _text(self, text: str) -> None:
        self._person.says(text)

    def _photo(self) -> None:
        self._person.sends_media(picture(), "image/jpeg")

    def _location(self, latitude: float, longitude: float) -> None:
        self._person.shares_location(latitude, longitude)

    def _received(self) -> list[str]:
        return [item.body for item in self._person.received]


class WebTeller(Teller):
    """A page: it says with each message up to where it has shown the answers."""

    channel = "web"

    def __init__(self, product: Product) -> None:
        super().__init__()
        self._client = product.client()
        self._shown: dict[int, str] = {}

    def _text(self, text: str) -> None:
        body = {"id": str(uuid.uuid4()), "text": text, "seen": max(self._shown, default=0)}
        for _ in range(400):
            try:
                if self._client.post("/pesan", json=body).status_code == 202:
                    return
            except httpx.TransportError:
                continue
        raise AssertionError("the web process did not come back")

    def _received(self) -> list[str]:
        for entry in self._client.get("/pesan").json()["percakapan"]:
            if entry["dari"] == "suluh":
                titles = [choice["judul"] for choice in entry["pilihan"]]
                self._shown[entry["id"]] = "\n".join([entry["teks"], *titles])
        return [self._shown[number] for number in sorted(self._shown)]


class RunningVillage:
    """The product with all channels, and what an officer does with `suluh`."""

    def __init__(self, product: Product, telegram: TelegramDouble, twilio: TwilioDouble) -> None:
        self.product = product
        self._telegram = telegram
        self._twilio = twilio
        self._numbers = itertools.count(1)

    def person(self, channel: str) -> Teller:
        """Somebody new."""
        number = next(self._numbers)
        if channel == "web":
            return WebTeller(self.product)
        if channel == "telegram":
            return TelegramTeller(self._telegram.person(FIRST_CHAT + number))
        return TwilioTeller(self._twilio.person(f"+{FIRST_NUMBER + number}", channel))

    def settle(self) -> None:
        """Until all that was written is answered, and all answers are sent."""
        self._telegram.wait_until_delivered(SECONDS)
        self._twilio.wait_until_delivered(SECONDS)
        wait_until_all_is_said(self.product.home, SECONDS)

    # The desk.

    def suluh(self, *arguments: str, lines: Sequence[str] = ()) -> str:
        """What a command prints; it must succeed. `lines` are its standard input."""
        finished = subprocess.run(
            [sys.executable, "-m", "suluh", *arguments],
            input="".join(f"{line}\n" for line in lines),
            env=self.product.environment,
            capture_output=True,
            text=True,
            timeout=CLI_SECONDS,
            check=False,
            cwd=PROJECT_ROOT,
        )
        assert finished.returncode == 0, finished.stderr[-2000:]
        return finished.stdout

    def listed(self) -> dict[str, dict[str, Any]]:
        """The reports as the list shows them, by id."""
        lines = self.suluh("tip", "list", "--json").splitlines()
        return {tip["id"]: tip for tip in map(json.loads, lines)}

    def opened(self, tip_id: str) -> dict[str, Any]:
        shown = self.suluh("tip", "show", tip_id, "--by", OFFICER, "--json", lines=[PASSWORD])
        opened: dict[str, Any] = json.loads(shown)
        return opened

    def file(self, tip_id: str, number: int, target: Path) -> bytes:
        """A file of a report as an officer saves it."""
        where = ("tip", "file", tip_id, str(number), str(target))
        self.suluh(*where, "--by", OFFICER, lines=[PASSWORD])
        return target.read_bytes()


@contextmanager
def running(home: Path, model_dir: Path) -> Iterator[RunningVillage]:
    """A product in `home` with everybody around it, and one officer at the desk."""
    with TelegramDouble() as telegram, TwilioDouble() as twilio:
        product = Product(home, model_dir, crash_limit=1000)
        product.environment |= {
            "SULUH_PUBLIC_URL": product.url,
            "SULUH_TELEGRAM_TOKEN": telegram.token,
            "SULUH_TELEGRAM_API_URL": telegram.url,
            "SULUH_TWILIO_ACCOUNT_SID": twilio.account_sid,
            "SULUH_TWILIO_AUTH_TOKEN": twilio.auth_token,
            "SULUH_TWILIO_API_URL": twilio.url,
            "SULUH_WHATSAPP_NUMBER": twilio.sender("whatsapp"),
            "SULUH_SMS_NUMBER": twilio.sender("sms"),
        }
        for channel in ("whatsapp", "sms"):
            twilio.set_webhook(channel, f"{product.url}/twilio/pesan")
        with product:
            telegram.wait_until(lambda: bool(telegram.webhook_url), 30)
            village = RunningVillage(product, telegram, twilio)
            village.suluh("staff", "add", OFFICER, "--role", "admin", lines=[PASSWORD])
            yield village
