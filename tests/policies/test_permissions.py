"""docs/permissions.md says what `policies/` says."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.policies import POLICIES
from tests import permissions
from tests.permissions import PAGE, SECTIONS, PageError, main, page
from tests.policies.documents import DOCUMENTS


def test_the_page_is_the_one_that_the_policies_give() -> None:
    assert PAGE.read_text() == page()


def test_every_policy_stands_on_the_page_whole() -> None:
    for document in DOCUMENTS.values():
        assert json.dumps(json.loads(document.render()), indent=2) in page()


def test_a_stale_page_fails_and_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(permissions, "PAGE", tmp_path / "permissions.md")
    (tmp_path / "permissions.md").write_text(page().replace("DetectCustomLabels", "DetectLabels"))
    assert main(["--check"]) == 1
    assert capsys.readouterr().err.startswith(
        "docs/permissions.md is not what policies/ says: run `make fix`"
    )
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_a_new_template_fails_until_it_is_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for template in (*POLICIES.iterdir(), Path("nobody.json.j2")):
        (tmp_path / template.name).touch()
    monkeypatch.setattr(permissions, "POLICIES", tmp_path)
    with pytest.raises(PageError, match=r"disagree about nobody\.json\.j2"):
        page()


@pytest.mark.parametrize(
    ("reasons", "action"),
    [({}, "sts:AssumeRoleWithWebIdentity"), ({"sts:AssumeRole": "Why not."}, "sts:AssumeRole,")],
)
def test_an_action_without_reason_and_a_reason_without_action_fail(
    monkeypatch: pytest.MonkeyPatch, reasons: dict[str, str], action: str
) -> None:
    template = "identity_pool_trust.json.j2"
    monkeypatch.setitem(SECTIONS, template, replace(SECTIONS[template], reasons=reasons))
    with pytest.raises(PageError, match=f"reason for each action of policies/{template}.* about {action}"):
        page()


def test_a_page_that_cannot_be_written_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(SECTIONS, "operator.json.j2")
    assert main(["--check"]) == 1
    assert "operator.json.j2" in capsys.readouterr().err
