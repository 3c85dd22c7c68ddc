from __future__ import annotations

from bot.entities.entity import Entity


def test_a_log_never_shows_what_an_entity_names() -> None:
    entity = Entity.of("telepon", "+6281200000001", "wa 0812-0000-0001", 3, 17)
    assert entity.text == "0812-0000-0001"
    for shown in (repr(entity), str(entity), f"{[entity]}"):
        assert "0812" not in shown
        assert "+62" not in shown
        assert "telepon" in shown
