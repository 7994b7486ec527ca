"""A deployed site with something to steal, and a guest of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.credentials import Credentials

from tests.e2e.deployment import Deployment, deployed

PASSWORD = "Correct-horse-7"


@dataclass(frozen=True, kw_only=True)
class World:
    """What bad requests are sent to."""

    site: Deployment
    guest: Credentials
    """Given out by the site's identity pool."""
    guest_role: str
    """ARN."""
    guest_actions: frozenset[str]
    """What the guest role's policy allows."""
    known: dict[str, list[Any]]
    """What exists or is at least right, by the names that operations have for it."""

    def client(self, service: str) -> Any:
        """A client of the deployer."""
        session: Any = boto3.Session("deployer", "anything", region_name=self.site.region)
        return session.client(service, endpoint_url=self.site.aws_url)

    def state(self) -> str:
        """Everything that a request without permission must leave as it is."""
        s3, iam, cloudfront = map(self.client, ("s3", "iam", "cloudfront"))
        pools, users, rekognition = map(self.client, ("cognito-identity", "cognito-idp", "rekognition"))
        (user_pool,), (identity_pool,) = self.known["UserPoolId"], self.known["IdentityPoolId"]
        state: list[Any] = [
            [
                (bucket["Name"], s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents"))
                for bucket in s3.list_buckets()["Buckets"]
            ],
            [s3.get_bucket_policy(Bucket=self.known["Bucket"][0])["Policy"]],
            [
                (role, iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"])
                for role in iam.list_roles()["Roles"]
            ],
            cloudfront.list_distributions()["DistributionList"]["Items"],
            pools.list_identity_pools(MaxResults=60)["IdentityPools"],
            pools.describe_identity_pool(IdentityPoolId=identity_pool),
            pools.get_identity_pool_roles(IdentityPoolId=identity_pool),
            users.list_user_pools(MaxResults=60)["UserPools"],
            users.list_users(UserPoolId=user_pool)["Users"],
            users.list_groups(UserPoolId=user_pool)["Groups"],
            rekognition.describe_projects()["ProjectDescriptions"],
            rekognition.list_tags_for_resource(ResourceArn=self.known["ProjectVersionArn"][0])["Tags"],
        ]
        for answer in state:
            if isinstance(answer, dict):
                answer.pop("ResponseMetadata", None)
        return json.dumps(state, default=str, indent=1)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with deployed() as site:
        session: Any = boto3.Session("deployer", "anything", region_name=site.region)
        iam, pools, users, rekognition = (
            session.client(service, endpoint_url=site.aws_url)
            for service in ("iam", "cognito-identity", "cognito-idp", "rekognition")
        )
        identity_pool = site.outputs["identityPoolId"]
        identity = pools.get_id(IdentityPoolId=identity_pool)["IdentityId"]
        given = pools.get_credentials_for_identity(IdentityId=identity)["Credentials"]
        role = pools.get_identity_pool_roles(IdentityPoolId=identity_pool)["Roles"]["unauthenticated"]
        role_name = role.rpartition("/")[2]
        (policy,) = iam.list_role_policies(RoleName=role_name)["PolicyNames"]
        document = iam.get_role_policy(RoleName=role_name, PolicyName=policy)["PolicyDocument"]
        user_pool = users.create_user_pool(
            PoolName="people", AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}
        )["UserPool"]["Id"]
        client = users.create_user_pool_client(
            UserPoolId=user_pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        users.admin_create_user(UserPoolId=user_pool, Username="ana", MessageAction="SUPPRESS")
        users.admin_set_user_password(UserPoolId=user_pool, Username="ana", Password=PASSWORD, Permanent=True)
        project = rekognition.create_project(ProjectName="parts", Tags={"team": "a"})["ProjectArn"]
        bucket = site.outputs["bucketName"]
        yield World(
            site=site,
            guest=Credentials(given["AccessKeyId"], given["SecretKey"], given["SessionToken"]),
            guest_role=role,
            guest_actions=frozenset(statement["Action"] for statement in document["Statement"]),
            known={
                "AuthFlow": ["USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH"],
                "AuthParameters": [
                    {"USERNAME": "ana", "PASSWORD": "Wrong-horse-7"},
                    {"USERNAME": "ana", "PASSWORD": ["x"]},
                    {"USERNAME": "ana", "SRP_A": "0"},
                    {"REFRESH_TOKEN": "x"},
                ],
                "ChallengeName": ["NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "PASSWORD_VERIFIER"],
                "ConfirmationCode": ["000000", "123456"],
                "Image": [{"Bytes": "AAAA"}, {"S3Object": {"Bucket": bucket, "Name": "index.html"}}],
                "Logins": [{f"cognito-idp.{site.region}.amazonaws.com/{user_pool}": "a.b.c"}],
                "MaxResults": [1, 100],
                "Password": [PASSWORD],
                "ProjectNames": [["parts"]],
                "Bucket": [bucket],
                "ClientId": [client],
                "IdentityId": [identity],
                "IdentityPoolId": [identity_pool],
                "ProjectArn": [project],
                "ProjectName": ["parts"],
                "ProjectVersionArn": [project],
                "ResourceArn": [project],
                "UserPoolId": [user_pool],
                "Username": ["ana"],
            },
        )
