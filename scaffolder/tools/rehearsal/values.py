"""The values of Terraform as Python has them."""

from __future__ import annotations

import enum
from typing import Any, Final


class Unknown(enum.Enum):
    """A value that is known only after the apply."""

    VALUE = "known after apply"


UNKNOWN: Final = Unknown.VALUE
Value = Any
"""None, bool, int, float, str, bytes, list, dict or UNKNOWN, nested as the schema has it."""
