from __future__ import annotations

import copy
from typing import Any

from bot.engine import rasa_internals

rasa_internals.import_for_tools()

from rasa.shared.core.domain import Domain  # noqa: E402

from bot.knowledge import facts  # noqa: E402
from bot.knowledge.generator import FactsGenerator  # noqa: E402

POLICE = facts.placeholders()["kontak_polisi"]

RESPONSES: dict[str, Any] = {
    "utter_salam": [
        {
            "text": "Halo, polisi {kontak_polisi}.",
            "buttons": [{"title": "Hukum", "payload": '/menu{"bidang":"hukum"}'}],
        },
        {"text": "SMS: polisi {kontak_polisi}.", "channel": "sms"},
    ],
    "utter_tanya_nama": [{"text": "Halo {nama}, polisi {kontak_polisi}."}],
    "utter_tidak_dikenal": [{"text": "Lihat {belum_ada} dan {kontak_polisi}."}],
    "utter_faq/paspor_ditahan": [
        {
            "text": "Tidak boleh. Polisi {kontak_polisi}.",
            "metadata": {"title": "Paspor ditahan", "next": ["calo", "belum_ditulis", "lapor"]},
        },
        {"text": "Tidak boleh. {kontak_polisi}", "channel": "sms"},
    ],
    "utter_faq/calo": [
        {"text": "Calo dilarang.", "metadata": {"title": "Calo", "next": ["paspor_ditahan"]}}
    ],
    "utter_faq/lapor": [
        {"text": "Begini.", "metadata": {"title": "Cara lapor"},
         "buttons": [{"title": "Telepon", "payload": "/darurat"}]}
    ],
}  # fmt: skip


def _generator() -> FactsGenerator:
    return FactsGenerator(domain=Domain.from_dict({"responses": copy.deepcopy(RESPONSES)}))


def _said(utter: str, channel: str = "web", **slots: Any) -> dict[str, Any]:
    said = _generator().generate_from_slots(utter, slots, channel)
    assert said is not None
    return said


def test_a_contact_is_filled_in() -> None:
    assert _said("utter_salam")["text"] == f"Halo, polisi {POLICE}."


def test_the_braces_of_a_button_stay_json() -> None:
    (button,) = _said("utter_salam")["buttons"]
    assert button["payload"] == '/menu{"bidang":"hukum"}'


def test_a_channel_gets_its_own_variant() -> None:
    assert _said("utter_salam", "sms")["text"] == f"SMS: polisi {POLICE}."
    assert _said("utter_salam", "telegram")["text"] == f"Halo, polisi {POLICE}."


def test_slots_are_filled_in_too() -> None:
    assert _said("utter_tanya_nama", nama="Bunga")["text"] == f"Halo Bunga, polisi {POLICE}."


def test_no_slot_can_change_the_number_of_the_police() -> None:
    said = _said("utter_tanya_nama", nama="Bunga", kontak_polisi="0812-0000-0001")
    assert said["text"] == f"Halo Bunga, polisi {POLICE}."


def test_an_unknown_name_stays_visible_instead_of_failing() -> None:
    assert _said("utter_tidak_dikenal")["text"] == f"Lihat {{belum_ada}} dan {POLICE}."


def test_a_topic_offers_its_follow_ups_that_are_written() -> None:
    assert _said("utter_faq/paspor_ditahan")["buttons"] == [
        {"title": "Calo", "payload": '/faq{"topik": "calo"}'},
        {"title": "Cara lapor", "payload": '/faq{"topik": "lapor"}'},
    ]


def test_the_sms_variant_offers_the_same_follow_ups() -> None:
    web, sms = (_said("utter_faq/paspor_ditahan", channel) for channel in ("web", "sms"))
    assert sms["buttons"] == web["buttons"]
    assert sms["text"] != web["text"]


def test_a_topic_without_follow_ups_keeps_its_own_buttons() -> None:
    assert _said("utter_faq/lapor")["buttons"] == [{"title": "Telepon", "payload": "/darurat"}]


def test_an_answer_is_the_same_the_second_time() -> None:
    """Rasa hands out the domain's own lists: nothing may be added to them."""
    generator = _generator()
    before = copy.deepcopy(generator.responses)
    first = generator.generate_from_slots("utter_faq/paspor_ditahan", {}, "web")
    second = generator.generate_from_slots("utter_faq/paspor_ditahan", {}, "web")
    assert first == second
    assert generator.responses == before


def test_what_the_engine_says_by_itself_is_said_too() -> None:
    said = _said("ucapan_gangguan")
    assert f"polisi {POLICE}" in said["text"]
    assert "{" not in said["text"]


def test_a_menu_offers_the_topics_that_are_written() -> None:
    # Of the topics that the menu of this area names, only this one is in the domain here.
    offered = {button["title"] for button in _said("ucapan_menu_migrasi")["buttons"]}
    assert offered == {"Paspor ditahan"}


def test_a_response_that_does_not_exist_gives_nothing() -> None:
    assert _generator().generate_from_slots("utter_tidak_ada", {}, "web") is None
    assert _generator().generate_from_slots("utter_faq/tidak_ada", {}, "web") is None


def test_without_a_domain_there_is_nothing_to_say() -> None:
    assert FactsGenerator().generate_from_slots("utter_salam", {}, "web") is None


def test_the_engine_s_own_texts_stay_when_rasa_hands_in_a_domain() -> None:
    generator = FactsGenerator()
    # As `rasa shell` does it, once the model is loaded.
    generator.responses = {"utter_salam": [{"text": "halo"}]}
    assert generator.generate_from_slots("utter_salam", {}, "web") == {"text": "halo"}
    menu = generator.generate_from_slots("ucapan_menu", {}, "web")
    assert menu is not None
    assert menu["buttons"]
