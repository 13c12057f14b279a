"""A stand-in for Meta's Graph API, for tests, training and trying out.

It imports nothing of this project, so that a misreading in our client cannot be shared by its judge. The rules and how
certain they are come from our contract paper graph-api.md; modules name the page of Meta behind a rule, and say where a
rule is a guess. Faults and their knobs are described in `faults`, the HTTP control interface in `control`.
"""

from integrations.facebook.sandbox.sandbox import Sandbox

__all__ = ["Sandbox"]
