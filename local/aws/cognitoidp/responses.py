"""Cognito user pools' operations."""

import json

from moto.core.request import Request as MotoRequest
from moto.core.responses import ActionResult, EmptyResult

from local.aws.cognitoidp import self_service
from local.aws.cognitoidp.exceptions import not_authorized
from local.aws.cognitoidp.models import (
    Client,
    CognitoIdpBackend,
    UserPool,
    cognitoidp_backends,
    find_client,
    find_pool,
)
from local.aws.cognitoidp.sign_in import initiate_auth, respond_to_auth_challenge
from local.aws.cognitoidp.tokens import Holder, holder_of, key_set, openid_configuration, revoke
from local.aws.cognitoidp.users import User, read_attributes
from local.aws.services import Answer, ModelDecides


class CognitoIdpResponse(ModelDecides):
    """Reads requests and writes answers; the methods carry the names of the operations. Lists are one page."""

    def __init__(self) -> None:
        super().__init__(service_name="cognito-idp")

    @classmethod
    def dispatch(cls, request: MotoRequest) -> Answer:  # pyright: ignore[reportIncompatibleMethodOverride] - moto also passes what its routes found
        """Answer a request: an operation, or what a pool publishes of itself."""
        if request.method == "GET":
            return _published(request.path)
        return super().dispatch(request)

    @property
    def backend(self) -> CognitoIdpBackend:
        """The pools of the request's region."""
        return cognitoidp_backends[self.current_account][self.region]

    def create_user_pool(self) -> ActionResult:
        """CreateUserPool."""
        return ActionResult({"UserPool": self.backend.create_pool(self.params).describe()})

    def update_user_pool(self) -> ActionResult:
        """UpdateUserPool."""
        self._pool().update(self.params)
        return EmptyResult()

    def describe_user_pool(self) -> ActionResult:
        """DescribeUserPool."""
        return ActionResult({"UserPool": self._pool().describe()})

    def list_user_pools(self) -> ActionResult:
        """ListUserPools."""
        return ActionResult({"UserPools": [pool.describe() for pool in self.backend.pools.values()]})

    def delete_user_pool(self) -> ActionResult:
        """DeleteUserPool."""
        self.backend.delete_pool(self.params["UserPoolId"])
        return EmptyResult()

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self._pool_of_arn().tags.update(self.params["Tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        tags = self._pool_of_arn().tags
        for key in self.params["TagKeys"]:
            tags.pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self._pool_of_arn().tags})

    def get_user_pool_mfa_config(self) -> ActionResult:
        """GetUserPoolMfaConfig."""
        return ActionResult(self._pool().describe_mfa())

    def set_user_pool_mfa_config(self) -> ActionResult:
        """SetUserPoolMfaConfig."""
        pool = self._pool()
        pool.set_mfa(self.params)
        return ActionResult(pool.describe_mfa())

    def create_user_pool_client(self) -> ActionResult:
        """CreateUserPoolClient."""
        return ActionResult({"UserPoolClient": self._pool().create_client(self.params).describe()})

    def update_user_pool_client(self) -> ActionResult:
        """UpdateUserPoolClient."""
        client = self._pool().update_client(self.params["ClientId"], self.params)
        return ActionResult({"UserPoolClient": client.describe()})

    def describe_user_pool_client(self) -> ActionResult:
        """DescribeUserPoolClient."""
        return ActionResult({"UserPoolClient": self._pool().client(self.params["ClientId"]).describe()})

    def list_user_pool_clients(self) -> ActionResult:
        """ListUserPoolClients."""
        return ActionResult(
            {"UserPoolClients": [client.describe() for client in self._pool().clients.values()]}
        )

    def delete_user_pool_client(self) -> ActionResult:
        """DeleteUserPoolClient."""
        self._pool().delete_client(self.params["ClientId"])
        return EmptyResult()

    def create_group(self) -> ActionResult:
        """CreateGroup."""
        group = self._pool().create_group(self.params["GroupName"], self.params)
        return ActionResult({"Group": group.describe()})

    def update_group(self) -> ActionResult:
        """UpdateGroup."""
        group = self._pool().update_group(self.params["GroupName"], self.params)
        return ActionResult({"Group": group.describe()})

    def get_group(self) -> ActionResult:
        """GetGroup."""
        return ActionResult({"Group": self._pool().group(self.params["GroupName"]).describe()})

    def list_groups(self) -> ActionResult:
        """ListGroups."""
        return ActionResult({"Groups": [group.describe() for group in self._pool().groups.values()]})

    def delete_group(self) -> ActionResult:
        """DeleteGroup."""
        self._pool().delete_group(self.params["GroupName"])
        return EmptyResult()

    def admin_create_user(self) -> ActionResult:
        """AdminCreateUser."""
        return ActionResult({"User": self._pool().create_user(self.params).describe()})

    def admin_get_user(self) -> ActionResult:
        """AdminGetUser."""
        user = self._user()
        return ActionResult({**user.describe("UserAttributes"), **user.describe_mfa()})

    def admin_update_user_attributes(self) -> ActionResult:
        """AdminUpdateUserAttributes."""
        self._pool().update_attributes(self._user(), read_attributes(self.params["UserAttributes"]))
        return EmptyResult()

    def admin_delete_user(self) -> ActionResult:
        """AdminDeleteUser."""
        self._pool().delete_user(self._user())
        return EmptyResult()

    def admin_disable_user(self) -> ActionResult:
        """AdminDisableUser."""
        self._pool().disable_user(self._user())
        return EmptyResult()

    def admin_enable_user(self) -> ActionResult:
        """AdminEnableUser."""
        self._user().enabled = True
        return EmptyResult()

    def admin_set_user_password(self) -> ActionResult:
        """AdminSetUserPassword."""
        status = "CONFIRMED" if self.params.get("Permanent") else "FORCE_CHANGE_PASSWORD"
        self._pool().set_password(self._user(), self.params["Password"], status)
        return EmptyResult()

    def admin_user_global_sign_out(self) -> ActionResult:
        """AdminUserGlobalSignOut."""
        self._pool().sign_out(self._user())
        return EmptyResult()

    def admin_add_user_to_group(self) -> ActionResult:
        """AdminAddUserToGroup."""
        group = self._pool().group(self.params["GroupName"])
        self._user().groups.add(group.name)
        return EmptyResult()

    def admin_remove_user_from_group(self) -> ActionResult:
        """AdminRemoveUserFromGroup."""
        group = self._pool().group(self.params["GroupName"])
        self._user().groups.discard(group.name)
        return EmptyResult()

    def admin_list_groups_for_user(self) -> ActionResult:
        """AdminListGroupsForUser."""
        groups = self._pool().groups_of(self._user())
        return ActionResult({"Groups": [group.describe() for group in groups]})

    def list_users(self) -> ActionResult:
        """ListUsers."""
        users = self._pool().list_users(self.params.get("Filter"))
        return ActionResult({"Users": [user.describe() for user in users]})

    def list_users_in_group(self) -> ActionResult:
        """ListUsersInGroup."""
        pool = self._pool()
        name = pool.group(self.params["GroupName"]).name
        users = [user.describe() for user in pool.users.values() if name in user.groups]
        return ActionResult({"Users": users})

    def admin_reset_user_password(self) -> ActionResult:
        """AdminResetUserPassword."""
        self_service.reset_password(self._pool(), self._user())
        return EmptyResult()

    def initiate_auth(self) -> ActionResult:
        """InitiateAuth."""
        pool, client = self._client()
        parameters = self.params.get("AuthParameters", {})
        return ActionResult(initiate_auth(pool, client, self.params["AuthFlow"], parameters))

    def respond_to_auth_challenge(self) -> ActionResult:
        """RespondToAuthChallenge."""
        answer = respond_to_auth_challenge(
            *self._client(),
            self.params["ChallengeName"],
            self.params.get("Session", ""),
            self.params.get("ChallengeResponses", {}),
        )
        return ActionResult(answer)

    def sign_up(self) -> ActionResult:
        """SignUp."""
        pool, _ = self._client()
        if pool.settings["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]:
            raise not_authorized("SignUp is not permitted for this user pool")
        raise NotImplementedError("The emulator's user pools invite people, they let nobody sign up.")

    def forgot_password(self) -> ActionResult:
        """ForgotPassword."""
        delivery = self_service.forgot_password(*self._client(), self.params["Username"])
        return ActionResult({"CodeDeliveryDetails": delivery})

    def confirm_forgot_password(self) -> ActionResult:
        """ConfirmForgotPassword."""
        self_service.confirm_forgot_password(
            *self._client(),
            self.params["Username"],
            self.params["ConfirmationCode"],
            self.params["Password"],
        )
        return EmptyResult()

    def change_password(self) -> ActionResult:
        """ChangePassword."""
        self_service.change_password(
            self._holder(), self.params.get("PreviousPassword", ""), self.params["ProposedPassword"]
        )
        return EmptyResult()

    def get_user(self) -> ActionResult:
        """GetUser."""
        user = self._holder().user
        return ActionResult({**user.describe("UserAttributes"), **user.describe_mfa()})

    def global_sign_out(self) -> ActionResult:
        """GlobalSignOut."""
        holder = self._holder()
        holder.pool.sign_out(holder.user)
        return EmptyResult()

    def revoke_token(self) -> ActionResult:
        """RevokeToken."""
        revoke(*self._client(), self.params["Token"])
        return EmptyResult()

    def associate_software_token(self) -> ActionResult:
        """AssociateSoftwareToken."""
        return ActionResult({"SecretCode": self_service.associate_software_token(self._holder())})

    def verify_software_token(self) -> ActionResult:
        """VerifySoftwareToken."""
        self_service.verify_software_token(self._holder(), self.params["UserCode"])
        return ActionResult({"Status": "SUCCESS"})

    def set_user_mfa_preference(self) -> ActionResult:
        """SetUserMFAPreference."""
        self_service.set_mfa_preference(self._holder(), self.params)
        return EmptyResult()

    def _pool(self) -> UserPool:
        return self.backend.pool(self.params["UserPoolId"])

    def _pool_of_arn(self) -> UserPool:
        return self.backend.pool(self.params["ResourceArn"].rpartition("userpool/")[2])

    def _user(self) -> User:
        return self._pool().user(self.params["Username"])

    def _client(self) -> tuple[UserPool, Client]:
        return find_client(self.params["ClientId"])

    def _holder(self) -> Holder:
        if "AccessToken" not in self.params:
            raise NotImplementedError("The emulator sets authenticator apps up with an AccessToken.")
        return holder_of(self.params["AccessToken"])


_DOCUMENTS = {"jwks.json": key_set, "openid-configuration": openid_configuration}


def _published(path: str) -> Answer:
    """A document under a pool's `/.well-known/`; an empty 404 if there is none."""
    pool_id, _, name = path.removeprefix("/").partition("/.well-known/")
    with ModelDecides.lock:
        pool = find_pool(pool_id)
        if pool is None or name not in _DOCUMENTS:
            return 404, {}, ""
        return 200, {"content-type": "application/json"}, json.dumps(_DOCUMENTS[name](pool))
