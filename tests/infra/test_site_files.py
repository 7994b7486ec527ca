"""What is published, and how `index.html` gets its policy and settings."""

import base64
import gzip
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.content_security import content_security_policy
from infra.site_files import SETTINGS_MARKER, SiteError, _compressed, read_site, render_index

PAGE = f"<!doctype html><html><head><meta charset=utf-8>{SETTINGS_MARKER}</head><body></body></html>"


def built(folder: Path, **files: str) -> Path:
    for name, content in {"index.html": PAGE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


class Page(HTMLParser):
    """What a browser would find in a page's head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.policy, self.scripts, self.data = "", 0, ""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"] or ""
        if tag == "script":
            self.scripts += 1
            self._in_script = True

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.data += data


def test_hashed_assets_are_immutable_and_the_rest_is_checked_each_time(tmp_path: Path) -> None:
    files = read_site(built(tmp_path, **{"assets/app-1a2b.js": "", "favicon.svg": ""}))
    assert {file.key: (file.content_type, file.cache_control) for file in files} == {
        "assets/app-1a2b.js": ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        "favicon.svg": ("image/svg+xml", "no-cache"),
        "index.html": ("text/html; charset=utf-8", "no-cache"),
    }


def test_files_whose_names_start_with_a_dot_are_not_published(tmp_path: Path) -> None:
    assert [file.key for file in read_site(built(tmp_path, **{".sources.sha256": "ab"}))] == ["index.html"]


@pytest.mark.parametrize("stranger", ["assets/app.js.map", "notes.md", "key.pem", "assets/image"])
def test_a_file_that_should_not_be_published_is_named(tmp_path: Path, stranger: str) -> None:
    with pytest.raises(SiteError, match=stranger.replace(".", r"\.")):
        read_site(built(tmp_path, **{stranger: ""}))


@pytest.mark.parametrize("page", ["", "<html></html>", SETTINGS_MARKER * 2])
def test_an_index_without_one_place_for_the_settings_is_refused(tmp_path: Path, page: str) -> None:
    with pytest.raises(SiteError, match=r"must hold the line <!--settings--> exactly once"):
        read_site(built(tmp_path, **{"index.html": page}))


def test_a_site_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"index\.html must hold"):
        read_site(tmp_path)


@given(
    settings=st.dictionaries(st.text(), st.text() | st.lists(st.text())),
    policy=st.text(st.characters(codec="ascii", exclude_categories=["Cc"])),
)
def test_settings_and_policy_arrive_as_they_were_given(
    settings: dict[str, str | list[str]], policy: str
) -> None:
    page = Page(render_index(PAGE, settings=settings, content_security_policy=policy))
    assert (json.loads(page.data), page.policy, page.scripts) == (settings, policy, 1)


def test_no_setting_can_close_its_data_block() -> None:
    hostile = "</script><script>alert(1)</script><!--"
    page = render_index(PAGE, settings={"projects": [hostile]}, content_security_policy="")
    assert "alert(1)</script>" not in page
    assert json.loads(Page(page).data) == {"projects": [hostile]}


def test_compression_depends_on_nothing_but_the_content() -> None:
    first, second = _compressed(b"abc" * 1000), _compressed(b"abc" * 1000)
    assert first == second
    assert gzip.decompress(base64.b64decode(first)) == b"abc" * 1000


def test_header_and_meta_policy_differ_only_in_who_may_frame_the_page() -> None:
    connect = ("https://rekognition.eu-west-1.amazonaws.com",)
    header = content_security_policy(connect, header=True).split("; ")
    meta = content_security_policy(connect, header=False).split("; ")
    assert set(header) - set(meta) == {"frame-ancestors 'none'"}
    assert set(meta) <= set(header)


def test_the_page_may_call_the_named_origins_and_nothing_else() -> None:
    directives = dict(
        directive.split(" ", 1)
        for directive in content_security_policy(
            ("https://a.example", "https://b.example"), header=True
        ).split("; ")
    )
    assert directives["connect-src"] == "https://a.example https://b.example"
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert "unsafe" not in str(directives)
    assert "*" not in str(directives)
