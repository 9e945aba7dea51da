"""Conflicts in words, and what to do about them."""

from __future__ import annotations

from datetime import date

from pmp_core.compensation.conflict_evidence import Evidence
from pmp_core.values import Language, Text, write_day

_SAID = {
    "overlap": Text("Pieteikums {other} ir par tām pašām izmaksām{days}", "Claim {other} is for the same cost{days}"),
    "receipt": Text(
        "Tie paši dokumenti ir pieteikumā {other}: {receipts}", "The same receipts stand in claim {other}: {receipts}"
    ),
    "other-funding-all": Text("Visu sedz {payer}{days}{ask}", "All of it is paid by {payer}{days}{ask}"),
    "other-funding-part": Text(
        "Daļu sedz {payer}: {amount}{days}, {counted}; citu segtais kopā ir {expected}, pieteikumā norādīti {stated}{ask}",
        "A part is paid by {payer}: {amount}{days}, {counted}; what others pay comes to {expected}, the claim states {stated}{ask}",
    ),
    "other-funding-unknown": Text(
        "Nav nosakāms, vai un cik sedz {payer}{days}; pieteikumā norādīti {stated}{ask}",
        "Whether and how much is paid by {payer} cannot be told{days}; the claim states {stated}{ask}",
    ),
    "other-municipality": Text(
        "Šīs izmaksas kompensē arī cita pašvaldība{days}{ask}", "Another municipality compensates this cost too{days}{ask}"
    ),
    "other-municipality-unsure": Text(
        "Šīs izmaksas, iespējams, kompensē arī cita pašvaldība{days}; tās var būt divas dažādas personas{ask}",
        "Another municipality may compensate this cost too{days}; it can be two persons{ask}",
    ),
}
_REMEDY = {
    "overlap": Text(
        "Atsauciet vienu no pieteikumiem vai, ja tas ir izlemts, koriģējiet to.",
        "Withdraw one of the claims, or correct it if it is decided.",
    ),
    "receipt": Text("Izņemiet dokumentu no viena pieteikuma.", "Take the receipt out of one of the claims."),
    "other-funding-all": Text(
        "Atsauciet pieteikumu (izlemtu koriģējiet) vai izbeidziet maksātāja ierakstu, ja tas nemaksā.",
        "Withdraw the claim (correct a decided one), or end the payer's entry if it does not pay.",
    ),
    "other-funding-part": Text("Norādiet pieteikumā, cik sedz citi.", "State in the claim what others pay."),
    "other-funding-unknown": Text(
        "Noskaidrojiet pie maksātāja; ieviesējs var noteikt trūkstošo vērtību.",
        "Ask the payer; a deployment can set what is missing.",
    ),
    "other-municipality": Text(
        "Vienojieties ar otru pašvaldību; ja tā ir cita persona, izņemiet ierakstu: `pmp claims funding remove {other}`.",
        "Agree with the other municipality; if it is another person, take the entry out: `pmp claims funding remove {other}`.",
    ),
}
_REMEDY["other-municipality-unsure"] = _REMEDY["other-municipality"]
_OR_OVERRIDE = Text(
    "Vai atzīstiet ar pamatojumu, ka dubultā finansējuma nav.", "Or say with a reason that it is no double funding."
)
_RECEIPT = Text("{issuer}, Nr. {number}, {amount}", "{issuer}, no. {number}, {amount}")
_COUNTED = Text("{count} × {each}", "{count} × {each}")
_ASK = Text("; atsauce: {reference}", "; reference: {reference}")


def words_of(kind: str, other: str, evidence: Evidence, payer: Text | None) -> Text:
    """A conflict in a sentence.

    Args:
        kind: a code of `conflict-kinds`.
        other: the other claim, or who pays.
        evidence: what it rests on.
        payer: who else pays, by name.
    """
    return Text(_words(kind, other, evidence, payer, "lv"), _words(kind, other, evidence, payer, "en"))


def _words(kind: str, other: str, evidence: Evidence, payer: Text | None, language: Language) -> str:
    receipts = [
        _RECEIPT[language].format(issuer=one.issuer, number=one.number, amount=one.amount.write(language))
        for one in evidence.receipts
    ]
    counted = [
        _COUNTED[language].format(count=part.count, each=write_thousandths(part.per_day_thousandths, language))
        for part in evidence.funded
        if part.per_day_thousandths is not None
    ]
    amounts = {"amount": evidence.amount, "expected": evidence.expected, "stated": evidence.stated}
    told = _SAID[kind][language].format(
        other=other,
        days=_days(evidence.first_day, evidence.last_day, language),
        receipts="; ".join(receipts),
        payer="" if payer is None else payer[language],
        counted=", ".join(counted),
        ask="" if evidence.reference is None else _ASK[language].format(reference=evidence.reference),
        **{name: "" if amount is None else amount.write(language) for name, amount in amounts.items()},
    )
    return f"{told}."


def write_thousandths(thousandths: int, language: Language) -> str:
    """Thousandths of a euro, for people.

    >>> write_thousandths(1075, "lv"), write_thousandths(1075, "en")
    ('1,075 EUR', 'EUR 1.075')
    """
    euros, rest = divmod(thousandths, 1000)
    return f"{euros},{rest:03} EUR" if language == "lv" else f"EUR {euros}.{rest:03}"


def _days(first: date | None, last: date | None, language: Language) -> str:
    """The days, once where it is one; nothing where there are none, or no two."""
    written = dict.fromkeys(write_day(day, language) for day in (first, last) if day is not None)
    return f" ({'–'.join(written)})" if written else ""


def remedy_of(kind: str, other: str) -> Text:
    """What to do about a conflict.

    Args:
        kind: a code of `conflict-kinds`.
        other: the other claim, or the other funding.
    """
    own = _REMEDY[kind]
    return Text(f"{own.lv.format(other=other)} {_OR_OVERRIDE.lv}", f"{own.en.format(other=other)} {_OR_OVERRIDE.en}")
