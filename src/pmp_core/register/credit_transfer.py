"""A batch as a credit transfer of ISO 20022, `pain.001.001.09`. The library `sepaxml` writes it and has the schema."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime
from importlib import import_module
from typing import Any

from pmp_core.errors import InvalidValue, PluginError, StepRefused
from pmp_core.register.payment_order import Debtor, PaymentOrder

SCHEMA = "pain.001.001.09"
_SPACE = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}
# What every bank of the payment area takes; the library has made ASCII of all letters before.
_UNTAKEN = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")


def pain_001(order: PaymentOrder, debtor: Debtor, *, moment: datetime) -> bytes:
    """The order as XML that fits the schema. The same order, debtor and moment give the same bytes.

    Letters beyond ASCII are written without their marks, as banks take them; names are cut to 70 characters.

    Args:
        order: a batch, with at least one transfer.
        debtor: from whose account it is paid.
        moment: when the message was made, as it shall say.

    Raises:
        PluginError: `extra-missing`, where the extra `payments` is not installed.
        StepRefused: `payee-without-iban`, naming the payees; `export-empty`, where set-offs use up all payments.
        InvalidValue: `export-invalid`, where a name has no letter that a bank takes.
    """
    sepaxml, validation = _library("sepaxml"), _library("sepaxml.validation")
    without = sorted({one.payee_id for one in order.transfers if order.payees[one.payee_id].iban is None})
    if without:
        raise StepRefused(
            "payee-without-iban",
            "There is no account to pay to.",
            found=", ".join(without),
            remedy="Enter the account of each of these payees.",
        )
    if not order.transfers:
        raise StepRefused(
            "export-empty",
            "Nothing is left to be paid: what is set off uses up all payments of the batch.",
            found=order.batch.id,
            remedy="The bank has nothing to do; export it as CSV.",
        )
    config = {"name": _plain(debtor.name), "IBAN": debtor.iban.reveal(), "batch": True, "currency": "EUR"}
    message = sepaxml.SepaTransfer(config if debtor.bic is None else {**config, "BIC": debtor.bic}, schema=SCHEMA, clean=True)
    for one in order.transfers:
        payee = order.payees[one.payee_id]
        assert payee.iban is not None
        message.add_payment(
            {
                "name": _plain(payee.name),
                "IBAN": payee.iban.reveal(),
                "amount": one.amount.cents,
                "execution_date": order.batch.execution_on,
                "description": _plain(f"{one.reference} {one.claim_id}"),
                "endtoend_id": one.reference,
            }
        )
    # The library takes ids and the moment from chance and the clock: they are ours, so that the bytes come out the same.
    written = _named(message.export(validate=False), order.batch.reference, moment)
    try:
        validation.try_valid_xml(written, SCHEMA)
    except validation.ValidationError:
        raise InvalidValue(
            "export-invalid",
            "The message does not fit the schema: a name has no letter that a bank takes.",
            found=", ".join(_unnamed(order, debtor)) or order.batch.id,
            remedy="Write the names of debtor and payees with Latin letters.",
        ) from None
    return written


def _unnamed(order: PaymentOrder, debtor: Debtor) -> list[str]:
    """Whose name has nothing that a bank takes: payees by their ids, and the debtor."""
    named = {one.payee_id: str(order.payees[one.payee_id].name) for one in order.transfers}
    return [who for who, name in [*sorted(named.items()), ("debtor", debtor.name)] if not _plain(name)]


def _plain(text: str) -> str:
    return _UNTAKEN.sub(" ", _library("text_unidecode").unidecode(str(text))).strip()


def _named(written: bytes, reference: str, moment: datetime) -> bytes:
    """The message with our references and moment; and where the bank of the debtor is not named, said so as banks want it."""
    root = ElementTree.fromstring(written)
    for path, text in (
        (".//p:GrpHdr/p:MsgId", reference),
        (".//p:GrpHdr/p:CreDtTm", moment.strftime("%Y-%m-%dT%H:%M:%S")),
        (".//p:PmtInf/p:PmtInfId", reference),
    ):
        found = root.find(path, _SPACE)
        assert found is not None
        found.text = text
    bank = root.find(".//p:DbtrAgt/p:FinInstnId", _SPACE)
    if bank is not None and not len(bank):
        other = ElementTree.SubElement(bank, f"{{{_SPACE['p']}}}Othr")
        ElementTree.SubElement(other, f"{{{_SPACE['p']}}}Id").text = "NOTPROVIDED"
    ElementTree.indent(root)
    # The namespace is said once, without a prefix, whatever other code of the process has registered.
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    root.set("xmlns", _SPACE["p"])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'.encode()


def _library(module: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name not in (module, module.partition(".")[0]):
            raise  # it is there, and lacks something of its own
        raise PluginError(
            "extra-missing",
            "The library that writes credit transfers is not installed.",
            found=module,
            remedy="Install the extra: `pip install 'pmp-core[payments]'`.",
        ) from None
