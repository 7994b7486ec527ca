"""Bad input, made from a seeded generator: the same cases at every run."""

import json
import random
from typing import Any

TEXTS = [
    "",
    " ",
    "\t\n\r",
    "\x00",
    "null",
    "NaN",
    "-1",
    "1e999",
    "true",
    "[]",
    "{",
    "[" * 2_000,
    "x" * 300,
    "é",
    "\u202e\u2066evil\u2069",
    "\ufeff",
    "\U0001f600" * 40,
    "a\u0000b",
    "../../../etc/passwd",
    "..%2f..%2f",
    "%00",
    "*",
    "?",
    "a*b",
    "${aws:username}",
    "{{ 7 * 7 }}",
    "{% include 'x' %}",
    "'; script-src *",
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "http://127.0.0.1@evil.example/",
    "https://evil.example#",
    "constructor",
    "__proto__",
    "arn:aws:rekognition:eu-west-1:123456789012:project/*",
    "arn:aws:iam::123456789012:role/x",
    "-" * 40,
    "a" * 64,
    "A" * 37,
    "sthree-x",
    "xn--a",
    "a@b",
    "a@b@c.de",
    '"a b"@example.com',
    "a@example.com\r\nBcc: b@example.com",
]
_CHARACTERS = "aA0 -_.@/\\*?%&=;:'\"<>{}[]()$#!~^|,\x00\n\r\t\x7f\x85é\u0130\u202e\u2028\U0001f600"


def junk(rng: random.Random, depth: int = 3) -> Any:
    """Return a JSON value of any type and shape."""
    leaves = [
        lambda: rng.choice([None, True, False]),
        lambda: rng.choice([0, -1, 2**31, 2**63, 10**300, 1.5, -1e300, float("nan"), float("inf")]),
        lambda: rng.choice(TEXTS),
        lambda: rng.choice(TEXTS),
        lambda: "".join(rng.choices(_CHARACTERS, k=rng.randrange(1, 40))),
        lambda: "\ud800" if rng.random() < 0.2 else chr(rng.randrange(32, 0xD7FF)),
    ]
    nests = [
        lambda: [junk(rng, depth - 1) for _ in range(rng.randrange(4))],
        lambda: {rng.choice(TEXTS): junk(rng, depth - 1) for _ in range(rng.randrange(4))},
    ]
    return rng.choice([*leaves, *nests] if depth else leaves)()


def mangled(rng: random.Random, text: str) -> str:
    """Return the text with a flaw: characters put in, taken out, doubled, replaced or in another case."""
    at = rng.randrange(len(text) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        return text[:at] + rng.choice(_CHARACTERS) + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + rng.choice(_CHARACTERS) + text[at + 1 :]
    if kind == 3:
        return text * rng.randrange(2, 60)
    if kind == 4:
        return rng.choice([text.upper(), text.title(), text[::-1], text + "\n", " " + text])
    return text[:at] + rng.choice(TEXTS) + text[at:]


def mangled_bytes(rng: random.Random, body: bytes) -> bytes:
    """Return bytes with a flaw that a reader of JSON must notice or survive."""
    at = rng.randrange(len(body) + 1)
    return rng.choice(
        [
            body[:at],
            body[:at] + bytes([rng.randrange(256)]) + body[at:],
            body[:at] + b"\xff\xfe" + body[at:],
            b"\xef\xbb\xbf" + body,
            body + body,
            b"[" + body + b"]",
            b"[" * 50_000,
            b'{"a":' * 5_000,
            body.replace(b"{", b'{"ProjectArn": "*", ', 1),
            json.dumps(body.decode(errors="replace")).encode(),
            body.decode(errors="replace").encode("utf-16"),
            b"",
            b"null",
            b"0",
            b"Action=DeleteProject&Version=2016-06-27",
        ]
    )
