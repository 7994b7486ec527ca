"""The Pulumi program: `pulumi up` runs it once for each region."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from infra.config import read_config
from infra.demo import CustomLabelsDemo, CustomLabelsDemoArgs
from infra.idle_model_guard import guard_code
from infra.site_build import built_site
from infra.site_files import SiteError, read_site

PROJECT = Path(__file__).parent

config = read_config()
try:
    files = read_site(built_site(PROJECT / "frontend", say=pulumi.log.info))
except SiteError as error:
    raise pulumi.RunError(str(error)) from None

demo = CustomLabelsDemo(
    config.resource_prefix,
    CustomLabelsDemoArgs(
        config=config,
        partition=aws.get_partition().partition,
        account_id=aws.get_caller_identity().account_id,
        files=files,
        guard_code=guard_code(PROJECT / "functions" / "idle_model_guard"),
    ),
)

pulumi.export("region", config.region)
for name, output in demo.stack_outputs().items():
    pulumi.export(name, output)
