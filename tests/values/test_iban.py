"""Numbers of bank accounts: checked, masked, and exchanged in clear."""

from __future__ import annotations

import json
import pickle

import pytest

from pmp_core.errors import InvalidValue
from pmp_core.values import Entity, Iban

NUMBER = "LV80BANK0000435195001"


class Held(Entity):
    """An entity with an account."""

    iban: Iban


@pytest.mark.parametrize(
    "text", [NUMBER, "LV80 BANK 0000 4351 9500 1", "lv80bank0000435195001", "DE89370400440532013000", "GB29NWBK60161331926819"]
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    assert Iban(text).reveal() == text.replace(" ", "").upper()


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "LV", "LV81BANK0000435195001", "LV80BANK000043519500", "LV80BANK00004351950010", "XX80BANK0000435195001",
        "LV80-BANK-0000435195001", "LV80.BANK0000435195001", "161175-19997", "LV80BANK0000435195OO1", 80, None,
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Iban(text)
    assert caught.value.code == "iban-invalid"
    assert len(str(text)) < 5 or str(text) not in str(caught.value)


def test_it_shows_the_country_and_the_last_four() -> None:
    account = Iban(NUMBER)
    assert (str(account), repr(account), f"{account:>8}") == ("LV…5001", "Iban('LV…5001')", " LV…5001")
    with pytest.raises(AttributeError):
        account.number = "x"  # type: ignore[attr-defined]


def test_two_of_the_same_number_are_the_same() -> None:
    assert Iban(NUMBER) == Iban(NUMBER.lower())
    assert len({Iban(NUMBER), Iban(NUMBER.lower())}) == 1
    assert Iban(NUMBER) != NUMBER
    assert pickle.loads(pickle.dumps(Iban(NUMBER))) == Iban(NUMBER)


def test_an_entity_gives_it_in_clear_as_json_only() -> None:
    held = Held(iban=Iban(NUMBER))
    assert json.loads(held.model_dump_json()) == {"iban": NUMBER}
    assert Held.model_validate_json(held.model_dump_json()) == held
    assert Held.model_validate({"iban": NUMBER}) == held
    assert NUMBER not in repr(held)
    with pytest.raises(ValueError, match="iban-invalid") as caught:
        Held.model_validate({"iban": NUMBER[:-1]})
    assert NUMBER[:-1] not in str(caught.value)
