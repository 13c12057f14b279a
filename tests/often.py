"""How often what is drawn at random is tried: all of it at night, a third of it in every other run."""

import os

AT_NIGHT = os.environ.get("LOOKS") == "every"


def often(examples: int) -> int:
    return examples if AT_NIGHT else max(10, examples // 3)
