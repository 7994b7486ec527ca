"""Configuration is resolved as the Pulumi CLI resolves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.engine import ConfigError, StackConfig, load_config

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
name: shop
runtime: python
config:
  title: Hello
  size: {type: integer, default: 3}
  open: {type: boolean, default: true}
  names: {type: array, items: {type: string}, default: []}
  rules: {type: object, default: {a: [1, true]}}
  aws:defaultTags: {value: {tags: {team: x}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n  shop:size: 5\n")
    return tmp_path


def test_the_stack_wins_over_the_project_and_overrides_win_over_both(folder: Path) -> None:
    config = load_config(folder, "dev", {"title": "Bye", "shop:open": False})
    assert config == StackConfig(
        project="shop",
        stack="dev",
        values={
            "aws:region": "eu-west-1",
            "shop:size": "5",
            "shop:title": "Bye",
            "shop:open": "false",
            "shop:names": "[]",
            "shop:rules": '{"a": [1, true]}',
            "aws:defaultTags": '{"tags": {"team": "x"}}',
        },
    )


def test_a_stack_without_a_file_has_the_defaults(folder: Path) -> None:
    values = load_config(folder, "other").values
    assert (values["shop:size"], "aws:region" in values) == ("3", False)


def test_endpoints_given_as_a_list_of_maps_arrive_as_json(folder: Path) -> None:
    values = load_config(folder, "dev", {"aws:endpoints": [{"s3": "http://127.0.0.1:1"}]}).values
    assert values["aws:endpoints"] == '[{"s3": "http://127.0.0.1:1"}]'


def test_keys_that_the_project_does_not_declare_are_passed_on(folder: Path) -> None:
    assert load_config(folder, "dev", {"tilte": "x"}).values["shop:tilte"] == "x"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("title", {"secure": "v1:x"}, "'shop:title' of stack 'dev' is encrypted"),
        ("size", "many", "'size' of stack 'dev' is \"many\", but must be an integer"),
        ("size", True, "'size' .* is true, but must be an integer"),
        ("size", 1.5, "'size' .* is 1.5, but must be an integer"),
        ("open", "yes", "'open' .* is \"yes\", but must be true or false"),
        ("names", "a", "'names' .* is \"a\", but must be a list of strings"),
        ("names", ["a", 2], r"'names' .* is \[\"a\", 2\], but must be a list of strings"),
        ("rules", [], r"'rules' .* is \[\], but must be a map"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_with_key_value_and_type(
    folder: Path, key: str, value: object, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        load_config(folder, "dev", {key: value})


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [("size", "12", "12"), ("size", -1, "-1"), ("open", "true", "true"), ("names", ["a"], '["a"]')],
)
def test_a_value_of_the_right_type_arrives_as_text(folder: Path, key: str, value: object, text: str) -> None:
    assert load_config(folder, "dev", {key: value}).values[f"shop:{key}"] == text


def test_a_required_value_that_is_missing_is_named(folder: Path) -> None:
    (folder / "Pulumi.yaml").write_text("name: shop\nconfig:\n  token: {type: string}\n")
    with pytest.raises(
        ConfigError, match=r"'dev' is missing the configuration value 'token'; set it in Pulumi\.dev"
    ):
        load_config(folder, "dev")


def test_a_declared_secret_is_secret(folder: Path) -> None:
    (folder / "Pulumi.yaml").write_text("name: shop\nconfig:\n  token: {secret: true}\n")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  shop:pin:\n    secure: v1:abc\n")
    config = load_config(folder, "dev", {"token": "a", "pin": "1"})
    assert config.secret_keys == {"shop:token", "shop:pin"}


@pytest.mark.parametrize(
    ("declaration", "said"),
    [
        ("aws:region: {type: string, default: x}", "another namespace; there it may only have a 'value'"),
        (
            "a: {type: text, default: x}",
            "the type 'text'; allowed are string, integer, boolean, array, object",
        ),
        ("a: {type: array, default: []}", "an array needs 'items'"),
    ],
)
def test_a_declaration_that_the_cli_refuses_is_refused(folder: Path, declaration: str, said: str) -> None:
    (folder / "Pulumi.yaml").write_text(f"name: shop\nconfig:\n  {declaration}\n")
    with pytest.raises(ConfigError, match=said):
        load_config(folder, "dev")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [", "is not YAML"),
        ("just text", "holds 'just text' where a map"),
        ("runtime: python", "has no 'name'"),
        ("name: shop\nconfig: [a]", r"holds \['a'\] where a map"),
    ],
)
def test_a_file_that_is_none_is_told(folder: Path, text: str, said: str) -> None:
    (folder / "Pulumi.yaml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_config(folder, "dev")


def test_a_folder_without_a_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"Pulumi\.yaml does not exist; name a folder that holds a Pulumi program"
    ):
        load_config(tmp_path, "dev")
