"""The classes a new plant begins with, and what a class id may look like."""

import re

DEFAULT_CLASSES = ("beer-mug", "clutter", "coffee-mug", "soda-can", "wine-bottle")
"""The five of the post, in the order of their index in its models."""

NO_CLASS = "none"
"""Stands in a name where a class would, when the device had no model. Never a class id."""

RESERVED = (NO_CLASS, "raw", "discarded")
"""Words that stand beside class ids in names, commands and counts, and are none."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
MAX_ID_LENGTH = 64


def is_class_id(text: str) -> bool:
    """Tell whether a text may name a class: ``[a-z0-9][a-z0-9_-]*``, at most 64 characters, no reserved word."""
    return bool(_ID.match(text)) and len(text) <= MAX_ID_LENGTH and text not in RESERVED
