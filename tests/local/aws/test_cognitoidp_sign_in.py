"""Signing in to user pools: passwords, challenges, lock-out, forgotten passwords, authenticator apps."""

import json
from typing import Any

import pytest

from local.aws.cognitoidp.models import find_pool
from local.aws.cognitoidp.totp import code_at
from local.aws.server import LocalAws
from tests.local.aws.people import CLIENT, PASSWORD, TEMPORARY, People, Time, app_code
from tests.local.aws.tools import Clients, call, refusal

ME = "me@example.com"
NEW = "Another-horse-2"
WRONG = ("NotAuthorizedException", "Incorrect username or password.")
LOCKED = ("NotAuthorizedException", "Password attempts exceeded")


def refused_sign_in(people: People, address: str = ME, password: str = PASSWORD) -> tuple[str, str]:
    return refusal(people.sign_in, address=address, password=password)


def answer(people: People, challenge: dict[str, Any], **responses: str) -> tuple[str, str]:
    return refusal(people.cognito.respond_to_auth_challenge, **people.response(challenge, ME, **responses))


def change_client(people: People, **settings: Any) -> None:
    people.cognito.update_user_pool_client(
        UserPoolId=people.pool_id, ClientId=people.client_id, **{**CLIENT, **settings}
    )


def add_app(people: People, time: Time) -> str:
    """Admit somebody with an authenticator app, whose first code is used up; return its secret."""
    token = people.admit(ME)["AccessToken"]
    secret = people.cognito.associate_software_token(AccessToken=token)["SecretCode"]
    people.cognito.verify_software_token(AccessToken=token, UserCode=app_code(secret, time.now()))
    people.cognito.set_user_mfa_preference(
        AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    time.pass_by(seconds=30)
    return secret


def test_the_first_sign_in_asks_for_a_password_of_ones_own(people: People) -> None:
    people.invite(ME)
    challenge = people.sign_in("ME@example.com", TEMPORARY)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    parameters = challenge["ChallengeParameters"]
    assert json.loads(parameters["userAttributes"]) == {"email": ME, "email_verified": "true"}
    assert json.loads(parameters["requiredAttributes"]) == []
    result = people.respond(challenge, ME, NEW_PASSWORD=PASSWORD)["AuthenticationResult"]
    assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 900)
    assert people.sign_in(ME)["AuthenticationResult"]["RefreshToken"] != result["RefreshToken"]
    assert refused_sign_in(people, password=TEMPORARY) == WRONG
    user = people.cognito.admin_get_user(UserPoolId=people.pool_id, Username=ME)
    assert user["UserStatus"] == "CONFIRMED"


def test_a_refused_new_password_can_be_chosen_again_and_a_session_serves_once(people: People) -> None:
    people.invite(ME)
    challenge = people.sign_in(ME, TEMPORARY)
    assert answer(people, challenge, NEW_PASSWORD="short")[0] == "InvalidPasswordException"
    assert answer(people, challenge)[0] == "InvalidParameterException"
    people.respond(challenge, ME, NEW_PASSWORD=PASSWORD)
    assert answer(people, challenge, NEW_PASSWORD=NEW)[0] == "NotAuthorizedException"
    assert refused_sign_in(people, password=NEW) == WRONG


def test_attributes_can_come_with_the_new_password_but_not_another_address(people: People) -> None:
    people.invite(ME)
    challenge = people.sign_in(ME, TEMPORARY)
    forged = {"NEW_PASSWORD": PASSWORD, "userAttributes.email": "other@example.com"}
    assert answer(people, challenge, **forged)[0] == "InvalidParameterException"
    token = people.respond(challenge, ME, NEW_PASSWORD=PASSWORD, **{"userAttributes.name": "Me"})
    found = people.cognito.get_user(AccessToken=token["AuthenticationResult"]["AccessToken"])
    attributes = {attribute["Name"]: attribute["Value"] for attribute in found["UserAttributes"]}
    assert (attributes["name"], attributes["email"]) == ("Me", ME)


