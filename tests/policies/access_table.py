"""Who may do what, as a table of requests and answers.

What no row allows is denied, and rows say so for every operation of Rekognition and every action on a bucket.
A new role is a new `Caller` and new names in `PEOPLE` and `MAY`.
"""

from functools import cache

from tests.policies.bucket_rows import bucket_rows
from tests.policies.guard_rows import guard_rows
from tests.policies.model_rows import model_rows
from tests.policies.row import Row
from tests.policies.trust_rows import trust_rows


@cache
def rows() -> list[Row]:
    """Return the whole table; a row that two parts of it give stands in it once."""
    return list(dict.fromkeys((*model_rows(), *guard_rows(), *bucket_rows(), *trust_rows())))
