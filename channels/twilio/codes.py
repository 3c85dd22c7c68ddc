"""What follows from an error code of Twilio, in the answer to a send or in a callback.

https://www.twilio.com/docs/api/errors; WhatsApp's own codes are folded into them as in
https://www.twilio.com/docs/whatsapp/api/error-code-mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.conversation.sender import SendError, Then

# A carrier that failed for no told reason; each attempt costs money.
COSTLY_ATTEMPTS = 3
COSTLY_SECONDS = 60.0
# Mended by the operator only.
ACCOUNT_SECONDS = 60.0
# No word of the provider holds up a person for longer than this.
LONGEST_SECONDS = 600.0
REQUEST_TIMEOUT = 408


@dataclass(frozen=True)
class Row:
    """What follows from one code.

    Attributes:
        then: What follows.
        reason: For staff, in Indonesian.
        seconds: When to try again; None for longer and longer pauses.
        whole_channel: The trouble is everybody's.
        most_attempts: Given up after so many; None for no other end than time.
    """

    then: Then
    reason: str
    seconds: float | None = None
    whole_channel: bool = False
    most_attempts: int | None = None


def _account(reason: str, seconds: float = ACCOUNT_SECONDS) -> Row:
    return Row(Then.RETRY, reason, seconds, whole_channel=True)


def _costly(reason: str) -> Row:
    return Row(Then.RETRY, reason, COSTLY_SECONDS, most_attempts=COSTLY_ATTEMPTS)


def _template(reason: str) -> Row:
    # What was refused with buttons may go through without them.
    return Row(Then.AS_TEXT, reason)


UNKNOWN = Row(Then.GIVE_UP, "Ditolak Twilio. Cari kodenya di twilio.com/docs/api/errors.")
NO_CODE = _costly("Tidak sampai, dan Twilio tidak menyebut sebabnya.")

CODES: Mapping[int, Row] = {
    # The account and its numbers.
    20003: _account("Token salah atau akun dibekukan. Periksa SULUH_TWILIO_AUTH_TOKEN."),
    20005: _account("Akun Twilio tidak aktif."),
    30002: _account("Akun Twilio dibekukan. Periksa saldo dan surel dari Twilio."),
    20404: _account("Akun tidak ditemukan. Periksa SULUH_TWILIO_ACCOUNT_SID."),
    21606: _account("Nomor SMS kita tidak bisa mengirim. Periksa SULUH_SMS_NUMBER."),
    21659: _account("Nomor pengirim bukan milik akun ini. Periksa SULUH_SMS_NUMBER."),
    21660: _account("Nomor pengirim tidak cocok dengan akun. Periksa SULUH_SMS_NUMBER."),
    63007: _account("Nomor WhatsApp kita tidak ada di akun ini. Periksa SULUH_WHATSAPP_NUMBER."),
    63038: _account("Batas pesan harian akun sudah tercapai.", LONGEST_SECONDS),
    # Too fast.
    20429: _account("Terlalu banyak permintaan ke Twilio sekaligus.", 1.0),
    63017: _account("Terlalu banyak pesan dari akun ini sekaligus.", 1.0),
    # Also the limit of a whole day, so the pauses grow.
    63018: Row(Then.RETRY, "WhatsApp membatasi jumlah pesan untuk sementara."),
    21611: Row(Then.RETRY, "Antrean pesan di Twilio penuh."),
    30001: Row(Then.RETRY, "Antrean pesan di Twilio penuh."),
    # The person.
    21610: Row(Then.STOPPED, "Orang ini meminta berhenti (STOP)."),
    63016: Row(Then.WINDOW_CLOSED, "Lewat 24 jam. Menunggu orang ini menulis lagi."),
    21211: Row(Then.UNREACHABLE, "Nomor tujuan tidak berlaku."),
    21408: Row(Then.UNREACHABLE, "SMS ke negara ini belum diizinkan (Geo permissions di Twilio)."),
    21614: Row(Then.UNREACHABLE, "Nomor tujuan bukan nomor ponsel."),
    30004: Row(Then.UNREACHABLE, "Pesan diblokir oleh orang ini atau operatornya."),
    30005: Row(Then.UNREACHABLE, "Nomor tujuan tidak dikenal atau sudah tidak aktif."),
    30006: Row(Then.UNREACHABLE, "Nomor rumah, atau operatornya tidak terjangkau."),
    63003: Row(Then.UNREACHABLE, "Nomor ini tidak ditemukan di WhatsApp."),
    63014: Row(Then.UNREACHABLE, "Orang ini memblokir nomor kita."),
    63024: Row(Then.UNREACHABLE, "Nomor ini tidak bisa menerima pesan WhatsApp."),
    # The way.
    30003: _costly("Ponsel mati atau di luar jangkauan."),
    30008: _costly("Operator gagal mengantar, tanpa sebab yang jelas."),
    63012: _costly("WhatsApp sedang bermasalah."),
    # The message.
    21602: Row(Then.GIVE_UP, "Pesan kosong."),
    21617: Row(Then.GIVE_UP, "Pesan lebih panjang dari 1600 huruf."),
    30007: Row(Then.GIVE_UP, "Disaring operator karena dianggap spam."),
    63013: Row(Then.GIVE_UP, "Ditolak WhatsApp karena melanggar kebijakannya."),
    # The template, or what it holds.
    21655: _template("Templat tidak ada. Jalankan: suluh channels setup"),
    21656: _template("Isi templat tidak bisa dipakai."),
    63005: _template("WhatsApp tidak menerima isi pesan ini."),
    63006: _template("Isi pesan ini tidak bisa dibentuk untuk WhatsApp."),
    63021: _template("WhatsApp tidak bisa menampilkan isi pesan ini."),
    63027: _template("Templat tidak ada dalam bahasa ini."),
    63028: _template("Jumlah isian templat tidak cocok."),
    63040: _template("Templat ditolak WhatsApp."),
    63041: _template("Templat dihentikan sementara oleh WhatsApp."),
    63042: _template("Templat dimatikan WhatsApp."),
    92007: _template("Isi templat tidak bisa dipakai."),
}


def reason(code: str) -> str:
    """What a code means, for staff."""
    return (CODES.get(int(code), UNKNOWN) if code.isdecimal() else NO_CODE).reason


def from_answer(status: int, code: int, retry_after: float | None) -> SendError:
    """The error of a send that was answered with something else than a message.

    Args:
        status: Of HTTP.
        code: Twilio's, or the status again when the answer has none.
        retry_after: Seconds, as the answer's header says.
    """
    return _send_error(str(code), _row_of_answer(status, code), retry_after)


def from_callback(status: str, code: str) -> SendError:
    """The error of a message that was taken and then did not arrive.

    Args:
        status: `failed` or `undelivered`.
        code: The form's ErrorCode, perhaps empty.
    """
    if not (code.isascii() and code.isdecimal() and len(code) <= 6):
        return _send_error(status, NO_CODE, None)
    return _send_error(code, CODES.get(int(code), UNKNOWN), None)


def _row_of_answer(status: int, code: int) -> Row:
    if code in CODES:
        return CODES[code]
    if status in (401, 403, 404, 429):
        return CODES[{429: 20429, 404: 20404}.get(status, 20003)]
    return (
        UNKNOWN
        if 400 <= status < 500 and status != REQUEST_TIMEOUT
        else Row(Then.RETRY, NO_CODE.reason)
    )


def _send_error(code: str, row: Row, retry_after: float | None) -> SendError:
    after = row.seconds if retry_after is None else min(retry_after, LONGEST_SECONDS)
    return SendError(
        code,
        row.then,
        after_seconds=after,
        whole_channel=row.whole_channel,
        most_attempts=row.most_attempts,
    )
