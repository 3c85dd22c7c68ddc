"""The phone number of the account and its webhooks."""

from __future__ import annotations

from tests.doubles.twilio_state import State, Webhook
from tests.doubles.twilio_wire import API_VERSION, new_sid, now, rfc2822

SETTINGS = {
    "FriendlyName": "friendly_name",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
}


class PhoneNumber:
    """The SMS number as an IncomingPhoneNumber resource."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.sid = new_sid("PN")
        self._created = now()
        self._settings = {
            "friendly_name": "Nomor Uji Suluh",
            "sms_url": "",
            "sms_method": "POST",
            "sms_fallback_url": "",
            "sms_fallback_method": "POST",
            "status_callback": "",
            "status_callback_method": "POST",
        }

    def matches(self, wanted: str) -> bool:
        """Whether the number holds `wanted`; an empty text fits."""
        return wanted in self._state.senders["sms"]

    def update(self, form: dict[str, list[str]]) -> None:
        """Takes over the settings in `form`.

        A new SmsUrl is where SMS go from now on; an empty one means nowhere.
        """
        with self._state.changed:
            for parameter, name in SETTINGS.items():
                if parameter in form:
                    self._settings[name] = form[parameter][0]
            if "SmsUrl" in form:
                self._set_webhook(form["SmsUrl"][0])

    def _set_webhook(self, url: str) -> None:
        if url:
            self._state.webhooks["sms"] = Webhook(url, url)
        else:
            self._state.webhooks.pop("sms", None)

    def as_json(self) -> dict[str, object]:
        with self._state.changed:
            account, settings = self._state.account_sid, dict(self._settings)
        return {
            "account_sid": account,
            "address_requirements": "none",
            "address_sid": None,
            "api_version": API_VERSION,
            "beta": False,
            "bundle_sid": None,
            "capabilities": {"voice": False, "sms": True, "mms": False, "fax": False},
            "date_created": rfc2822(self._created),
            "date_updated": rfc2822(self._created),
            "origin": "twilio",
            "phone_number": self._state.senders["sms"],
            "sid": self.sid,
            "sms_application_sid": "",
            "status": "in-use",
            "uri": f"/{API_VERSION}/Accounts/{account}/IncomingPhoneNumbers/{self.sid}.json",
            **settings,
        }
