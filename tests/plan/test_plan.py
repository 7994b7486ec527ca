"""The plan of every mode, as a file that is read when it changes.

`make plans` writes the files anew; what changed in them is what a deployment would change.
"""

import functools
import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from local.aws.server import LocalAws
from local.engine import UNKNOWN, Archive, Result, preview
from local.provider import AwsProvider
from local.stack import PROJECT_DIR, local_config

PLANS = Path(__file__).parent
REGION = "eu-west-1"
AWS_URL = "http://127.0.0.1:4566"
MODES: dict[str, dict[str, Any]] = {
    "cloudfront": {},
    "cloudfront-two-projects": {"projects": ["parts", "boats"]},
    "cloudfront-sign-in": {"adminEmail": "me@example.com"},
    "cloudfront-alerts": {"alertEmail": "me@example.com"},
    "cloudfront-training-bucket": {"trainingBucket": True},
    "bucket": {"createCloudFrontDistribution": False},
    "bucket-sign-in-two-projects": {
        "createCloudFrontDistribution": False,
        "adminEmail": "me@example.com",
        "projects": ["parts", "boats"],
    },
}


@functools.cache
def plan(mode: str) -> list[dict[str, Any]]:
    """Return the resources that the program would create, with what differs between runs replaced.

    Of the web app's assets, whose names are the build's affair, one of each kind stands for all.
    """
    with LocalAws() as aws:
        settings = local_config(aws.url, MODES[mode])
        result = preview(PROJECT_DIR, settings, AwsProvider(aws.url, settings.values["aws:region"]))
        return normalized(result, aws.url)


def normalized(result: Result, aws_url: str) -> list[dict[str, Any]]:
    resources = [
        {
            "type": one.type,
            "name": one.name,
            "parent": one.parent.rsplit("::", 1)[-1],
            "inputs": {
                name: readable(name, value)
                for name, value in sorted(one.inputs.items())
                if not name.startswith("__")
            },
        }
        for one in result.state.resources
    ]
    text = json.dumps(resources).replace(UNKNOWN, "[unknown]").replace(aws_url, AWS_URL)
    text = re.sub(r'(?<=[a-zA-Z0-9]-)[0-9a-f]{7}(?=")', "0000000", text)  # the end of a generated name
    text = re.sub(r"assets/[a-z-]+-[\w-]{8}\.", "assets/NAME-HASH.", text)
    different = {json.dumps(one): one for one in json.loads(text)}  # assets of one kind are alike by now
    return sorted(different.values(), key=lambda one: (one["type"], one["name"]))


def readable(name: str, value: Any) -> Any:
    """Return content as a mark that there is some, and a policy as the document that it is."""
    if value == UNKNOWN:
        return value
    if name == "contentBase64":
        return "[content]"
    if isinstance(value, Archive):
        return list(value.files)
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


@pytest.mark.parametrize("mode", MODES)
def test_the_plan_is_the_one_that_was_read(mode: str) -> None:
    expected = json.loads((PLANS / f"{mode}.plan.json").read_text())
    assert plan(mode) == expected, f"{mode}.plan.json says otherwise: run `make plans` and read what changed"


def test_there_is_a_plan_of_every_mode_and_no_other() -> None:
    assert {path.name for path in PLANS.glob("*.plan.json")} == {f"{mode}.plan.json" for mode in MODES}


@pytest.mark.parametrize("mode", MODES)
def test_every_resource_is_the_child_of_a_component(mode: str) -> None:
    for one in plan(mode):
        if one["type"].startswith("aws:"):
            assert one["parent"].startswith("RekogCustomLabelsDemo-")


def test_every_component_says_what_it_creates() -> None:
    """Each resource of each mode stands in the docstring of its component, and nothing else does."""
    created: dict[tuple[str, str], set[str]] = {}
    for mode in MODES:
        resources = plan(mode)
        for component in resources:
            _, module, name = component["type"].split(":")
            if component["type"].startswith("customlabels:"):
                children = {
                    one["name"].replace(REGION, "{region}")
                    for one in resources
                    if one["parent"] == component["name"]
                }
                created.setdefault((module, name), set()).update(
                    re.sub(r"/.*", "/{key}", child.replace(component["name"], "{name}", 1))
                    for child in children
                )
    for (module, name), children in created.items():
        documented = getattr(import_module(f"infra.{module}"), name).__doc__
        assert set(re.findall(r"- ``(.+?)``", documented)) == children


if __name__ == "__main__":
    for mode in MODES:
        (PLANS / f"{mode}.plan.json").write_text(json.dumps(plan(mode), indent=1, ensure_ascii=False) + "\n")
    sys.exit()
