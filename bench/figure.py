"""What a benchmark yields."""

from typing import NamedTuple


class Figure(NamedTuple):
    """One measured figure and what it may be."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def within(self) -> bool:
        """Whether the figure keeps its budget."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )
