"""Cognito identity pools' operations."""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from local.aws.cognitoidentity.models import (
    CognitoIdentityBackend,
    Identity,
    IdentityPool,
    cognitoidentity_backends,
)
from local.aws.services import ModelDecides


class CognitoIdentityResponse(ModelDecides):
    """Reads requests and writes answers; the methods carry the names of the operations."""

    def __init__(self) -> None:
        super().__init__(service_name="cognito-identity")

    @property
    def backend(self) -> CognitoIdentityBackend:
        """The pools of the request's region; unsigned requests name it in the pool's or identity's id."""
        regions = cognitoidentity_backends[self.current_account]
        named = ""
        if "Authorization" not in self.headers:
            named = (self.params.get("IdentityPoolId") or self.params.get("IdentityId") or "").partition(":")[
                0
            ]
        return regions[named if named in regions else self.region]

    def create_identity_pool(self) -> ActionResult:
        """CreateIdentityPool."""
        return ActionResult(self.backend.create_identity_pool(self.params).describe())

    def update_identity_pool(self) -> ActionResult:
        """UpdateIdentityPool."""
        pool = self.backend.update_identity_pool(self.params["IdentityPoolId"], self.params)
        return ActionResult(pool.describe())

    def describe_identity_pool(self) -> ActionResult:
        """DescribeIdentityPool."""
        return ActionResult(self._pool().describe())

    def list_identity_pools(self) -> ActionResult:
        """ListIdentityPools, in one page."""
        return ActionResult({"IdentityPools": [pool.describe() for pool in self.backend.pools.values()]})

    def delete_identity_pool(self) -> ActionResult:
        """DeleteIdentityPool."""
        self.backend.delete_identity_pool(self.params["IdentityPoolId"])
        return EmptyResult()

    def set_identity_pool_roles(self) -> ActionResult:
        """SetIdentityPoolRoles."""
        roles = {name: self.params[name] for name in ("Roles", "RoleMappings") if self.params.get(name)}
        self.backend.set_identity_pool_roles(self.params["IdentityPoolId"], {"Roles": {}, **roles})
        return EmptyResult()

    def get_identity_pool_roles(self) -> ActionResult:
        """GetIdentityPoolRoles."""
        pool = self._pool()
        return ActionResult({"IdentityPoolId": pool.pool_id, **pool.roles})

    def get_id(self) -> ActionResult:
        """GetId."""
        identity = self.backend.get_id(self.params["IdentityPoolId"], self.params.get("Logins"))
        return ActionResult({"IdentityId": identity.identity_id})

    def get_credentials_for_identity(self) -> ActionResult:
        """GetCredentialsForIdentity."""
        session = self.backend.get_credentials(
            self.params["IdentityId"], self.params.get("Logins"), self.params.get("CustomRoleArn")
        )
        return ActionResult(
            {
                "IdentityId": self.params["IdentityId"],
                "Credentials": {
                    "AccessKeyId": session.access_key_id,
                    "SecretKey": session.secret_key,
                    "SessionToken": session.session_token,
                    "Expiration": session.expiration,
                },
            }
        )

    def describe_identity(self) -> ActionResult:
        """DescribeIdentity."""
        return ActionResult(_identity(self.backend.identity(self.params["IdentityId"])))

    def list_identities(self) -> ActionResult:
        """ListIdentities, in one page."""
        pool = self._pool()
        members = [
            _identity(identity)
            for identity in self.backend.identities.values()
            if identity.pool_id == pool.pool_id
        ]
        return ActionResult({"IdentityPoolId": pool.pool_id, "Identities": members})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self.backend.pool_of_arn(self.params["ResourceArn"]).tags.update(self.params["Tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        tags = self.backend.pool_of_arn(self.params["ResourceArn"]).tags
        for key in self.params["TagKeys"]:
            tags.pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self.backend.pool_of_arn(self.params["ResourceArn"]).tags})

    def _pool(self) -> IdentityPool:
        return self.backend.pool(self.params["IdentityPoolId"])


def _identity(identity: Identity) -> dict[str, Any]:
    return {
        "IdentityId": identity.identity_id,
        "Logins": [identity.login.provider] if identity.login else [],
        "CreationDate": identity.created,
        "LastModifiedDate": identity.created,
    }
