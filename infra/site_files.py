"""The built web app as objects in the site bucket."""

import base64
import gzip
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

INDEX = "index.html"
SETTINGS_MARKER = "<!--settings-->"
"""Line of `index.html` that the Content Security Policy and the settings take the place of."""

_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_IMMUTABLE = "public, max-age=31536000, immutable"  # assets/ have a hash of their content in the name
_REVALIDATE = "no-cache"


class SiteError(ValueError):
    """A built web app that cannot be published."""


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """One file of the built web app."""

    key: str
    """Path below the site's root, with forward slashes."""
    content: bytes

    @property
    def content_type(self) -> str:
        """The media type to serve the file with."""
        return _CONTENT_TYPES[Path(self.key).suffix]

    @property
    def cache_control(self) -> str:
        """How long browsers and CloudFront may keep the file."""
        return _IMMUTABLE if self.key.startswith("assets/") else _REVALIDATE


def read_site(dist: Path) -> tuple[SiteFile, ...]:
    """Read the built web app, sorted by key.

    Raises:
        SiteError: `index.html` is missing or has no place for the settings, or there is a file
            that should not be published.
    """
    files = tuple(
        SiteFile(key=path.relative_to(dist).as_posix(), content=path.read_bytes())
        for path in sorted(dist.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    )
    strangers = [file.key for file in files if Path(file.key).suffix not in _CONTENT_TYPES]
    if strangers:
        raise SiteError(
            f"{dist} holds {', '.join(strangers)}: only {', '.join(_CONTENT_TYPES)} files are published."
            " Remove what does not belong there and build the web app again."
        )
    index = next((file.content for file in files if file.key == INDEX), b"")
    if index.count(SETTINGS_MARKER.encode()) != 1:
        raise SiteError(
            f"{dist / INDEX} must hold the line {SETTINGS_MARKER} exactly once. Build the web app again."
        )
    return files


def render_index(index: str, *, settings: Mapping[str, Any], content_security_policy: str) -> str:
    """Put the policy and the settings where `index.html` has its marker.

    The settings are a JSON data block: the page parses it, the browser never runs it, and no value
    can close the block.
    """
    data = json.dumps(settings, sort_keys=True)
    for character in "<>&\u2028\u2029":
        data = data.replace(character, f"\\u{ord(character):04x}")
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(content_security_policy)}">\n'
        f'    <script type="application/json" id="settings">{data}</script>'
    )
    return index.replace(SETTINGS_MARKER, head)


@dataclass(frozen=True, kw_only=True)
class SiteFilesArgs:
    """What `SiteFiles` needs to know."""

    bucket_name: pulumi.Input[str]
    files: Sequence[SiteFile]
    """The built web app, as `read_site` returns it."""
    settings: Mapping[str, pulumi.Input[Any]]
    """What the web app finds in its page; plain JSON values."""
    content_security_policy: str
    """Value of the page's meta tag."""


class SiteFiles(pulumi.ComponentResource):
    """The web app's files in the bucket.

    They are stored gzip-compressed, so that they travel compressed with and without CloudFront.

    Creates:
        - ``{name}/{key}``: one object for each file; `index.html` last, when all that it names is there.
    """

    def __init__(self, name: str, args: SiteFilesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("customlabels:site_files:SiteFiles", name, {}, opts)
        assets = [
            _site_object(
                name, args.bucket_name, file, _compressed(file.content), ResourceOptions(parent=self)
            )
            for file in args.files
            if file.key != INDEX
        ]
        index = next(file for file in args.files if file.key == INDEX)
        page = Output.all(**args.settings).apply(
            lambda settings: _compressed(
                render_index(
                    index.content.decode(),
                    settings=settings,
                    content_security_policy=args.content_security_policy,
                ).encode()
            )
        )
        _site_object(name, args.bucket_name, index, page, ResourceOptions(parent=self, depends_on=assets))
        self.register_outputs({})


def _site_object(
    name: str,
    bucket_name: pulumi.Input[str],
    file: SiteFile,
    content_base64: pulumi.Input[str],
    opts: ResourceOptions,
) -> aws.s3.BucketObjectv2:
    return aws.s3.BucketObjectv2(
        f"{name}/{file.key}",
        aws.s3.BucketObjectv2Args(
            bucket=bucket_name,
            key=file.key,
            content_base64=content_base64,
            content_encoding="gzip",
            content_type=file.content_type,
            cache_control=file.cache_control,
        ),
        opts=opts,
    )


def _compressed(content: bytes) -> str:
    # No time of day in the gzip header: the same content must give the same object.
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode()
