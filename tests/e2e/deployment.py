"""The program applied to an emulated AWS and served, without a model: all that many tests need."""

import contextlib
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.server import LocalAws
from local.edge import BucketSite, DistributionSite, Edge
from local.engine import up
from local.provider import AwsProvider
from local.stack import PROJECT_DIR, local_config

BUCKET_MODE = {"createCloudFrontDistribution": False}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployed site that is being served."""

    edge: Edge
    aws_url: str
    region: str
    outputs: Mapping[str, Any]
    """The stack's outputs."""

    @property
    def path(self) -> str:
        """Where on the edge the page is."""
        return "/" if "distributionId" in self.outputs else "/index.html"

    @property
    def url(self) -> str:
        """Address of the page."""
        return self.edge.url + self.path


@contextlib.contextmanager
def deployed(
    config: Mapping[str, Any] | None = None,
    *,
    endpoints: Mapping[str, str] | None = None,
    edge: Callable[[DistributionSite | BucketSite], Edge] = Edge,
) -> Generator[Deployment]:
    """Deploy and serve the site while the context lasts.

    Args:
        config: settings that win over those of `Pulumi.local.yaml`.
        endpoints: where the page finds services of AWS that are not the emulator's.
        edge: what serves the site.
    """
    with LocalAws() as aws:
        settings = local_config(aws.url, config)
        if endpoints:
            (emulated,) = json.loads(settings.values["aws:endpoints"])
            settings = local_config(aws.url, {**(config or {}), "aws:endpoints": [{**emulated, **endpoints}]})
        region = settings.values["aws:region"]
        outputs = up(PROJECT_DIR, settings, AwsProvider(aws.url, region), on_log=lambda _: None).outputs
        distribution = outputs.get("distributionId")
        site = DistributionSite(distribution) if distribution else BucketSite(outputs["bucketName"])
        with edge(site) as running:
            yield Deployment(edge=running, aws_url=aws.url, region=region, outputs=outputs)
