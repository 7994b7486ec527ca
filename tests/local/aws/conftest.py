"""An emulated AWS and clients for it."""

from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config

from local.aws.clock import clock
from local.aws.mail import on_mail
from local.aws.server import LocalAws
from tests.local.aws.people import CLIENT, POLICY, People, Time
from tests.local.aws.tools import REGION, Clients, numbers


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    """An emulated AWS that is empty when the module starts."""
    with LocalAws() as running:
        yield running


@pytest.fixture(scope="module")
def clients(aws: LocalAws) -> Iterator[Clients]:
    """Make boto3 clients of the emulator; the deployer's unless other keys are given."""

    made: list[Any] = []

    def make(service: str, *, region: str = REGION, **keys: str) -> Any:
        deployer = {"aws_access_key_id": "deployer", "aws_secret_access_key": "anything"}
        client = cast("Any", boto3.client)(
            service,
            endpoint_url=aws.url,
            region_name=region,
            config=Config(retries={"max_attempts": 0}),
            **(keys or deployer),
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def bucket(clients: Clients) -> str:
    """A new bucket as AWS makes it: private, access control lists off."""
    name = f"bucket-{next(numbers)}"
    clients("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The clock of user pools, standing still."""
    time = Time()
    monkeypatch.setattr(clock, "now", time.now)
    return time


@pytest.fixture
def people(clients: Clients) -> Iterator[People]:
    """A user pool whose people sign in by e-mail address, with the groups `viewers` and `operators`."""
    cognito = clients("cognito-idp")
    pool_id = cognito.create_user_pool(
        PoolName="people",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        AutoVerifiedAttributes=["email"],
        Policies={"PasswordPolicy": POLICY},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool_id,
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="OPTIONAL",
    )
    client = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web", **CLIENT)
    for precedence, group in enumerate(("operators", "viewers"), 1):
        cognito.create_group(
            UserPoolId=pool_id,
            GroupName=group,
            Precedence=precedence,
            RoleArn=f"arn:aws:iam::123456789012:role/{group}",
        )
    people = People(cognito, pool_id, client["UserPoolClient"]["ClientId"])
    with on_mail(people.mails.append):
        yield people
