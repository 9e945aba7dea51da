"""Floor 3: what municipalities exchange. The check for double funding without identities, by keyed hashes."""

from pmp_core.exchange.comparison import Match, compare
from pmp_core.exchange.key import ExchangeKey
from pmp_core.exchange.own_tokens import OwnToken, OwnTokens, Sender, own_tokens
from pmp_core.exchange.personal_codes import read_personal_codes
from pmp_core.exchange.token_file import FileHeader, TokenFile, TokenRow, write_token_file
from pmp_core.exchange.tokens import (
    Identity,
    Strength,
    TokenType,
    day_tokens,
    learner_identities,
    receipt_identities,
    receipt_token,
    reference_of,
)

__all__ = [
    "ExchangeKey",
    "FileHeader",
    "Identity",
    "Match",
    "OwnToken",
    "OwnTokens",
    "Sender",
    "Strength",
    "TokenFile",
    "TokenRow",
    "TokenType",
    "compare",
    "day_tokens",
    "learner_identities",
    "own_tokens",
    "read_personal_codes",
    "receipt_identities",
    "receipt_token",
    "reference_of",
    "write_token_file",
]
