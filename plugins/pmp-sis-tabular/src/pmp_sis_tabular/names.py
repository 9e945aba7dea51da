"""The parts of a whole name. Where the system has the parts, map them: which first name is a middle name cannot be seen."""

from __future__ import annotations

from pmp_sis_tabular.mapping import NamePart


def name_part(whole: str, style: str, part: NamePart) -> str:
    """One part of a name; empty where the name has none.

    Args:
        whole: the name.
        style: `family, given` (all after the comma is given names); `given family` (the last word is the family name);
            `given middle family` (what stands between is the middle name); `family given` (the first word is the family name).
        part: which.

    >>> name_part("Ērgle, Anna Marija", "family, given", "given_name")
    'Anna Marija'
    >>> name_part("Artūrs Čārlijs Zvirbulis", "given middle family", "middle_name")
    'Čārlijs'
    """
    if style == "family, given":
        family, _, given = (one.strip() for one in whole.partition(","))
        return {"given_name": given, "middle_name": "", "family_name": family}[part]
    words = whole.split()
    if len(words) < 2:  # a single word could be either name
        return ""
    if style == "family given":
        return {"given_name": " ".join(words[1:]), "middle_name": "", "family_name": words[0]}[part]
    if style == "given family":
        return {"given_name": " ".join(words[:-1]), "middle_name": "", "family_name": words[-1]}[part]
    return {"given_name": words[0], "middle_name": " ".join(words[1:-1]), "family_name": words[-1]}[part]
