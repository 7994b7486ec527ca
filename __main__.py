"""The Pulumi program: `pulumi up` runs it once for each region."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from infra.config import read_config
from infra.demo import CustomLabelsDemo, CustomLabelsDemoArgs
from infra.site_build import built_site
from infra.site_files import SiteError, read_site

config = read_config()
try:
    files = read_site(built_site(Path(__file__).parent / "frontend", say=pulumi.log.info))
except SiteError as error:
    raise pulumi.RunError(str(error)) from None

demo = CustomLabelsDemo(
    config.resource_prefix,
    CustomLabelsDemoArgs(
        config=config,
        partition=aws.get_partition().partition,
        account_id=aws.get_caller_identity().account_id,
        files=files,
    ),
)

pulumi.export("region", config.region)
for name, output in demo.stack_outputs().items():
    pulumi.export(name, output)
