"""A demo that keeps its state goes on where it was: people, models, datasets and the stack."""

import socket
from pathlib import Path
from typing import Any

import boto3

from local.demo import SAMPLES, Demo, running_demo

ADMIN = "admin@example.com"
PASSWORD = "Correct-Horse-7"


def client(demo: Demo, service: str) -> Any:
    return boto3.client(  # pyright: ignore[reportCallIssue, reportUnknownMemberType] - the name is a variable
        service,  # pyright: ignore[reportArgumentType] - see above
        endpoint_url=demo.aws_url,
        region_name=demo.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def free_port() -> int:
    """Return a port that is free, as is the next."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def labels(demo: Demo) -> list[Any]:
    image = min((SAMPLES / "try").glob("*.jpg")).read_bytes()
    found = client(demo, "rekognition").detect_custom_labels(
        ProjectVersionArn=demo.model_arn, Image={"Bytes": image}
    )
    return found["CustomLabels"]


def test_a_restart_goes_on_where_the_demo_was(tmp_path: Path) -> None:
    port = free_port()
    config = {"adminEmail": ADMIN}
    with running_demo(port=port, config=config, state=tmp_path, say=lambda _: None) as demo:
        users = client(demo, "cognito-idp")
        pool = demo.applied.outputs["userPoolId"]
        users.admin_set_user_password(UserPoolId=pool, Username=ADMIN, Password=PASSWORD, Permanent=True)
        rekognition = client(demo, "rekognition")
        project = rekognition.create_project(ProjectName="with-dataset")["ProjectArn"]
        dataset = rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN")["DatasetArn"]
        found, outputs, model = labels(demo), demo.applied.outputs, demo.model_arn
    with running_demo(port=port, config=config, state=tmp_path, say=lambda _: None) as demo:
        assert demo.applied.changes == ()
        assert (demo.applied.outputs, demo.model_arn, list(demo.mails)) == (outputs, model, [])
        assert found != []
        assert labels(demo) == found
        client(demo, "rekognition").describe_dataset(DatasetArn=dataset)
        signed_in = client(demo, "cognito-idp").initiate_auth(
            ClientId=outputs["userPoolClientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": ADMIN, "PASSWORD": PASSWORD},
        )
        assert "IdToken" in signed_in["AuthenticationResult"]
