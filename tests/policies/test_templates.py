"""Truths about every template of `policies/`, because it is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra import policies
from infra.policies import POLICIES, PolicyError, render_policy
from tests.policies.documents import DOCUMENTS, Document
from tests.policies.service_reference import lint

EVERY_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)


def test_every_template_is_tested() -> None:
    assert {path.name for path in POLICIES.iterdir()} == {one.template for one in DOCUMENTS.values()}


@EVERY_DOCUMENT
def test_a_template_renders_to_a_policy_with_unique_statement_ids(document: Document) -> None:
    policy = json.loads(document.render())
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert policy["Version"] == "2012-10-17"
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


@EVERY_DOCUMENT
def test_parliament_reports_nothing(document: Document) -> None:
    policy = json.loads(document.render())
    if "trust" in document.template:  # parliament calls any trust policy malformed: it has no Resource
        changed = [{**one, "Resource": "*", "Principal": "*"} for one in policy["Statement"]]
        findings = [
            one for one in lint(json.dumps({**policy, "Statement": changed})) if "RESOURCE" not in one
        ]
    else:
        findings = lint(document.render())
    assert findings == []


def test_parliament_would_report_an_action_that_does_not_exist() -> None:
    text = DOCUMENTS["viewer, all projects"].render()
    assert lint(text.replace("DetectCustomLabels", "DetectCustomLabel")) != []


TEXTS = st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\"\\{}[]%\n\r\t,:#<>&'$*")))
CODE = st.sampled_from(
    [
        '", "Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "',
        '"}, {"Effect": "Allow"}, {"Sid": "',
        "{{ 7 * 7 }}",
        "{% for one in [1] %}",
        "{# gone #}",
        "\\u0022",
        "line\nbreak\u2028and\x00more",
    ]
)


@EVERY_DOCUMENT
@settings(deadline=None)  # a busy machine is no finding
@given(data=st.data())
def test_a_value_stands_in_its_strings_and_changes_nothing_else(
    document: Document, data: st.DataObject
) -> None:
    """Whatever is in a value: the policy is that of harmless values with these put in their place."""
    hostile: dict[str, Any] = {
        name: data.draw(
            st.lists(TEXTS | CODE, min_size=1, max_size=4) if isinstance(value, list) else TEXTS | CODE
        )
        for name, value in document.values.items()
    }
    stands_for: dict[str, str] = {}

    def mark(value: Any) -> Any:
        if isinstance(value, list):
            return [mark(item) for item in value]
        stands_for[f"<{len(stands_for)}>"] = value
        return f"<{len(stands_for) - 1}>"

    def put_in(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: put_in(item) for key, item in value.items()}
        if isinstance(value, list):
            return [put_in(item) for item in value]
        return re.sub(r"<\d+>", lambda found: stands_for[found[0]], value)

    harmless = {name: mark(value) for name, value in hostile.items()}
    expected = put_in(json.loads(render_policy(document.template, **harmless)))
    assert json.loads(render_policy(document.template, **hostile)) == expected


@EVERY_DOCUMENT
def test_a_missing_value_is_named(document: Document) -> None:
    for name in document.values:
        rest = {key: value for key, value in document.values.items() if key != name}
        sentence = f"policies/{document.template} cannot be rendered without a value for {name}"
        with pytest.raises(PolicyError, match=sentence):
            render_policy(document.template, **rest)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(policies._LOADER, "searchpath", [str(tmp_path)])
    return tmp_path


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"Version": ', "does not render to JSON"),
        ('{"Sid": "A", "Sid": "B"}', "gives the key 'Sid' twice"),
        ("{% if %}", "cannot be rendered"),
    ],
)
def test_a_broken_template_says_what_is_wrong(folder: Path, text: str, sentence: str) -> None:
    template = f"{folder.name}.j2"
    (folder / template).write_text(text)
    with pytest.raises(PolicyError, match=re.escape(f"policies/{template} {sentence}")):
        render_policy(template)


def test_a_template_that_does_not_exist_is_named() -> None:
    with pytest.raises(PolicyError, match=r"policies/nobody\.json\.j2 cannot be rendered"):
        render_policy("nobody.json.j2")
