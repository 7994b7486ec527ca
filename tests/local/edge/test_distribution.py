"""The site through its distribution."""

import gzip
import json
import statistics
import threading
import time

import pytest

from local.aws.loopback import PortInUseError
from local.edge import DistributionSite, Edge
from tests.local.edge.conftest import Site, Visitor

PAGE = b"<!doctype html><title>site</title>" + b"<p>text</p>" * 200
SECURITY = {
    "content-security-policy": "default-src 'none'; upgrade-insecure-requests",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture(autouse=True)
def _page(site: Site) -> None:
    site.put("index.html", PAGE, ContentType="text/html; charset=utf-8", CacheControl="no-cache")


def test_the_root_is_the_default_root_object(visitor: Visitor) -> None:
    for path in ("/", "/index.html", "/?x=1", "/index.html?x=1"):
        answer = visitor.get(path)
        assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_the_root_follows_the_configuration(site: Site, visitor: Visitor) -> None:
    site.put("start.html", b"start")
    site.reconfigure(DefaultRootObject="start.html")
    assert visitor.get("/").body == b"start"
    site.reconfigure(DefaultRootObject="")
    assert visitor.get("/").status == 403


def test_what_is_published_is_served_at_once(site: Site, visitor: Visitor) -> None:
    assert visitor.get("/new.txt").status == 403
    site.put("new.txt", b"1")
    assert visitor.get("/new.txt").body == b"1"
    site.s3.delete_object(Bucket=site.bucket, Key="new.txt")
    assert visitor.get("/new.txt").status == 403


def test_names_are_percent_decoded_once(site: Site, visitor: Visitor) -> None:
    site.put("a b/ü+%41.txt", b"odd")
    assert visitor.get("/a%20b/%C3%BC+%2541.txt").body == b"odd"
    assert visitor.get("/a%20b/%C3%BC+A.txt").status == 403


def test_stored_encodings_and_metadata_pass_through(site: Site, visitor: Visitor) -> None:
    packed = gzip.compress(b"console.log(1);" * 500, mtime=0)
    site.s3.put_object(
        Bucket=site.bucket,
        Key="app.js",
        Body=packed,
        ContentType="text/javascript",
        ContentEncoding="gzip",
        CacheControl="public, max-age=31536000, immutable",
        Metadata={"built": "today"},
    )
    answer = visitor.get("/app.js", Accept_Encoding="gzip")
    assert answer.body == packed
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-length"] == str(len(packed))
    assert answer.headers["x-amz-meta-built"] == "today"
    assert {name for name in answer.headers if name.startswith("x-amz-")} == {"x-amz-meta-built"}


def test_head_is_get_without_the_body(visitor: Visitor) -> None:
    whole, head = visitor.get("/"), visitor.get("/", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}


def test_an_unchanged_object_is_not_sent_again(visitor: Visitor) -> None:
    first = visitor.get("/")
    etag = first.headers["etag"]
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = visitor.get("/", If_None_Match=condition)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == etag
    assert visitor.get("/", If_None_Match='"other"').status == 200
    since = first.headers["last-modified"]
    assert visitor.get("/", If_Modified_Since=since).status == 304
    assert visitor.get("/", If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert visitor.get("/", If_Match='"other"').status == 412


@pytest.mark.parametrize(
    ("wanted", "status", "part", "content_range"),
    [
        ("bytes=0-9", 206, PAGE[:10], "bytes 0-9/2234"),
        ("bytes=-4", 206, PAGE[-4:], "bytes 2230-2233/2234"),
        ("bytes=2230-", 206, PAGE[2230:], "bytes 2230-2233/2234"),
        ("bytes=2230-9999", 206, PAGE[2230:], "bytes 2230-2233/2234"),
        ("lines=1-2", 200, PAGE, None),
        ("bytes=0-1,4-5", 200, PAGE, None),
        ("bytes=9000-", 416, None, "bytes */2234"),
    ],
)
def test_parts_are_served(
    visitor: Visitor, wanted: str, status: int, part: bytes | None, content_range: str | None
) -> None:
    answer = visitor.get("/", Range=wanted, Accept_Encoding="gzip")
    assert answer.status == status
    assert part is None or gunzipped(answer.body, answer.headers) == part
    assert answer.headers.get("content-range") == content_range


def gunzipped(body: bytes, headers: dict[str, str]) -> bytes:
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def test_large_text_is_compressed_for_those_who_accept_it(visitor: Visitor) -> None:
    plain, packed = visitor.get("/"), visitor.get("/", Accept_Encoding="br;q=1.0, gzip;q=0.8")
    assert gzip.decompress(packed.body) == plain.body == PAGE
    assert packed.headers["content-length"] == str(len(packed.body))
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    again = visitor.get("/", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
    assert again.status == 304


@pytest.mark.parametrize(
    ("size", "kind", "accepts", "compressed"),
    [
        (1_000, "text/css", "gzip", True),
        (999, "text/css", "gzip", False),
        (5_000, "application/json", "gzip, deflate", True),
        (5_000, "image/svg+xml", "gzip", True),
        (5_000, "text/html; charset=utf-8", "gzip", True),
        (5_000, "image/png", "gzip", False),
        (5_000, "binary/octet-stream", "gzip", False),
        (5_000, "text/css", "br", False),
        (5_000, "text/css", "gzip;q=0", False),
        (5_000, "text/css", "identity", False),
    ],
)
def test_compression_keeps_to_cloudfronts_rules(  # noqa: PLR0913 - one row of the table
    site: Site, visitor: Visitor, size: int, kind: str, accepts: str, *, compressed: bool
) -> None:
    site.put("file", b"a" * size, ContentType=kind)
    answer = visitor.get("/file", Accept_Encoding=accepts)
    assert (answer.headers.get("content-encoding") == "gzip") is compressed
    assert gunzipped(answer.body, answer.headers) == b"a" * size


def test_compression_can_be_switched_off(site: Site, visitor: Visitor) -> None:
    site.change_behavior(Compress=False)
    assert "content-encoding" not in visitor.get("/", Accept_Encoding="gzip").headers


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/", "GET", {}, 200),
        ("/", "HEAD", {}, 200),
        ("/", "GET", {"If_None_Match": "*"}, 304),
        ("/", "GET", {"Range": "bytes=0-1"}, 206),
        ("/", "GET", {"Range": "bytes=9999-"}, 416),
        ("/absent", "GET", {}, 403),
        ("/", "POST", {}, 403),
        ("/", "OPTIONS", {}, 403),
    ],
)
def test_every_answer_carries_the_security_headers(
    visitor: Visitor, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    answer = visitor.get(path, method, **headers)
    assert answer.status == status
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY


def test_a_header_without_override_yields_to_the_origins(site: Site, visitor: Visitor) -> None:
    items = [
        {"Header": "Cache-Control", "Value": "max-age=1", "Override": False},
        {"Header": "Content-Type", "Value": "text/plain", "Override": True},
        {"Header": "X-New", "Value": "new", "Override": False},
    ]
    site.set_headers(
        CustomHeadersConfig={"Quantity": 3, "Items": items},
        RemoveHeadersConfig={"Quantity": 1, "Items": [{"Header": "Server"}]},
        SecurityHeadersConfig={
            "XSSProtection": {"Override": True, "Protection": True, "ModeBlock": True},
            "StrictTransportSecurity": {"Override": True, "Preload": True, "AccessControlMaxAgeSec": 5},
        },
    )
    headers = visitor.get("/").headers
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"] == "text/plain"
    assert headers["x-new"] == "new"
    assert headers["x-xss-protection"] == "1; mode=block"
    assert headers["strict-transport-security"] == "max-age=5; preload"
    assert not {"server", "x-frame-options"} & set(headers)
    site.set_headers(SecurityHeadersConfig={"XSSProtection": {"Override": True, "Protection": False}})
    assert visitor.get("/").headers["x-xss-protection"] == "0"


def test_without_a_headers_policy_none_is_applied(site: Site, visitor: Visitor) -> None:
    site.change_behavior(ResponseHeadersPolicyId="")
    assert not set(SECURITY) & set(visitor.get("/").headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_methods_that_are_not_allowed_are_refused(visitor: Visitor, method: str) -> None:
    answer = visitor.get("/", method)
    assert (answer.status, b"not configured to allow the HTTP request method" in answer.body) == (403, True)


def test_a_distribution_may_allow_less(site: Site, visitor: Visitor) -> None:
    methods = {"Quantity": 2, "Items": ["GET", "HEAD"]}
    site.change_behavior(AllowedMethods={**methods, "CachedMethods": methods})
    assert b"not configured" in visitor.get("/", "OPTIONS").body


def test_the_bucket_lets_only_this_distribution_read(site: Site, visitor: Visitor) -> None:
    site.let_read(site.distribution_arn + "X")
    answer = visitor.get("/")
    assert (answer.status, b"<Code>AccessDenied</Code>" in answer.body) == (403, True)
    site.let_read(site.distribution_arn)
    assert visitor.get("/").status == 200
    site.s3.delete_bucket_policy(Bucket=site.bucket)
    assert visitor.get("/").status == 403


def test_without_origin_access_control_cloudfront_is_anyone(site: Site, visitor: Visitor) -> None:
    config = site.cloudfront.get_distribution_config(Id=site.distribution_id)["DistributionConfig"]
    origin = {**config["Origins"]["Items"][0], "OriginAccessControlId": ""}
    site.reconfigure(Origins={"Quantity": 1, "Items": [origin]})
    assert visitor.get("/").status == 403
    site.let_everyone_read()
    assert visitor.get("/").status == 200


def test_an_origin_path_goes_before_the_key(site: Site, visitor: Visitor) -> None:
    site.put("v2/index.html", b"second")
    config = site.cloudfront.get_distribution_config(Id=site.distribution_id)["DistributionConfig"]
    origin = {**config["Origins"]["Items"][0], "OriginPath": "/v2"}
    site.reconfigure(Origins={"Quantity": 1, "Items": [origin]})
    assert visitor.get("/").body == b"second"


def test_a_missing_bucket_is_said(site: Site, visitor: Visitor) -> None:
    site.s3.delete_object(Bucket=site.bucket, Key="index.html")
    site.s3.delete_bucket(Bucket=site.bucket)
    answer = visitor.get("/")
    assert (answer.status, b"<Code>NoSuchBucket</Code>" in answer.body) == (404, True)


def test_a_distribution_that_is_off_or_gone_serves_nothing(site: Site, visitor: Visitor) -> None:
    site.reconfigure(Enabled=False)
    assert visitor.get("/").status == 403
    site.reconfigure(Enabled=True)
    assert visitor.get("/").status == 200
    site.reconfigure(Enabled=False)
    etag = site.cloudfront.get_distribution_config(Id=site.distribution_id)["ETag"]
    site.cloudfront.delete_distribution(Id=site.distribution_id, IfMatch=etag)
    answer = visitor.get("/")
    assert (answer.status, b"disabled or does not exist" in answer.body) == (403, True)


def test_what_the_edge_does_not_act_on_is_said(site: Site, visitor: Visitor) -> None:
    errors = {"Quantity": 1, "Items": [{"ErrorCode": 403, "ErrorCachingMinTTL": 1}]}
    site.reconfigure(CustomErrorResponses=errors)
    answer = visitor.get("/")
    assert answer.status == 501
    assert "CustomErrorResponses" in json.loads(answer.body)["message"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "site.localhost"])
def test_a_foreign_host_is_refused(visitor: Visitor, host: str) -> None:
    answer = visitor.get("/", Host=host)
    assert (answer.status, PAGE in answer.body) == (421, False)


def test_other_pages_get_no_cors_headers(visitor: Visitor) -> None:
    answer = visitor.get("/", Origin="https://evil.example")
    assert not any(name.startswith("access-control-") for name in answer.headers)


def test_stopping_leaves_no_thread_behind(site: Site) -> None:
    before = set(threading.enumerate())
    edge = Edge(DistributionSite(site.distribution_id))
    edge.start()
    browser = Visitor(edge)
    assert browser.get("/").status == 200
    with pytest.raises(PortInUseError, match="is in use by another program"):
        Edge(DistributionSite(site.distribution_id), edge.port)
    edge.stop()
    assert set(threading.enumerate()) <= before
    browser.close()


def test_a_small_object_takes_little_time(site: Site, visitor: Visitor) -> None:
    """The median is well under a millisecond on an idle machine; the bound leaves room for a busy one."""
    site.put("small.txt", b"x" * 500)
    took: list[float] = []
    for _ in range(200):
        began = time.perf_counter()
        visitor.get("/small.txt")
        took.append(time.perf_counter() - began)
    assert statistics.median(took) < 0.01
