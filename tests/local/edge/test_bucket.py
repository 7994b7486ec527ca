"""The site as a public bucket."""

from collections.abc import Iterator

import pytest

from local.edge import BucketSite, Edge
from tests.local.edge.conftest import Site, Visitor


@pytest.fixture
def reader(site: Site) -> Iterator[Visitor]:
    site.let_everyone_read()
    site.put("index.html", b"<p>" * 1_000, ContentType="text/html", CacheControl="no-cache")
    with Edge(BucketSite(site.bucket)) as edge:
        browser = Visitor(edge)
        yield browser
        browser.close()


def test_objects_are_served_as_they_were_stored(site: Site, reader: Visitor) -> None:
    answer = reader.get("/index.html", Accept_Encoding="gzip")
    assert (answer.status, answer.body) == (200, b"<p>" * 1_000)
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["cache-control"] == "no-cache"
    assert "content-encoding" not in answer.headers
    site.put("a.js.gz", b"packed", ContentEncoding="gzip", ContentType="text/javascript")
    assert reader.get("/a.js.gz").headers["content-encoding"] == "gzip"


def test_no_header_is_added_that_s3_would_not_send(reader: Visitor) -> None:
    names = set(reader.get("/index.html").headers)
    assert not {"content-security-policy", "strict-transport-security", "x-frame-options"} & names


def test_conditions_parts_and_head_work(reader: Visitor) -> None:
    etag = reader.get("/index.html").headers["etag"]
    assert reader.get("/index.html", If_None_Match=etag).status == 304
    part = reader.get("/index.html", Range="bytes=0-2")
    assert (part.status, part.body) == (206, b"<p>")
    head = reader.get("/index.html", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "3000")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "GET"),
        ("/?list-type=2", "GET"),
        ("/absent", "GET"),
        ("/absent", "HEAD"),
        ("/index.html", "PUT"),
        ("/index.html", "POST"),
        ("/index.html", "DELETE"),
        ("/index.html", "OPTIONS"),
    ],
)
def test_nothing_else_is_open(site: Site, reader: Visitor, path: str, method: str) -> None:
    answer = reader.get(path, method)
    assert answer.status == 403
    assert method == "HEAD" or b"<Code>AccessDenied</Code>" in answer.body
    assert site.s3.head_object(Bucket=site.bucket, Key="index.html")["ContentLength"] == 3_000


def test_the_bucket_policy_decides(site: Site, reader: Visitor) -> None:
    site.let_read(site.distribution_arn)
    assert reader.get("/index.html").status == 403
    site.let_everyone_read()
    assert reader.get("/index.html").status == 200
    site.s3.put_public_access_block(
        Bucket=site.bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert reader.get("/index.html").status == 403
    site.s3.delete_public_access_block(Bucket=site.bucket)
    site.s3.delete_bucket_policy(Bucket=site.bucket)
    assert reader.get("/index.html").status == 403


def test_who_may_list_learns_that_a_key_is_missing(site: Site, reader: Visitor) -> None:
    everything = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{site.bucket}", f"arn:aws:s3:::{site.bucket}/*"],
    }
    site.set_policy(everything)
    answer = reader.get("/absent")
    assert (answer.status, b"<Code>NoSuchKey</Code>" in answer.body) == (404, True)


def test_a_missing_bucket_is_said(site: Site, reader: Visitor) -> None:
    site.s3.delete_object(Bucket=site.bucket, Key="index.html")
    site.s3.delete_bucket(Bucket=site.bucket)
    answer = reader.get("/index.html")
    assert (answer.status, b"<Code>NoSuchBucket</Code>" in answer.body) == (404, True)


def test_a_foreign_host_is_refused(reader: Visitor) -> None:
    assert reader.get("/index.html", Host="evil.example").status == 421
