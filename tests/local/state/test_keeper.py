"""Everything comes back after a restart: as it was answered, for those who could use it before."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from local.aws.server import LocalAws
from local.state.file import StateError, StateFile
from tests.local.state.conftest import REGION, TRUST, client

PASSWORD = "Correct-Horse-7"
BIG = bytes(range(256)) * 100


def create(url: str) -> dict[str, Any]:
    """Create something in many services; return what must be found again."""
    s3, users, identity = (client(url, name) for name in ("s3", "cognito-idp", "cognito-identity"))
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", BIG):
        s3.put_object(Bucket="kept", Key="a/b c.txt", Body=body, ContentType="text/plain")
    s3.put_object_tagging(Bucket="kept", Key="a/b c.txt", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.put_object(Bucket="kept", Key="gone", Body=b"")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket="kept", Key="gone too", Body=b"")
    s3.delete_objects(Bucket="kept", Delete={"Objects": [{"Key": "gone too", "VersionId": "null"}]})
    client(url, "iam").create_role(RoleName="kept", AssumeRolePolicyDocument=TRUST)
    pool = users.create_user_pool(PoolName="people")["UserPool"]["Id"]
    app = users.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    users.admin_create_user(UserPoolId=pool, Username="me", MessageAction="SUPPRESS")
    users.admin_set_user_password(UserPoolId=pool, Username="me", Password=PASSWORD, Permanent=True)
    token = sign_in(url, app)["AccessToken"]
    identity.create_identity_pool(IdentityPoolName="guests", AllowUnauthenticatedIdentities=True)
    client(url, "rekognition").create_project(ProjectName="kept", Tags={"stage": "test"})
    client(url, "sns").create_topic(Name="kept")
    client(url, "logs").create_log_group(logGroupName="kept")
    return {"app": app, "token": token}


def sign_in(url: str, app: str) -> dict[str, str]:
    answer = client(url, "cognito-idp").initiate_auth(
        ClientId=app,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "me", "PASSWORD": PASSWORD},
    )
    return answer["AuthenticationResult"]


def seen(url: str) -> list[Any]:
    """Return what can be seen of all that `create` made."""
    s3, rekognition = client(url, "s3"), client(url, "rekognition")
    versions = s3.list_object_versions(Bucket="kept")["Versions"]
    projects = rekognition.describe_projects()["ProjectDescriptions"]
    return [
        s3.list_buckets()["Buckets"],
        s3.get_public_access_block(Bucket="kept")["PublicAccessBlockConfiguration"],
        versions,
        [
            s3.get_object(Bucket="kept", Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
            for one in versions
        ],
        s3.get_object_tagging(Bucket="kept", Key="a/b c.txt")["TagSet"],
        client(url, "iam").get_role(RoleName="kept")["Role"],
        client(url, "cognito-idp").list_user_pools(MaxResults=5)["UserPools"],
        client(url, "cognito-identity").list_identity_pools(MaxResults=5)["IdentityPools"],
        projects,
        rekognition.list_tags_for_resource(ResourceArn=projects[0]["ProjectArn"])["Tags"],
        client(url, "sns").list_topics()["Topics"],
        [one["arn"] for one in client(url, "logs").describe_log_groups()["logGroups"]],
    ]


def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    with LocalAws(state=tmp_path) as aws:
        made = create(aws.url)
        before = seen(aws.url)
    for _ in range(2):
        with LocalAws(state=tmp_path) as aws:
            assert seen(aws.url) == before
            assert [one["Key"] for one in before[2]] == ["a/b c.txt", "a/b c.txt", "gone"]
            assert client(aws.url, "cognito-idp").get_user(AccessToken=made["token"])["Username"] == "me"
            assert sign_in(aws.url, made["app"]).keys() >= {"AccessToken", "IdToken"}


def test_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    with LocalAws(state=tmp_path) as aws:
        s3 = client(aws.url, "s3")
        for name in ("kept", "dropped"):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            s3.put_object(Bucket=name, Key="object", Body=BIG)
        s3.delete_object(Bucket="dropped", Key="object")
        s3.delete_bucket(Bucket="dropped")
    with LocalAws(state=tmp_path) as aws:
        s3 = client(aws.url, "s3")
        assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["kept"]
        s3.delete_object(Bucket="kept", Key="object")
        assert s3.list_objects_v2(Bucket="kept")["KeyCount"] == 0


def test_large_values_that_nothing_needs_are_gone_after_the_next_start(tmp_path: Path) -> None:
    with LocalAws(state=tmp_path) as aws:
        s3 = client(aws.url, "s3")
        s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": REGION})
        for number in range(3):
            s3.put_object(Bucket="kept", Key="object", Body=BIG + bytes([number]))
    LocalAws(state=tmp_path).stop()
    file = StateFile(tmp_path)
    assert len(file._database.execute("SELECT * FROM blobs").fetchall()) == 1  # pyright: ignore[reportPrivateUsage] - what is left on disk has no other window
    file.close()


def test_without_a_folder_nothing_is_kept() -> None:
    with LocalAws() as aws:
        client(aws.url, "iam").create_role(RoleName="passing", AssumeRolePolicyDocument=TRUST)
    with LocalAws() as aws:
        assert client(aws.url, "iam").list_roles()["Roles"] == []


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("called"),)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("moto.iam.models", b"no pickle"),
        ("moto.iam.models", pickle.dumps(Evil())),
        ("moto.iam.models", b"cos\nsystem\n(S'true'\ntR."),
        ("moto.iam.models", b"cmoto.settings\nos\n."),
        ("object/nowhere/key", pickle.dumps([])),
        ("custom-labels", b"no snapshot"),
        ("os", pickle.dumps({})),
    ],
    ids=["garbage", "class", "function", "import", "no-bucket", "no-snapshot", "no-service"],
)
def test_what_nobody_here_wrote_is_told_and_not_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    file = StateFile(tmp_path)
    file.write({name: content}, {})
    file.close()
    with pytest.raises(StateError, match="is damaged"):
        LocalAws(state=tmp_path)
    assert not (tmp_path / "called").exists()
    StateFile(tmp_path).close()
