"""People who sign in, in a real browser: from the invitation to what each may do and what is left afterwards."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, Page, expect

from local.demo import SAMPLES, Demo, running_demo
from tests.e2e.conftest import READY_SECONDS, Visit

ADMIN = "admin@example.com"
PASSWORD = "Correct-Horse-7"
READY = READY_SECONDS * 1000


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """The demo as `make demo ADMIN_EMAIL=admin@example.com` runs it."""
    with running_demo(config={"adminEmail": ADMIN}, say=lambda _: None) as demo:
        yield demo


def client(demo: Demo, service: str, **credentials: str) -> Any:
    """Return a boto3 client; the deployer's unless credentials are given."""
    given = credentials or {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    return boto3.client(service, endpoint_url=demo.aws_url, region_name=demo.region, **given)  # pyright: ignore[reportCallIssue, reportArgumentType]


def invite(demo: Demo, email: str, group: str | None) -> None:
    """Invite a person as the README says, with a password of their own at once."""
    pool = demo.applied.outputs["userPoolId"]
    users = client(demo, "cognito-idp")
    users.admin_create_user(
        UserPoolId=pool,
        Username=email,
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        DesiredDeliveryMediums=["EMAIL"],
    )
    users.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
    if group:
        users.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)


def last_mail(demo: Demo, to: str) -> str:
    return [mail.text for mail in demo.mails if mail.to == to][-1]


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A fresh profile at the sign-in form."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(READY)
    page.goto(demo.url)
    page.wait_for_selector("main[data-state=signed-out]")
    yield page
    context.close()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def wait_until_ready(page: Page) -> None:
    page.wait_for_selector("main[data-state=ready]")


def stored(page: Page) -> dict[str, Any]:
    """Return what the browser keeps for the site."""
    found = page.evaluate(
        """async () => ({
            local: Object.keys(localStorage), session: Object.keys(sessionStorage),
            databases: (await indexedDB.databases()).map(one => one.name), caches: await caches.keys(),
            address: location.search + location.hash,
        })"""
    )
    return {**found, "cookies": page.context.cookies()}


NOTHING = {"local": [], "session": [], "databases": [], "caches": [], "address": "", "cookies": []}


