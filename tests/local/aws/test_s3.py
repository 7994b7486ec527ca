"""S3: buckets as AWS makes them, and who may read them."""

import json
from typing import Any

import pytest

from local.aws.s3 import bucket_and_key
from local.aws.server import LocalAws
from tests.local.aws.tools import REGION, Clients, bucket_policy, call, numbers, refusal

KEY = "assets/a b+ü?.txt"
PATH = "assets/a%20b%2B%C3%BC%3F.txt"


def refused(operation: Any, **arguments: Any) -> str:
    return refusal(operation, **arguments)[0]


@pytest.fixture
def s3(clients: Clients) -> Any:
    return clients("s3")


def let_everyone_read(bucket: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }


def let_cloudfront_read(bucket: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1"}},
    }


def unblock(s3: Any, bucket: str, **blocks: bool) -> None:
    """Lift the public-access block, but for the parts that are given."""
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={"BlockPublicPolicy": False, "RestrictPublicBuckets": False, **blocks},
    )


def make_public(s3: Any, bucket: str) -> None:
    unblock(s3, bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, let_everyone_read(bucket)))
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"content", ContentType="text/plain", CacheControl="no-cache")


def test_a_new_bucket_is_private_and_without_acls(s3: Any, bucket: str) -> None:
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_tags_given_at_creation_are_kept(clients: Clients, region: str) -> None:
    s3, name = clients("s3", region=region), f"tagged-{next(numbers)}"
    configuration: dict[str, Any] = {"Tags": [{"Key": "a", "Value": "<1>"}, {"Key": "b", "Value": ""}]}
    if region != "us-east-1":
        configuration["LocationConstraint"] = region
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=configuration)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == configuration["Tags"]


def test_creating_a_bucket_again_changes_nothing(clients: Clients) -> None:
    s3, name = clients("s3", region="us-east-1"), f"twice-{next(numbers)}"
    s3.create_bucket(Bucket=name)
    unblock(s3, name)
    s3.create_bucket(Bucket=name)
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert block["BlockPublicPolicy"] is False


@pytest.mark.parametrize("acl", ["public-read", "private"])
def test_acls_are_refused_where_they_are_off(s3: Any, bucket: str, acl: str) -> None:
    assert (
        refused(s3.put_object, Bucket=bucket, Key="k", Body=b"", ACL=acl) == "AccessControlListNotSupported"
    )
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL=acl) == "AccessControlListNotSupported"
    s3.put_object(Bucket=bucket, Key="k", Body=b"", ACL="bucket-owner-full-control")


def test_a_bucket_may_ask_for_acls(s3: Any) -> None:
    name = f"acls-{next(numbers)}"
    s3.create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectOwnership="BucketOwnerPreferred",
    )
    s3.put_object(Bucket=name, Key="k", Body=b"", ACL="private")


@pytest.mark.parametrize("allow", [let_everyone_read, let_cloudfront_read])
def test_the_deployer_works_on_under_the_sites_policies(s3: Any, bucket: str, allow: Any) -> None:
    unblock(s3, bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, allow(bucket)))
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"1", ContentEncoding="gzip")
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"2", ContentEncoding="gzip")
    found = s3.get_object(Bucket=bucket, Key=KEY)
    assert (found["Body"].read(), found["ContentEncoding"]) == (b"2", "gzip")
    assert s3.head_object(Bucket=bucket, Key=KEY)["ContentLength"] == 1
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [KEY]
    assert s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": KEY}]})["Deleted"] == [{"Key": KEY}]
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket(Bucket=bucket)


def test_a_public_policy_is_refused_while_the_block_is_on(s3: Any, bucket: str) -> None:
    policy = bucket_policy(bucket, let_everyone_read(bucket))
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=policy) == "AccessDenied"
    assert refused(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, let_cloudfront_read(bucket)))
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(policy)


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        '"text"',
        '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET/*"}]}',
        '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::other/*"}]}',
        '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}',
    ],
)
def test_a_policy_that_is_none_is_malformed(s3: Any, bucket: str, policy: str) -> None:
    unblock(s3, bucket)
    policy = policy.replace("BUCKET", bucket)
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=policy) == "MalformedPolicy"
    assert refused(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


def test_anyone_reads_a_public_object(aws: LocalAws, s3: Any, bucket: str) -> None:
    make_public(s3, bucket)
    answer = call(aws, "GET", f"/{bucket}/{PATH}")
    assert (answer.status, answer.body) == (200, b"content")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["cache-control"] == "no-cache"
    assert call(aws, "HEAD", f"/{bucket}/{PATH}").status == 200
    assert (
        call(aws, "GET", f"/{bucket}/{PATH}?response-content-type=text/css").headers["content-type"]
        == "text/css"
    )
    part = call(aws, "GET", f"/{bucket}/{PATH}", {"Range": "bytes=1-3"})
    assert (part.status, part.body) == (206, b"ont")
    assert call(aws, "GET", f"/{bucket}/{PATH}", {"If-None-Match": answer.headers["etag"]}).status == 304


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/BUCKET"),
        ("GET", "/BUCKET/"),
        ("GET", "/BUCKET?list-type=2"),
        ("HEAD", "/BUCKET"),
        ("GET", "/BUCKET/absent"),
        ("HEAD", "/BUCKET/absent"),
        ("PUT", "/BUCKET/new"),
        ("PUT", "/BUCKET/" + PATH),
        ("DELETE", "/BUCKET/" + PATH),
        ("POST", "/BUCKET/" + PATH + "?uploads"),
        ("POST", "/BUCKET?delete"),
        ("POST", "/BUCKET"),
        ("GET", "/BUCKET/" + PATH + "?acl"),
        ("GET", "/BUCKET/" + PATH + "?tagging"),
        ("GET", "/BUCKET/" + PATH + "?versionId=null"),
        ("GET", "/BUCKET/" + PATH + "?attributes"),
        ("GET", "/BUCKET?policy"),
        ("PUT", "/BUCKET?policy"),
        ("DELETE", "/BUCKET?policy"),
        ("PUT", "/BUCKET?publicAccessBlock"),
        ("PUT", "/brand-new-bucket"),
        ("DELETE", "/BUCKET"),
        ("OPTIONS", "/BUCKET/" + PATH),
        ("PATCH", "/BUCKET/" + PATH),
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/latest/meta-data/"),
    ],
)
def test_anyone_may_do_nothing_else(aws: LocalAws, s3: Any, bucket: str, method: str, path: str) -> None:
    make_public(s3, bucket)
    answer = call(
        aws, method, path.replace("BUCKET", bucket), body=b"x" if method in {"PUT", "POST"} else None
    )
    assert answer.status in {403, 404}
    assert method == "HEAD" or b"<Error><Code>" in answer.body
    assert answer.status == 403 or b"NoSuchBucket" in answer.body
    assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"content"
    assert bucket in [item["Name"] for item in s3.list_buckets()["Buckets"]]
    assert "brand-new-bucket" not in [item["Name"] for item in s3.list_buckets()["Buckets"]]


