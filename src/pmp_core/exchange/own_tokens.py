"""The tokens of a register's own claims, with what they stand for: that part never leaves the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import frozen

from pmp_core.compensation import Claim
from pmp_core.errors import AccessDenied, InvalidValue
from pmp_core.exchange.key import ExchangeKey
from pmp_core.exchange.tokens import (
    Identity,
    TokenType,
    day_tokens,
    learner_identities,
    receipt_identities,
    receipt_token,
    reference_of,
)
from pmp_core.learners import Learner
from pmp_core.loading import Programme
from pmp_core.register import UnitOfWork, claim_admission
from pmp_core.register.access.doors import admitting
from pmp_core.values import DayRange, PersonalCode
from pmp_core.values.identifiers import CheckedText

Codes = Mapping[str, Iterable[PersonalCode | str]]


class Sender(CheckedText):
    """Who sends a file: the territory code of a municipality (7 characters), or an institution's registration number (10 digits).

    Raises:
        InvalidValue: `exchange-sender-invalid`.

    >>> Sender("0001000")
    '0001000'
    """

    __slots__ = ()
    code = "exchange-sender-invalid"
    pattern = r"[0-9A-Z]{7}|[0-9]{10}"
    what = "the code of who sends"
    remedy = "Write a municipality's territory code (7 characters) or an institution's registration number (10 digits)."


@frozen
class OwnToken:
    """A token of ours, and what it stands for.

    Attributes:
        token: 64 hexadecimal digits.
        type: what was hashed.
        claim_id: whose cost it is of.
        kind: the claim's kind.
        day: the day of the cost; of a receipt, its day.
    """

    token: str
    type: TokenType
    claim_id: str
    kind: str
    day: date


@frozen(repr=False)
class OwnTokens:
    """All tokens of ours for one exchange, in the order in which a file has them, which tells nothing.

    Attributes:
        sender: who we are.
        programme: the id of the programme of the claims.
        period: the days that were looked at; None: all.
        key: the shared key.
        tokens: in the order of the tokens; one stands there twice where two claims of ours have it.
        claims: how many claims they are of.
        without_code: learners of whom no personal code was handed in.
        without_name: learners without a birth date, or with a name that has no letters.
    """

    sender: Sender
    programme: str
    period: DayRange | None
    key: ExchangeKey
    tokens: tuple[OwnToken, ...]
    claims: int
    without_code: tuple[str, ...]
    without_name: tuple[str, ...]

    @property
    def not_told(self) -> tuple[str, ...]:
        """Learners of ours whom no other municipality can find: neither by code nor by name."""
        return tuple(sorted({*self.without_code} & {*self.without_name}))

    def resolve(self, references: Iterable[str]) -> list[OwnToken]:
        """What others ask about: the tokens of ours that go by these references."""
        wanted = {reference.strip().upper() for reference in references}
        return [own for own in self.tokens if reference_of(self.key, own.token) in wanted]

    def __repr__(self) -> str:
        return f"<OwnTokens of {self.sender}, {len(self.tokens)} of {self.claims} claims>"


def own_tokens(
    work: UnitOfWork,
    programme: Programme,
    key: ExchangeKey,
    *,
    sender: str,
    codes: Codes | None = None,
    period: DayRange | None = None,
    municipality_id: str | None = None,
    everybody: bool = False,
) -> OwnTokens:
    """The tokens of the claims that stand: submitted or further, and not granted nothing.

    Args:
        work: the unit of work; nothing is written.
        programme: the register's.
        key: the key that the municipalities share.
        sender: who we are: a territory code, or an institution's registration number.
        codes: personal codes by learner id, all that a learner has or had. They are used here, and kept nowhere.
        period: only costs of these days, and receipts of claims with such days; None: all.
        municipality_id: only claims of its institutions. None: of the municipality or institution whose code the sender is. A
            claim is of the institution whose plan it was on the claim's first day.
        everybody: all claims of the register, whosever they are.

    Raises:
        InvalidValue: `exchange-sender-invalid`; `exchange-sender-unknown`, where the register has no municipality and no
            institution with the sender's code, and it is not said whose claims they are; `personal-code-invalid`.
        NotFound: no such municipality.
    """
    checked = Sender(sender)
    with admitting(work, "exchange-tokens", narrows=True) as reach:
        here = None if everybody else _institutions(work, checked, municipality_id)
        if not reach.whole and (here is None or not all(map(reach.has, here))):
            raise AccessDenied(
                "access-denied",
                "These are claims of institutions that you do not act for.",
                found=checked,
                remedy="Exchange the tokens of your own claims.",
            )
        cases = list(_cases(work, programme, period, here))
        found: set[OwnToken] = set()
        ways: dict[str, set[TokenType]] = {}
        for claim, learner in cases:
            identities = _identities(learner, codes or {})
            ways[learner.id] = {identity.type for identity in identities}
            shared = claim.days if period is None else claim.days.intersection(period)
            days = () if shared is None else shared.days()
            for identity in identities:
                tokens = day_tokens(key, identity, claim.kind, days)
                found |= {
                    OwnToken(token, identity.type, claim.id, claim.kind, day) for token, day in zip(tokens, days, strict=True)
                }
            for receipt in claim.receipts:
                for identity in receipt_identities(receipt.issuer, receipt.number, receipt.digest):
                    found.add(OwnToken(receipt_token(key, identity), identity.type, claim.id, claim.kind, receipt.day))
        return OwnTokens(
            sender=checked,
            programme=programme.id,
            period=period,
            key=key,
            tokens=tuple(sorted(found, key=lambda own: (own.token, own.claim_id, own.day))),
            claims=len(cases),
            without_code=tuple(sorted(id for id, types in ways.items() if TokenType.PERSON_CODE not in types)),
            without_name=tuple(sorted(id for id, types in ways.items() if TokenType.NAME_FOLDED not in types)),
        )


def _institutions(work: UnitOfWork, sender: Sender, municipality_id: str | None) -> set[str]:
    """Whose claims they are."""
    if municipality_id is not None:
        municipality_id = work.municipalities.get(municipality_id).id
    else:
        municipality_id = next((one.id for one in work.municipalities.find(territory_code=sender)), None)
    if municipality_id is not None:
        return {institution.id for institution in work.institutions.find(municipality_id=municipality_id)}
    found = {institution.id for institution in work.institutions.find(registration_number=sender)}
    if not found:
        raise InvalidValue(
            "exchange-sender-unknown",
            "The register has no municipality and no institution with the sender's code: it is not known whose claims to take.",
            found=sender,
            remedy="Name the municipality (`--municipality`), take all claims of the register (`--all`), or correct the code.",
        )
    return found


def _cases(
    work: UnitOfWork, programme: Programme, period: DayRange | None, here: set[str] | None
) -> Iterator[tuple[Claim, Learner]]:
    """Every claim that stands, with its learner."""
    claims = [claim for claim in work.claims.find() if period is None or claim.days.overlaps(period)]
    claims = claim_admission.live(work, programme.life_cycle("claim"), claims)
    plans = {plan.id: plan for plan in work.plans.find(id=sorted({claim.plan_id for claim in claims}))}
    learners = {one.id: one for one in work.learners.find(id=sorted({plan.learner_id for plan in plans.values()}))}
    for claim in claims:
        plan = plans[claim.plan_id]
        if here is None or plan.institution_on(claim.first_day) in here:
            yield claim, learners[plan.learner_id]


def _identities(learner: Learner, codes: Codes) -> tuple[Identity, ...]:
    given = " ".join(part for part in (learner.given_name, learner.middle_name) if part)
    return learner_identities(given, learner.family_name, learner.birth_date, codes.get(learner.id, ()))