def test_a_session_belongs_to_one_person_one_challenge_and_one_client(people: People) -> None:
    people.invite(ME)
    people.invite("other@example.com")
    challenge = people.sign_in(ME, TEMPORARY)
    right = people.response(challenge, ME, NEW_PASSWORD=PASSWORD)
    client = people.cognito.create_user_pool_client(UserPoolId=people.pool_id, ClientName="second")
    for change in (
        {"Session": "x" * 40},
        {"ChallengeName": "SOFTWARE_TOKEN_MFA"},
        {"ClientId": client["UserPoolClient"]["ClientId"]},
        {"ChallengeResponses": {"USERNAME": "other@example.com", "NEW_PASSWORD": PASSWORD}},
    ):
        refused = refusal(people.cognito.respond_to_auth_challenge, **{**right, **change})
        assert refused == ("NotAuthorizedException", "Invalid session for the user.")


def test_a_session_runs_out(people: People, time: Time) -> None:
    people.invite(ME)
    challenge = people.sign_in(ME, TEMPORARY)
    time.pass_by(minutes=15)
    refused = answer(people, challenge, NEW_PASSWORD=PASSWORD)
    assert refused == ("NotAuthorizedException", "Invalid session for the user, session is expired.")


def test_a_temporary_password_runs_out_until_it_is_renewed(people: People, time: Time) -> None:
    people.invite(ME)
    time.pass_by(days=6, hours=23)
    assert people.sign_in(ME, TEMPORARY)["Session"]
    time.pass_by(hours=1)
    assert refused_sign_in(people, password=TEMPORARY) == (
        "NotAuthorizedException",
        "Temporary password has expired and must be reset by an administrator.",
    )
    people.cognito.admin_create_user(
        UserPoolId=people.pool_id,
        Username=ME,
        MessageAction="RESEND",
        TemporaryPassword=TEMPORARY,
        DesiredDeliveryMediums=["EMAIL"],
    )
    assert people.sign_in(ME, TEMPORARY)["Session"]


def test_a_stranger_gets_the_answer_of_a_wrong_password(people: People) -> None:
    people.admit(ME)
    assert refused_sign_in(people, password="wrong") == WRONG
    assert refused_sign_in(people, address="stranger@example.com") == WRONG
    change_client(people, PreventUserExistenceErrors="LEGACY")
    assert refused_sign_in(people, password="wrong") == WRONG
    assert refused_sign_in(people, address="stranger@example.com")[0] == "UserNotFoundException"


