"""Names that differ: every person, client and project has one of its own, however many there are."""

from __future__ import annotations

import unicodedata

from asyncsdk.sandbox import words

_TURNS = ("", "fase 2", "Italia", "2.0", "Europe", "fase 3", "UK", "Nord", "Sud", "pilota", "plus", "Lab")


def person(id: int, seed: int) -> tuple[str, str]:
    """Returns a first name and a surname; from 784 people on some have two surnames."""
    firsts, lasts = words.FIRST_NAMES, words.SURNAMES
    block, place = divmod(id - 1, len(firsts) * len(lasts))
    # 281 has no factor in common with 784, so the names of a block are all different and neighbours are not alike.
    first, last = divmod((place * 281 + seed * 97) % (len(firsts) * len(lasts)), len(lasts))
    second = f" {lasts[(last + block) % len(lasts)]}" if block else ""
    return firsts[first], f"{lasts[last]}{second}"


def client(id: int, seed: int) -> str:
    """Returns a company's name; from 240 companies on some name a town as well."""
    stems, ends = words.COMPANY_STEMS, words.COMPANY_ENDS
    block, place = divmod(id - 1, len(stems) * len(ends))
    stem, end = divmod((place * 77 + seed * 31) % (len(stems) * len(ends)), len(ends))
    town = f" {words.TOWNS[block % len(words.TOWNS)][0]}" if block else ""
    more = f" {block // len(words.TOWNS) + 1}" if block >= len(words.TOWNS) else ""
    return f"{stems[stem]}{town}{more} {ends[end]}"


def project(id: int, seed: int) -> str:
    """Returns a project's name: what is done, for whom, and from 384 projects on which part of it."""
    starts, stems = words.PROJECT_STARTS, words.COMPANY_STEMS
    block, place = divmod(id - 1, len(starts) * len(stems))
    start, stem = divmod((place * 149 + seed * 53 + block * 7) % (len(starts) * len(stems)), len(stems))
    turn, again = _TURNS[block % len(_TURNS)], block // len(_TURNS)
    parts = (starts[start], stems[stem], turn, f"({again + 1})" if again else "")
    return " ".join(part for part in parts if part)


def plain(text: str) -> str:
    """Returns a name as an address has it: small letters without accents, spaces and marks."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