def test_anyone_who_may_list_learns_what_is_not_there(aws: LocalAws, s3: Any, bucket: str) -> None:
    make_public(s3, bucket)
    listing = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}",
        "Condition": {"StringLike": {"s3:prefix": "assets/*"}},
    }
    policy = bucket_policy(bucket, let_everyone_read(bucket), listing)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert call(aws, "GET", f"/{bucket}?list-type=2&prefix=assets/").status == 200
    assert call(aws, "GET", f"/{bucket}?list-type=2").status == 403
    del listing["Condition"]
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, let_everyone_read(bucket), listing))
    assert call(aws, "GET", f"/{bucket}/absent").status == 404
    assert b"NoSuchKey" in call(aws, "GET", f"/{bucket}/absent").body


def test_anyone_may_write_where_a_policy_says_so(aws: LocalAws, s3: Any, bucket: str) -> None:
    unblock(s3, bucket)
    drop = {**let_everyone_read(bucket), "Action": ["s3:PutObject", "s3:DeleteObject"]}
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, drop))
    assert call(aws, "PUT", f"/{bucket}/dropped", body=b"x").status == 200
    copy = {"x-amz-copy-source": f"/{bucket}/dropped"}
    assert call(aws, "PUT", f"/{bucket}/copy", copy).status == 403
    assert call(aws, "GET", f"/{bucket}/dropped").status == 403
    assert call(aws, "DELETE", f"/{bucket}/dropped").status == 204
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_private_bucket_shows_nothing(aws: LocalAws, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"secret")
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, let_cloudfront_read(bucket)))
    answer = call(aws, "GET", f"/{bucket}/k")
    assert (answer.status, b"<Code>AccessDenied</Code>" in answer.body) == (403, True)
    assert b"secret" not in answer.body


def test_restricting_public_buckets_closes_one_that_is_public(aws: LocalAws, s3: Any, bucket: str) -> None:
    make_public(s3, bucket)
    unblock(s3, bucket, RestrictPublicBuckets=True)
    assert call(aws, "GET", f"/{bucket}/{PATH}").status == 403
    s3.delete_public_access_block(Bucket=bucket)
    assert call(aws, "GET", f"/{bucket}/{PATH}").status == 200


def test_a_bucket_that_does_not_exist_is_not_found(aws: LocalAws) -> None:
    answer = call(aws, "GET", "/no-such-bucket/key")
    assert (answer.status, b"<Code>NoSuchBucket</Code>" in answer.body) == (404, True)


def test_what_is_missing_is_a_plain_404_to_head(s3: Any, bucket: str) -> None:
    assert refused(s3.head_object, Bucket=bucket, Key="absent") == "404"
    assert refused(s3.head_bucket, Bucket="no-such-bucket") == "404"


def test_links_signed_by_the_deployer_work(aws: LocalAws, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"linked")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert call(aws, "GET", link.removeprefix(aws.url)).body == b"linked"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("", "")),
        ("/bucket", ("bucket", "")),
        ("/bucket/", ("bucket", "")),
        ("/bucket/key", ("bucket", "key")),
        ("/bucket/a/b/", ("bucket", "a/b/")),
        ("/bucket//a", ("bucket", "/a")),
        ("//bucket/a", ("", "bucket/a")),
        ("/bucket/a%2Fb%20c%2B", ("bucket", "a/b c+")),
        ("/bucket/a+b", ("bucket", "a+b")),
    ],
)
def test_a_path_is_a_bucket_and_a_key(path: str, expected: tuple[str, str]) -> None:
    assert bucket_and_key(path) == expected


@pytest.mark.parametrize("key", ["/a", "a//b", "a/../b", "%41", "a b", "+", "ü", "?x=1", "a#b", "a;b&c=d"])
def test_odd_keys_mean_themselves(s3: Any, bucket: str, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