def test_a_strangers_password_is_hashed_too(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.admit(ME)
    hashed: list[str] = []
    monkeypatch.setattr(
        "local.aws.cognitoidp.passwords._scrypt", lambda password, _: hashed.append(password) or b""
    )
    for address in (ME, "stranger@example.com"):
        assert refused_sign_in(people, address, "wrong") == WRONG
    assert hashed == ["wrong", "wrong"]


@pytest.mark.parametrize("address", [ME, "stranger@example.com"])
def test_wrong_passwords_lock_out_for_twice_as_long_each(people: People, time: Time, address: str) -> None:
    people.admit(ME)
    for _ in range(5):
        assert refused_sign_in(people, address, "wrong") == WRONG
    for seconds in (1, 2, 4, 8):
        assert refused_sign_in(people, address) == LOCKED
        time.pass_by(seconds=seconds - 0.1)
        assert refused_sign_in(people, address) == LOCKED
        time.pass_by(seconds=0.1)
        assert refused_sign_in(people, address, "wrong") == WRONG


def test_the_longest_lock_out_is_fifteen_minutes(people: People, time: Time) -> None:
    people.admit(ME)
    pool = find_pool(people.pool_id)
    assert pool
    user = pool.user(ME)
    for _ in range(40):
        pool.lockout.failed(user.username)
    time.pass_by(minutes=14, seconds=59)
    assert refused_sign_in(people) == LOCKED
    time.pass_by(seconds=1)
    assert people.sign_in(ME)["AuthenticationResult"]


def test_signing_in_forgets_earlier_failures(people: People) -> None:
    people.admit(ME)
    for _ in range(2):
        for _ in range(4):
            assert refused_sign_in(people, password="wrong") == WRONG
        people.sign_in(ME)


def test_who_is_disabled_stays_out_and_learns_so_with_the_right_password_only(people: People) -> None:
    people.admit(ME)
    people.cognito.admin_disable_user(UserPoolId=people.pool_id, Username=ME)
    assert refused_sign_in(people, password="wrong") == WRONG
    assert refused_sign_in(people) == ("NotAuthorizedException", "User is disabled.")
    people.cognito.admin_enable_user(UserPoolId=people.pool_id, Username=ME)
    assert people.sign_in(ME)["AuthenticationResult"]


def test_disabling_ends_an_unfinished_sign_in(people: People) -> None:
    people.invite(ME)
    challenge = people.sign_in(ME, TEMPORARY)
    people.cognito.admin_disable_user(UserPoolId=people.pool_id, Username=ME)
    assert answer(people, challenge, NEW_PASSWORD=PASSWORD)[0] == "NotAuthorizedException"


@pytest.mark.parametrize(
    ("allowed", "flow", "code"),
    [
        ("ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH", "InvalidParameterException"),
        ("ALLOW_USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH", "InvalidParameterException"),
        ("ALLOW_USER_PASSWORD_AUTH", "USER_SRP_AUTH", "InvalidParameterException"),
        ("ALLOW_USER_SRP_AUTH", "USER_SRP_AUTH", "NotImplementedException"),
        ("ALLOW_USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "InvalidParameterException"),
    ],
)
def test_only_flows_that_the_client_allows_are_followed(
    people: People, allowed: str, flow: str, code: str
) -> None:
    tokens = people.admit(ME)
    change_client(people, ExplicitAuthFlows=[allowed])
    parameters = {"USERNAME": ME, "PASSWORD": PASSWORD, "REFRESH_TOKEN": tokens["RefreshToken"]}
    refused = refusal(
        people.cognito.initiate_auth, ClientId=people.client_id, AuthFlow=flow, AuthParameters=parameters
    )
    assert refused[0] == code


@pytest.mark.parametrize("given", [{}, {"USERNAME": ME}, {"PASSWORD": PASSWORD}, {"USERNAME": ""}])
def test_what_is_missing_is_named(people: People, given: dict[str, str]) -> None:
    code, message = refusal(
        people.cognito.initiate_auth,
        ClientId=people.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters=given,
    )
    assert code == "InvalidParameterException"
    assert "Missing required parameter" in message


def test_nobody_signs_up(people: People) -> None:
    refused = refusal(
        people.cognito.sign_up, ClientId=people.client_id, Username="x@example.com", Password=PASSWORD
    )
    assert refused == ("NotAuthorizedException", "SignUp is not permitted for this user pool")


def test_an_unknown_client_does_not_exist(people: People) -> None:
    people.client_id = "absent"
    assert refused_sign_in(people) == (
        "ResourceNotFoundException",
        "User pool client absent does not exist.",
    )


def test_a_pool_is_found_by_its_client_from_any_region(people: People, clients: Clients) -> None:
    people.admit(ME)
    people.cognito = clients("cognito-idp", region="ap-south-1")
    token = people.sign_in(ME)["AuthenticationResult"]["AccessToken"]
    assert people.cognito.get_user(AccessToken=token)["UserAttributes"]


def test_passwords_are_kept_as_hashes_only(people: People) -> None:
    people.admit(ME)
    pool = find_pool(people.pool_id)
    assert pool
    assert PASSWORD not in repr(pool)
    assert repr(pool.user(ME).password.digest) in repr(pool)


def forgot(people: People, address: str = ME) -> dict[str, str]:
    answered = people.cognito.forgot_password(ClientId=people.client_id, Username=address)
    return answered["CodeDeliveryDetails"]


def confirming(people: People, code: str, address: str = ME, password: str = NEW) -> dict[str, str]:
    return {
        "ClientId": people.client_id,
        "Username": address,
        "ConfirmationCode": code,
        "Password": password,
    }


def test_a_forgotten_password_is_replaced_with_a_code(people: People) -> None:
    people.admit(ME)
    delivery = forgot(people)
    assert delivery == {
        "Destination": "m***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    assert people.mails[-1].to == ME
    code = people.last_code()
    weak = refusal(people.cognito.confirm_forgot_password, **confirming(people, code, password="weak"))
    assert weak[0] == "InvalidPasswordException"
    people.cognito.confirm_forgot_password(**confirming(people, code))
    assert people.sign_in(ME, NEW)["AuthenticationResult"]
    assert refused_sign_in(people) == WRONG
    again = refusal(people.cognito.confirm_forgot_password, **confirming(people, code))
    assert again[0] == "ExpiredCodeException"


def test_a_code_runs_out_after_an_hour(people: People, time: Time) -> None:
    people.admit(ME)
    forgot(people)
    time.pass_by(hours=1)
    refused = refusal(people.cognito.confirm_forgot_password, **confirming(people, people.last_code()))
    assert refused[0] == "ExpiredCodeException"


def test_a_stranger_who_forgot_a_password_gets_the_same_answers(people: People) -> None:
    people.admit("mine@example.com")
    assert forgot(people, "myself@example.com") == forgot(people, "mine@example.com")
    assert len(people.mails) == 1
    wrong = f"{(int(people.last_code()) + 1) % 10**6:06}"
    refused = {
        refusal(people.cognito.confirm_forgot_password, **confirming(people, wrong, address))
        for address in ("myself@example.com", "mine@example.com")
    }
    assert refused == {("CodeMismatchException", "Invalid verification code provided, please try again.")}


@pytest.mark.parametrize("address", [ME, "stranger@example.com"])
def test_five_wrong_codes_or_mails_are_the_limit_of_an_hour(people: People, time: Time, address: str) -> None:
    people.admit(ME)
    for _ in range(5):
        forgot(people, address)
    refused = refusal(people.cognito.forgot_password, ClientId=people.client_id, Username=address)
    assert refused[0] == "LimitExceededException"
    wrong = "000000" if not people.mails or people.last_code() != "000000" else "000001"
    arguments = confirming(people, wrong, address)
    codes = [refusal(people.cognito.confirm_forgot_password, **arguments)[0] for _ in range(6)]
    assert codes == ["CodeMismatchException"] * 5 + ["LimitExceededException"]
    time.pass_by(hours=1)
    assert forgot(people, address)


def test_who_has_a_temporary_password_cannot_forget_it(people: People) -> None:
    people.invite(ME)
    refused = refusal(people.cognito.forgot_password, ClientId=people.client_id, Username=ME)
    assert refused == ("NotAuthorizedException", "User password cannot be reset in the current state.")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Name": "email_verified", "Value": "false"}, "InvalidParameterException"),
        (None, "NotAuthorizedException"),
    ],
)
def test_no_code_goes_to_unverified_addresses_or_disabled_users(
    people: People, change: dict[str, str] | None, code: str
) -> None:
    people.admit(ME)
    if change:
        people.cognito.admin_update_user_attributes(
            UserPoolId=people.pool_id, Username=ME, UserAttributes=[change]
        )
    else:
        people.cognito.admin_disable_user(UserPoolId=people.pool_id, Username=ME)
    assert forgot(people)["Destination"] == "m***@e***"
    change_client(people, PreventUserExistenceErrors="LEGACY")
    refused = refusal(people.cognito.forgot_password, ClientId=people.client_id, Username=ME)
    assert refused[0] == code
    assert people.mails == []


def test_an_administrators_reset_asks_for_a_new_password(people: People) -> None:
    people.admit(ME)
    people.cognito.admin_reset_user_password(UserPoolId=people.pool_id, Username=ME)
    assert refused_sign_in(people)[0] == "PasswordResetRequiredException"
    assert refused_sign_in(people, password="wrong") == WRONG
    people.cognito.confirm_forgot_password(**confirming(people, people.last_code()))
    assert people.sign_in(ME, NEW)["AuthenticationResult"]


def test_a_password_is_changed_by_who_knows_it(people: People) -> None:
    token = people.admit(ME)["AccessToken"]
    change = {"AccessToken": token, "PreviousPassword": "wrong", "ProposedPassword": NEW}
    codes = [refusal(people.cognito.change_password, **change)[0] for _ in range(6)]
    assert codes == ["NotAuthorizedException"] * 5 + ["LimitExceededException"]


def test_a_changed_password_replaces_the_old_one(people: People) -> None:
    token = people.admit(ME)["AccessToken"]
    change = {"AccessToken": token, "PreviousPassword": PASSWORD}
    weak = refusal(people.cognito.change_password, **change, ProposedPassword="weak")
    assert weak[0] == "InvalidPasswordException"
    people.cognito.change_password(**change, ProposedPassword=NEW)
    assert people.sign_in(ME, NEW)["AuthenticationResult"]
    assert refused_sign_in(people) == WRONG


def test_codes_are_those_of_rfc_6238() -> None:
    secret = b"12345678901234567890"
    shown = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {moment: code_at(secret, moment // 30) for moment in shown} == shown


def test_an_authenticator_app_is_asked_for_and_signs_in(people: People, time: Time) -> None:
    secret = add_app(people, time)
    challenge = people.sign_in(ME)
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert "AuthenticationResult" not in challenge
    result = people.respond(challenge, ME, SOFTWARE_TOKEN_MFA_CODE=app_code(secret, time.now()))
    user = people.cognito.get_user(AccessToken=result["AuthenticationResult"]["AccessToken"])
    assert user["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert user["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_may_be_a_step_early_or_late(people: People, time: Time, seconds: int) -> None:
    secret = add_app(people, time)
    time.pass_by(seconds=60)
    code = app_code(secret, time.now())
    time.pass_by(seconds=seconds)
    assert people.respond(people.sign_in(ME), ME, SOFTWARE_TOKEN_MFA_CODE=code)["AuthenticationResult"]


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_code_of_another_time_is_wrong(people: People, time: Time, seconds: int) -> None:
    secret = add_app(people, time)
    time.pass_by(seconds=90)
    code = app_code(secret, time.now())
    time.pass_by(seconds=seconds)
    refused = answer(people, people.sign_in(ME), SOFTWARE_TOKEN_MFA_CODE=code)
    assert refused == ("CodeMismatchException", "Invalid code received for user")


def test_a_code_is_never_accepted_twice(people: People, time: Time) -> None:
    secret = add_app(people, time)
    code = app_code(secret, time.now())
    people.respond(people.sign_in(ME), ME, SOFTWARE_TOKEN_MFA_CODE=code)
    again = people.sign_in(ME)
    assert answer(people, again, SOFTWARE_TOKEN_MFA_CODE=code)[0] == "ExpiredCodeException"
    time.pass_by(seconds=30)
    assert answer(people, again, SOFTWARE_TOKEN_MFA_CODE=code)[0] == "ExpiredCodeException"
    code = app_code(secret, time.now())
    assert people.respond(again, ME, SOFTWARE_TOKEN_MFA_CODE=code)["AuthenticationResult"]


def test_guessing_codes_locks_out_like_guessing_passwords(people: People, time: Time) -> None:
    secret = add_app(people, time)
    challenge = people.sign_in(ME)
    wrong = f"{(int(app_code(secret, time.now())) + 1) % 10**6:06}"
    codes = [answer(people, challenge, SOFTWARE_TOKEN_MFA_CODE=wrong)[0] for _ in range(5)]
    assert set(codes) == {"CodeMismatchException"}
    code = app_code(secret, time.now())
    assert answer(people, challenge, SOFTWARE_TOKEN_MFA_CODE=code) == LOCKED
    assert refused_sign_in(people) == LOCKED
    time.pass_by(seconds=1)
    assert people.respond(challenge, ME, SOFTWARE_TOKEN_MFA_CODE=code)["AuthenticationResult"]


def test_a_temporary_password_does_not_get_around_the_app(people: People, time: Time) -> None:
    secret = add_app(people, time)
    people.cognito.admin_set_user_password(UserPoolId=people.pool_id, Username=ME, Password=TEMPORARY)
    challenge = people.respond(people.sign_in(ME, TEMPORARY), ME, NEW_PASSWORD=NEW)
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    code = app_code(secret, time.now())
    assert people.respond(challenge, ME, SOFTWARE_TOKEN_MFA_CODE=code)["AuthenticationResult"]


def test_an_app_is_turned_on_only_after_it_showed_a_code(people: People, time: Time) -> None:
    token = people.admit(ME)["AccessToken"]
    on = {"AccessToken": token, "SoftwareTokenMfaSettings": {"Enabled": True}}
    assert refusal(people.cognito.set_user_mfa_preference, **on)[0] == "InvalidParameterException"
    verifying = {"AccessToken": token, "UserCode": "000000"}
    assert refusal(people.cognito.verify_software_token, **verifying)[0] == "InvalidParameterException"
    secret = people.cognito.associate_software_token(AccessToken=token)["SecretCode"]
    verifying["UserCode"] = f"{(int(app_code(secret, time.now())) + 1) % 10**6:06}"
    assert refusal(people.cognito.verify_software_token, **verifying) == (
        "EnableSoftwareTokenMFAException",
        "Code mismatch",
    )
    assert refusal(people.cognito.set_user_mfa_preference, **on)[0] == "InvalidParameterException"
    assert people.sign_in(ME)["AuthenticationResult"]


def test_an_app_is_turned_off_again(people: People, time: Time) -> None:
    secret = add_app(people, time)
    code = app_code(secret, time.now())
    result = people.respond(people.sign_in(ME), ME, SOFTWARE_TOKEN_MFA_CODE=code)
    token = result["AuthenticationResult"]["AccessToken"]
    people.cognito.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings={"Enabled": False})
    assert "UserMFASettingList" not in people.cognito.get_user(AccessToken=token)
    assert people.sign_in(ME)["AuthenticationResult"]


def test_a_pool_without_apps_takes_none_on(people: People) -> None:
    token = people.admit(ME)["AccessToken"]
    people.cognito.set_user_pool_mfa_config(UserPoolId=people.pool_id, MfaConfiguration="OFF")
    refused = refusal(people.cognito.associate_software_token, AccessToken=token)
    assert refused[0] == "SoftwareTokenMFANotFoundException"


@pytest.mark.parametrize("operation", ["InitiateAuth", "ForgotPassword", "GetUser", "RespondToAuthChallenge"])
@pytest.mark.parametrize("body", [b"", b"[]", b'{"ClientId": 5}', b"{}", b"\xff\xfe", b"[" * 50_000])
def test_a_malformed_request_is_an_invalid_parameter(aws: LocalAws, operation: str, body: bytes) -> None:
    headers = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}"}
    refused = call(aws, "POST", "/", headers, body)
    assert (refused.status, refused.code) == (400, "InvalidParameterException")


def test_half_a_character_is_wrong_like_any_other(aws: LocalAws, people: People) -> None:
    parameters = {"USERNAME": ME, "PASSWORD": "\ud800"}
    body = {
        "ClientId": people.client_id,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": parameters,
    }
    headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    people.admit(ME)
    for name in (ME, "\udfff"):
        parameters["USERNAME"] = name
        refused = call(aws, "POST", "/", headers, json.dumps(body).encode())
        assert (refused.status, refused.code) == (400, "NotAuthorizedException")
