"""Holds what a job last read from outside, for the parts that only show it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass
class Latest(Generic[Value]):
    """Made once and handed to both: the job that reads sets `value`, the others look."""

    value: Value
