"""Models of `wethod.clients`.

Generated from the contract by `python -m asyncsdk.contract.generate`; not edited by hand.
"""

from __future__ import annotations

import datetime as dt

import attrs

from .._codec.fields import Timestamp
from .._codec.pydantic_hook import pydantic_schema

__all__ = ["Client", "ExternalClientIdentifier"]


@attrs.frozen(kw_only=True)
class ExternalClientIdentifier:
    """The id of a client in another system.

    Attributes:
        external_id: Id in the external system.
        type: Source of the external id.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    external_id: str | None = None
    type: str | None = None

    __get_pydantic_core_schema__ = pydantic_schema


@attrs.frozen(kw_only=True)
class Client:
    """A client of the company.

    Attributes:
        group_company: Response only.
        intent_date: Declaration of intent date.
        deleted_at: When it was soft-deleted; None where it was not.
    """

    id: int
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    corporate_name: str | None = None
    acronym: str | None = None
    email: str | None = None
    notes: str | None = None
    website: str | None = None
    linkedin: str | None = None
    description: str | None = None
    street: str | None = None
    zip_code: str | None = None
    town: str | None = None
    country: str | None = None
    vat: str | None = None
    payment_condition: str | None = None
    group_company: int | None = None
    sdi_code: str | None = None
    pec: str | None = None
    administration_email: str | None = None
    company_registration_number: str | None = None
    legal_name: str | None = None
    intent_code: str | None = None
    intent_date: dt.date | None = None
    phone: str | None = None
    tax_reference: str | None = None
    group_id: int | None = None
    bank_account_id: int | None = None
    vat_rate_id: int | None = None
    payment_term_id: int | None = None
    external_identifiers: tuple[ExternalClientIdentifier, ...] | None = None
    deleted_at: Timestamp | None = None

    __get_pydantic_core_schema__ = pydantic_schema
