"""Words in an audience's name that Facebook may take for information about somebody's health or money.

Source: Meta's customer-list guide: since September 2025 such audiences are flagged and can't be used. Its list is not
public; these are its examples and their neighbours.
"""

import re

WORDS = (
    "addict", "alcohol", "anxiety", "arthritis", "asthma", "bankrupt", "cancer", "credit score", "credit card debt",
    "debt", "depress", "diabet", "diagnos", "disab", "disease", "fertility", "health", "high income", "hiv", "income",
    "insolv", "insur", "loan", "low income", "medic", "mortgage", "net worth", "obes", "patient", "payday", "pregnan",
    "prescription", "symptom", "therapy", "treatment", "weight loss",
)  # fmt: skip
PATTERN = re.compile(r"\b(?:" + "|".join(map(re.escape, WORDS)) + r")\w*", re.IGNORECASE)


def suspicious(name: str) -> str:
    """The word in the name that may be flagged, whole, or nothing."""
    found = PATTERN.search(name)
    return found.group(0) if found else ""
