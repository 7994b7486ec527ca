"""The project's own stack `local`: its configuration, with every endpoint at the emulated AWS."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.aws.server import LocalAws
from local.engine import StackConfig, load_config, preview
from local.engine.render import render
from local.provider import AwsProvider

PROJECT_DIR = Path(__file__).parent.parent
STACK = "local"

_SERVICES = ("cloudfront", "cognitoidentity", "cognitoidp", "iam", "rekognition", "s3", "sts")


def local_config(aws_url: str, config: Mapping[str, Any] | None = None) -> StackConfig:
    """Resolve the configuration of the stack `local`.

    Args:
        aws_url: Where the emulated AWS is.
        config: Settings that win over those of `Pulumi.local.yaml`, as `pulumi up --config` has them.

    Raises:
        ConfigError: A setting cannot be used.
    """
    endpoints = [dict.fromkeys(_SERVICES, aws_url)]
    return load_config(PROJECT_DIR, STACK, {"aws:endpoints": endpoints, **(config or {})})


def preview_text(config: Mapping[str, Any] | None = None, *, say: Callable[[str], None] = print) -> str:
    """Return what the program would create in an empty account, as a tree with unknowns marked.

    Args:
        config: As for `local_config`.
        say: Called with each message of the program.

    Raises:
        ConfigError: A setting cannot be used.
        DeploymentError: The program would fail.
    """
    with LocalAws() as aws:  # the program asks it for the account
        settings = local_config(aws.url, config)
        provider = AwsProvider(aws.url, settings.values["aws:region"])
        return render(preview(PROJECT_DIR, settings, provider, on_log=say))
