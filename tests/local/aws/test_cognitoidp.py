"""User pools: their settings, clients, groups and users, and the invitations that they send."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.aws.clock import clock
from local.aws.mail import Mail, on_mail
from tests.local.aws.tools import Clients, numbers, refusal

INVITATION = {
    "EmailSubject": "Come in",
    "EmailMessage": "You are {username}, your password is {####}, the site is https://example.com.",
}
STRICT = {
    "MinimumLength": 12,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 7,
}
GOOD = "Correct-horse-1"


@pytest.fixture
def cognito(clients: Clients) -> Any:
    return clients("cognito-idp")


@pytest.fixture
def pool_id(cognito: Any) -> str:
    return cognito.create_user_pool(
        PoolName="people",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        Policies={"PasswordPolicy": STRICT},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True, "InviteMessageTemplate": INVITATION},
    )["UserPool"]["Id"]


@pytest.fixture
def somebody(cognito: Any, pool_id: str) -> str:
    address = f"user{next(numbers)}@example.com"
    cognito.admin_create_user(UserPoolId=pool_id, Username=address, MessageAction="SUPPRESS")
    return address


def attributes_of(cognito: Any, pool_id: str, name: str) -> dict[str, str]:
    found = cognito.admin_get_user(UserPoolId=pool_id, Username=name)["UserAttributes"]
    return {attribute["Name"]: attribute["Value"] for attribute in found}


def described(cognito: Any, pool_id: str) -> dict[str, Any]:
    return cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]


def test_a_new_pool_has_aws_defaults(cognito: Any) -> None:
    pool_id = cognito.create_user_pool(PoolName="plain")["UserPool"]["Id"]
    pool = described(cognito, pool_id)
    assert re.fullmatch(r"eu-west-1_[a-z0-9]{9}", pool_id)
    assert pool["Arn"] == f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{pool_id}"
    assert pool["Policies"]["PasswordPolicy"] == {**STRICT, "MinimumLength": 8}
    assert pool["AdminCreateUserConfig"] == {
        "AllowAdminCreateUserOnly": False,
        "UnusedAccountValidityDays": 7,
    }
    assert (pool["MfaConfiguration"], pool["DeletionProtection"]) == ("OFF", "INACTIVE")


def test_a_pool_gives_back_what_was_set(cognito: Any) -> None:
    given = {
        "DeletionProtection": "ACTIVE",
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "AutoVerifiedAttributes": ["email"],
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "UserPoolTags": {"a": "b"},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": True,
            "UnusedAccountValidityDays": 3,
            "InviteMessageTemplate": INVITATION,
        },
    }
    pool = cognito.create_user_pool(PoolName="set", **given)["UserPool"]
    assert {name: described(cognito, pool["Id"])[name] for name in given} == given


def test_an_update_resets_what_it_does_not_give(cognito: Any, pool_id: str) -> None:
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool_id,
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="OPTIONAL",
    )
    cognito.update_user_pool(UserPoolId=pool_id, AutoVerifiedAttributes=["email"])
    pool = described(cognito, pool_id)
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False
    assert pool["MfaConfiguration"] == "OFF"
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["UsernameAttributes"] == ["email"]
    assert (pool["Name"], pool["UsernameConfiguration"]) == ("people", {"CaseSensitive": False})


def test_pools_are_listed_until_they_are_deleted(cognito: Any, pool_id: str) -> None:
    def listed() -> set[str]:
        return {pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]}

    assert pool_id in listed()
    cognito.delete_user_pool(UserPoolId=pool_id)
    assert pool_id not in listed()
    gone = ("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
    assert refusal(cognito.describe_user_pool, UserPoolId=pool_id) == gone


def test_a_protected_pool_is_not_deleted(cognito: Any) -> None:
    pool_id = cognito.create_user_pool(PoolName="kept", DeletionProtection="ACTIVE")["UserPool"]["Id"]
    assert refusal(cognito.delete_user_pool, UserPoolId=pool_id)[0] == "InvalidParameterException"
    assert described(cognito, pool_id)["Name"] == "kept"


def test_tags_come_and_go(cognito: Any, pool_id: str) -> None:
    arn = described(cognito, pool_id)["Arn"]
    cognito.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    cognito.untag_resource(ResourceArn=arn, TagKeys=["a", "absent"])
    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}
    assert described(cognito, pool_id)["UserPoolTags"] == {"b": "2"}


def test_a_second_factor_needs_a_method(cognito: Any, pool_id: str) -> None:
    code, _ = refusal(cognito.set_user_pool_mfa_config, UserPoolId=pool_id, MfaConfiguration="OPTIONAL")
    assert code == "InvalidParameterException"
    given = {"SoftwareTokenMfaConfiguration": {"Enabled": True}, "MfaConfiguration": "OPTIONAL"}
    cognito.set_user_pool_mfa_config(UserPoolId=pool_id, **given)
    found = cognito.get_user_pool_mfa_config(UserPoolId=pool_id)
    assert {name: found[name] for name in given} == given


@pytest.mark.parametrize(
    "given",
    [
        {"PoolName": "semi;colon"},
        {"PoolName": "x", "Policies": {"PasswordPolicy": {"MinimumLength": 100}}},
        {"PoolName": "x", "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 366}}},
        {
            "PoolName": "x",
            "AdminCreateUserConfig": {"InviteMessageTemplate": {"EmailMessage": "Hello {username}"}},
        },
    ],
)
def test_settings_that_break_a_rule_are_refused(cognito: Any, given: dict[str, Any]) -> None:
    assert refusal(cognito.create_user_pool, **given)[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "given",
    [
        {"MfaConfiguration": "ON"},
        {"UsernameAttributes": ["phone_number"]},
        {"LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-west-1:123456789012:function:x"}},
        {"Policies": {"PasswordPolicy": {"PasswordHistorySize": 3}}},
    ],
)
def test_settings_that_the_emulator_lacks_are_refused_as_such(cognito: Any, given: dict[str, Any]) -> None:
    assert refusal(cognito.create_user_pool, PoolName="x", **given)[0] == "NotImplementedException"


def test_a_client_has_defaults_and_an_update_resets_them(cognito: Any, pool_id: str) -> None:
    given = {
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "AccessTokenValidity": 15,
        "IdTokenValidity": 15,
        "RefreshTokenValidity": 12,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"},
        "PreventUserExistenceErrors": "ENABLED",
        "AuthSessionValidity": 15,
    }
    client_id = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web", **given)[
        "UserPoolClient"
    ]["ClientId"]

    def found() -> dict[str, Any]:
        return cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]

    assert {name: found()[name] for name in given} == given
    assert found()["EnableTokenRevocation"] is True
    cognito.update_user_pool_client(UserPoolId=pool_id, ClientId=client_id)
    assert (found()["ClientName"], found()["RefreshTokenValidity"]) == ("web", 30)
    assert (found()["PreventUserExistenceErrors"], found()["AuthSessionValidity"]) == ("LEGACY", 3)
    assert "ALLOW_USER_PASSWORD_AUTH" not in found()["ExplicitAuthFlows"]


def test_clients_are_listed_until_they_are_deleted(cognito: Any, pool_id: str) -> None:
    client_id = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web")["UserPoolClient"][
        "ClientId"
    ]
    listed = cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"]
    assert listed == [{"ClientId": client_id, "UserPoolId": pool_id, "ClientName": "web"}]
    cognito.delete_user_pool_client(UserPoolId=pool_id, ClientId=client_id)
    assert cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"] == []
    code, _ = refusal(cognito.describe_user_pool_client, UserPoolId=pool_id, ClientId=client_id)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "given",
    [
        {"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}},
        {"IdTokenValidity": 25},
        {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
        {"RefreshTokenValidity": 10**12},
        {"AuthSessionValidity": 16},
    ],
)
def test_a_clients_validities_have_bounds(cognito: Any, pool_id: str, given: dict[str, Any]) -> None:
    refused = refusal(cognito.create_user_pool_client, UserPoolId=pool_id, ClientName="x", **given)
    assert refused[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "given", [{"GenerateSecret": True}, {"RefreshTokenRotation": {"Feature": "ENABLED"}}]
)
def test_clients_that_the_emulator_lacks_are_refused_as_such(
    cognito: Any, pool_id: str, given: dict[str, Any]
) -> None:
    refused = refusal(cognito.create_user_pool_client, UserPoolId=pool_id, ClientName="x", **given)
    assert refused[0] == "NotImplementedException"


def test_groups_have_members_in_order_of_precedence(cognito: Any, pool_id: str, somebody: str) -> None:
    for name, precedence in (("last", None), ("second", 2), ("first", 1)):
        given = {} if precedence is None else {"Precedence": precedence}
        cognito.create_group(UserPoolId=pool_id, GroupName=name, **given)
        cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=somebody, GroupName=name)

    def groups() -> list[str]:
        found = cognito.admin_list_groups_for_user(UserPoolId=pool_id, Username=somebody)["Groups"]
        return [group["GroupName"] for group in found]

    assert groups() == ["first", "second", "last"]
    cognito.admin_remove_user_from_group(UserPoolId=pool_id, Username=somebody, GroupName="first")
    cognito.delete_group(UserPoolId=pool_id, GroupName="second")
    assert groups() == ["last"]
    members = cognito.list_users_in_group(UserPoolId=pool_id, GroupName="last")["Users"]
    assert [member["Username"] for member in members] == [attributes_of(cognito, pool_id, somebody)["sub"]]
    assert cognito.list_users_in_group(UserPoolId=pool_id, GroupName="first")["Users"] == []


def test_a_group_changes_only_in_what_is_given(cognito: Any, pool_id: str) -> None:
    role = "arn:aws:iam::123456789012:role/operator"
    cognito.create_group(UserPoolId=pool_id, GroupName="g", RoleArn=role, Precedence=3)
    cognito.update_group(UserPoolId=pool_id, GroupName="g", Description="new")
    group = cognito.get_group(UserPoolId=pool_id, GroupName="g")["Group"]
    assert (group["RoleArn"], group["Precedence"], group["Description"]) == (role, 3, "new")
    assert [g["GroupName"] for g in cognito.list_groups(UserPoolId=pool_id)["Groups"]] == ["g"]


def test_groups_that_cannot_be_are_refused(cognito: Any, pool_id: str, somebody: str) -> None:
    cognito.create_group(UserPoolId=pool_id, GroupName="g")
    assert refusal(cognito.create_group, UserPoolId=pool_id, GroupName="g")[0] == "GroupExistsException"
    assert (
        refusal(cognito.create_group, UserPoolId=pool_id, GroupName="a b")[0] == "InvalidParameterException"
    )
    absent = refusal(
        cognito.admin_add_user_to_group, UserPoolId=pool_id, Username=somebody, GroupName="absent"
    )
    assert absent[0] == "ResourceNotFoundException"


def test_the_invitation_brings_a_temporary_password(cognito: Any, pool_id: str) -> None:
    mails: list[Mail] = []
    with on_mail(mails.append):
        user = cognito.admin_create_user(
            UserPoolId=pool_id,
            Username="Me@Example.com",
            UserAttributes=[{"Name": "email_verified", "Value": "true"}],
            DesiredDeliveryMediums=["EMAIL"],
        )["User"]
    (mail,) = mails
    assert (mail.to, mail.subject) == ("Me@Example.com", "Come in")
    found = re.fullmatch(
        r"You are Me@Example.com, your password is (\S{12}), the site is https://example.com.", mail.text
    )
    assert found
    assert (user["UserStatus"], user["Enabled"]) == ("FORCE_CHANGE_PASSWORD", True)


def test_mail_goes_only_to_who_listens_then(cognito: Any, pool_id: str) -> None:
    mails: list[Mail] = []
    with on_mail(mails.append):
        pass
    cognito.admin_create_user(UserPoolId=pool_id, Username="a@b.c", DesiredDeliveryMediums=["EMAIL"])
    assert mails == []


def test_an_invitation_can_be_sent_again_until_it_is_accepted(cognito: Any, pool_id: str) -> None:
    again = {"UserPoolId": pool_id, "Username": "a@b.c", "DesiredDeliveryMediums": ["EMAIL"]}
    mails: list[Mail] = []
    with on_mail(mails.append):
        cognito.admin_create_user(**again)
        cognito.admin_create_user(**again, MessageAction="RESEND", TemporaryPassword=GOOD)
    assert len(mails) == 2
    assert GOOD in mails[1].text
    cognito.admin_set_user_password(UserPoolId=pool_id, Username="a@b.c", Password=GOOD, Permanent=True)
    refused = refusal(cognito.admin_create_user, **again, MessageAction="RESEND")
    assert refused[0] == "UnsupportedUserStateException"
    again["Username"] = "nobody@b.c"
    assert refusal(cognito.admin_create_user, **again, MessageAction="RESEND")[0] == "UserNotFoundException"


def test_invitations_by_sms_are_refused_as_not_implemented(cognito: Any, pool_id: str) -> None:
    code, _ = refusal(cognito.admin_create_user, UserPoolId=pool_id, Username="a@b.c")
    assert code == "NotImplementedException"
    assert cognito.list_users(UserPoolId=pool_id)["Users"] == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Short-1", "not long enough"),
        ("no-uppercase-1", "uppercase"),
        ("NO-LOWERCASE-1", "lowercase"),
        ("No-number-here", "numeric"),
        ("NoSymbolHere12", "symbol"),
        ("A1-" + "a" * 254, "too long"),
        (" Correct-horse-1", "begin or end with a space"),
    ],
)
def test_temporary_passwords_keep_to_the_policy_too(
    cognito: Any, pool_id: str, somebody: str, password: str, reason: str
) -> None:
    for operation, arguments in (
        (
            cognito.admin_create_user,
            {"Username": "a@b.c", "TemporaryPassword": password, "MessageAction": "SUPPRESS"},
        ),
        (cognito.admin_set_user_password, {"Username": somebody, "Password": password, "Permanent": True}),
    ):
        code, message = refusal(operation, UserPoolId=pool_id, **arguments)
        assert code == "InvalidPasswordException"
        assert reason in message
    assert len(cognito.list_users(UserPoolId=pool_id)["Users"]) == 1


def test_people_are_known_by_their_address_in_any_case_and_by_their_sub(
    cognito: Any, pool_id: str, somebody: str
) -> None:
    attributes = attributes_of(cognito, pool_id, somebody.upper())
    assert attributes["email"] == somebody
    assert attributes_of(cognito, pool_id, attributes["sub"]) == attributes
    taken = refusal(
        cognito.admin_create_user, UserPoolId=pool_id, Username=somebody.upper(), MessageAction="SUPPRESS"
    )
    assert taken[0] == "UsernameExistsException"


def test_a_pool_of_plain_names_tells_cases_apart(cognito: Any) -> None:
    pool_id = cognito.create_user_pool(PoolName="names")["UserPool"]["Id"]
    for name in ("anna", "Anna"):
        user = cognito.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS")["User"]
        assert user["Username"] == name
    assert refusal(cognito.admin_get_user, UserPoolId=pool_id, Username="ANNA")[0] == "UserNotFoundException"


def test_attributes_change_and_a_new_address_is_unverified(cognito: Any, pool_id: str, somebody: str) -> None:
    def update(name: str, value: str) -> None:
        cognito.admin_update_user_attributes(
            UserPoolId=pool_id, Username=somebody, UserAttributes=[{"Name": name, "Value": value}]
        )

    update("email_verified", "true")
    update("name", "Some Body")
    assert attributes_of(cognito, pool_id, somebody)["email_verified"] == "true"
    sub = attributes_of(cognito, pool_id, somebody)["sub"]
    update("name", "")
    update("email", "other@example.com")
    attributes = attributes_of(cognito, pool_id, "other@example.com")
    assert attributes == {"sub": sub, "email": "other@example.com", "email_verified": "false"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shoe_size", "43"),
        ("sub", "another"),
        ("email", "no address"),
        ("email_verified", "maybe"),
        ("email", ""),
    ],
)
def test_attributes_that_cannot_be_are_refused(
    cognito: Any, pool_id: str, somebody: str, name: str, value: str
) -> None:
    before = attributes_of(cognito, pool_id, somebody)
    code, _ = refusal(
        cognito.admin_update_user_attributes,
        UserPoolId=pool_id,
        Username=somebody,
        UserAttributes=[{"Name": name, "Value": value}],
    )
    assert code == "InvalidParameterException"
    assert attributes_of(cognito, pool_id, somebody) == before


def test_two_people_do_not_share_an_address(cognito: Any, pool_id: str, somebody: str) -> None:
    cognito.admin_create_user(UserPoolId=pool_id, Username="a@b.c", MessageAction="SUPPRESS")
    code, _ = refusal(
        cognito.admin_update_user_attributes,
        UserPoolId=pool_id,
        Username="a@b.c",
        UserAttributes=[{"Name": "email", "Value": somebody.upper()}],
    )
    assert code == "AliasExistsException"


@pytest.mark.parametrize("name", ["no address", "plain"])
def test_who_signs_in_by_address_needs_one(cognito: Any, pool_id: str, name: str) -> None:
    code, _ = refusal(cognito.admin_create_user, UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS")
    assert code == "InvalidParameterException"


def test_users_are_disabled_enabled_and_deleted(cognito: Any, pool_id: str, somebody: str) -> None:
    who = {"UserPoolId": pool_id, "Username": somebody}
    cognito.admin_disable_user(**who)
    assert cognito.admin_get_user(**who)["Enabled"] is False
    cognito.admin_enable_user(**who)
    assert cognito.admin_get_user(**who)["Enabled"] is True
    cognito.admin_delete_user(**who)
    assert refusal(cognito.admin_get_user, **who) == ("UserNotFoundException", "User does not exist.")
    assert cognito.list_users(UserPoolId=pool_id)["Users"] == []


@pytest.mark.usefixtures("somebody")
def test_users_are_found_by_a_filter(cognito: Any, pool_id: str) -> None:
    cognito.admin_create_user(UserPoolId=pool_id, Username="zoe@b.c", MessageAction="SUPPRESS")

    def found(query: str) -> int:
        return len(cognito.list_users(UserPoolId=pool_id, Filter=query)["Users"])

    assert (found('email = "zoe@b.c"'), found('email ^= "user"'), found('status = "Disabled"')) == (1, 1, 0)
    code, _ = refusal(cognito.list_users, UserPoolId=pool_id, Filter="email is zoe")
    assert code == "InvalidParameterException"


def test_the_clock_can_be_set(cognito: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    pool = cognito.create_user_pool(PoolName="later")["UserPool"]
    assert abs(pool["CreationDate"] - later) < timedelta(seconds=1)
