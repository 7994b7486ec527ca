"""What a running model costs: the one rule, which the web app and the cost guard share to the cent and the minute.

- A model is charged from its tag `started-at` until now, in whole minutes: a minute that has begun but not ended does
  not count yet, and a time in the future counts as now.
- cost = minutes / 60 x inference units x price of an inference unit hour. Units are MinInferenceUnits: a model
  that may grow to MaxInferenceUnits costs at least that.
- Money is exact until it is shown, and is then rounded to cents, halves up.

`tests/custom_labels/costs.json` is a table of cases. The prices are estimates: AWS's price list and bill decide.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

UNIT_HOUR_USD = Decimal("4.0")
"""What an hour of one inference unit costs, unless somebody knows better."""
TRAINING_HOUR_USD = Decimal("1.0")
"""What an hour of training costs."""

_CENT = Decimal("0.01")
_MINUTES = 60


def minutes_between(start: datetime, end: datetime) -> int:
    """Return the whole minutes from *start* to *end*, both with a time zone; 0 when *end* is earlier."""
    return max(0, int((end - start).total_seconds() // 60))


def cost_usd(minutes: int, units: int, unit_hour_usd: Decimal = UNIT_HOUR_USD) -> Decimal:
    """Return what *units* inference units cost in *minutes*, in US dollars rounded to cents, halves up."""
    return (minutes * units * unit_hour_usd / _MINUTES).quantize(_CENT, ROUND_HALF_UP)


def in_dollars(usd: Decimal) -> str:
    """Return an amount as people write it, such as ``$1,234.50``."""
    return f"${usd:,.2f}"


def in_hours(minutes: int) -> str:
    """Return a length of time as people write it, such as ``2 h 05 min`` or ``7 min``."""
    hours, rest = divmod(minutes, _MINUTES)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"