def code_of(key: str, steps_ahead: int = 0) -> str:
    """Return what an authenticator app shows for a key: RFC 6238."""
    step = int(time.time()) // 30 + steps_ahead
    digest = hmac.digest(base64.b32decode(key.replace(" ", "")), step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def test_the_invited_admin_chooses_a_password_and_stops_and_starts_a_model(page: Page, demo: Demo) -> None:
    temporary = re.search(r"temporary password is (\S+) and", last_mail(demo, ADMIN))
    assert temporary
    sign_in(page, ADMIN, temporary[1])
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    wait_until_ready(page)
    expect(page.get_by_text("operator", exact=True)).to_be_visible()

    page.get_by_role("button", name="Stop").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    start = page.get_by_role("button", name="Start")
    start.wait_for()
    rekognition = client(demo, "rekognition")
    versions = rekognition.describe_project_versions(ProjectArn=project_of(demo.model_arn, rekognition))
    assert versions["ProjectVersionDescriptions"][0]["Status"] in {"STOPPING", "STOPPED"}

    start.click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Stop").wait_for()


def project_of(model_arn: str, rekognition: Any) -> str:
    name = model_arn.split("/")[1]
    (project,) = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    return project["ProjectArn"]


def test_a_viewer_detects_and_is_not_offered_to_stop(page: Page, demo: Demo) -> None:
    invite(demo, "viewer@example.com", "viewers")
    sign_in(page, "viewer@example.com")
    wait_until_ready(page)
    expect(page.get_by_text("viewer", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    visit = Visit(page)
    visit.choose(SAMPLES / "try" / "bench-01.jpg")
    visit.wait_for("done")
    assert visit.boxes()


@pytest.mark.parametrize(("group", "may"), [("viewers", False), ("operators", True)])
def test_the_role_of_the_group_decides_who_may_put_a_lease_on_a_model(
    demo: Demo, group: str, *, may: bool
) -> None:
    email = f"lease-{group}@example.com"
    invite(demo, email, group)
    rekognition = client(demo, "rekognition", **credentials(demo, email))
    assert rekognition.describe_projects()["ProjectDescriptions"]

    def tag(key: str) -> bool:
        try:
            rekognition.tag_resource(ResourceArn=demo.model_arn, Tags={key: "2030-01-01T00:00:00Z"})
        except rekognition.exceptions.AccessDeniedException:
            return False
        client(demo, "rekognition").untag_resource(ResourceArn=demo.model_arn, TagKeys=[key])
        return True

    assert tag("stop-at") is may
    assert tag("keep-running") is False


def credentials(demo: Demo, email: str) -> dict[str, str]:
    """Sign in and get AWS credentials as the web app does."""
    outputs = demo.applied.outputs
    users, identities = client(demo, "cognito-idp"), client(demo, "cognito-identity")
    token = users.initiate_auth(
        ClientId=outputs["userPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]["IdToken"]
    login = {f"cognito-idp.{demo.region}.amazonaws.com/{outputs['userPoolId']}": token}
    identity = identities.get_id(IdentityPoolId=outputs["identityPoolId"], Logins=login)["IdentityId"]
    given = identities.get_credentials_for_identity(IdentityId=identity, Logins=login)["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretKey"],
        "aws_session_token": given["SessionToken"],
    }


def test_guests_are_refused(demo: Demo) -> None:
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        client(demo, "cognito-identity").get_id(IdentityPoolId=demo.applied.outputs["identityPoolId"])


def test_somebody_in_no_group_is_told_whom_to_ask(page: Page, demo: Demo) -> None:
    invite(demo, "nobody@example.com", None)
    sign_in(page, "nobody@example.com")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("viewers or operators")
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        credentials(demo, "nobody@example.com")


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(page: Page) -> None:
    sentences: list[str] = []
    for email in (ADMIN, "stranger@example.com"):
        sign_in(page, email, "Wrong-Horse-77")
        alert = page.get_by_role("alert").get_by_role("paragraph").first
        expect(alert).to_be_visible()
        sentences.append(alert.inner_text())
        page.reload()
        page.wait_for_selector("main[data-state=signed-out]")
    assert sentences[0] == sentences[1]


def test_with_the_authenticator_app_on_a_password_is_not_enough(page: Page, demo: Demo) -> None:
    invite(demo, "careful@example.com", "viewers")
    sign_in(page, "careful@example.com")
    wait_until_ready(page)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Turn on").click()
    key = page.get_by_label("Key").inner_text()
    page.get_by_label("Code").fill(code_of(key))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("button", name="Turn off").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("main[data-state=signed-out]")

    sign_in(page, "careful@example.com")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Code").fill(code_of(key, steps_ahead=1))  # each code is accepted once
    page.get_by_role("button", name="Sign in").click()
    wait_until_ready(page)


def test_a_forgotten_password_is_replaced_with_the_code_of_a_mail(page: Page, demo: Demo) -> None:
    invite(demo, "forgetful@example.com", "viewers")
    page.get_by_label("E-mail").fill("forgetful@example.com")
    page.get_by_role("button", name="Forgot password?").click()
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("New password", exact=True).wait_for()
    code = re.search(r"\b\d{6}\b", last_mail(demo, "forgetful@example.com"))
    assert code
    page.get_by_label("Code").fill(code[0])
    page.get_by_label("New password", exact=True).fill("Another-Horse-8")
    page.get_by_role("button", name="Set password").click()
    wait_until_ready(page)  # the new password signs in at once
    with pytest.raises(ClientError, match="Incorrect username or password"):
        credentials(demo, "forgetful@example.com")  # with the old one


def test_nothing_is_stored_while_signed_in_and_nothing_is_left_after_signing_out(
    page: Page, demo: Demo
) -> None:
    invite(demo, "tidy@example.com", "operators")
    revoked: list[int] = []
    page.on(
        "response",
        lambda response: (
            revoked.append(response.status)
            if response.request.headers.get("x-amz-target", "").endswith(".RevokeToken")
            else None
        ),
    )
    sign_in(page, "tidy@example.com")
    wait_until_ready(page)
    assert len(page.workers) == 1
    assert stored(page) == NOTHING
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("main[data-state=signed-out]")
    assert revoked == [200]
    assert stored(page) == NOTHING
    assert "tidy@example.com" not in page.content()
    assert json.dumps(page.evaluate("Object.keys(history.state ?? {})")) == "[]"
