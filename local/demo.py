"""Everything on one machine: AWS, the program applied to it, a trained model and the site."""

import contextlib
import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import boto3

from local import samples
from local.aws.loopback import ADDRESS, PortInUseError
from local.aws.mail import Mail, on_mail
from local.aws.server import LocalAws
from local.edge import BucketSite, DistributionSite, Edge
from local.engine import Result, StackConfig, State, up
from local.provider import AwsProvider
from local.rekognition.limits import LOCAL_TIMING, configure
from local.stack import PROJECT_DIR, STACK, local_config

T = TypeVar("T")

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import AssetTypeDef, ProjectVersionDescriptionTypeDef
    from mypy_boto3_s3 import S3Client

    from local.aws.awslambda.runtime import Invocation

SAMPLES = PROJECT_DIR / "demo" / "samples"
"""Where the sample images are kept between starts, for people to drop on the page."""

_BUCKET = "workbench-images"
_PROJECT = "workbench"
_VERSION = "v1"
_BETWEEN_LOOKS = 0.25
"""Seconds; below the service's limit of five requests a second."""


class DemoError(Exception):
    """The demo could not be set up; the message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A demo that is ready to be used."""

    url: str
    """Address of the page."""
    aws_url: str
    """Address of the emulated AWS."""
    region: str
    model_arn: str
    """ARN of the running sample model."""
    f1: float
    """F1 score that the training measured on images it had not seen."""
    applied: Result
    """What applying the program did."""
    mails: Sequence[Mail]
    """E-mail that was sent so far, an invitation first; it grows."""


class Progress:
    """Says when a step begins and how long it took."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    @contextlib.contextmanager
    def step(self, what: str) -> Generator[None]:
        """Announce a step before it runs, and its duration when it succeeded."""
        self.say(f"  … {what}")
        start = time.perf_counter()
        yield
        self.say(f"  ✓ {what}: {time.perf_counter() - start:.1f} s")


@contextlib.contextmanager
def running_demo(
    *,
    port: int = 0,
    config: Mapping[str, Any] | None = None,
    state: Path | None = None,
    guard_clock: int = 1,
    say: Callable[[str], None] = print,
) -> Generator[Demo]:
    """Run the demo while the context lasts; nothing of it is left afterwards but the sample images and the state.

    Args:
        port: Where to serve the page, with AWS at the next port; 0 takes free ports.
        config: Settings that win over those of `Pulumi.local.yaml`, as `pulumi up --config` has them.
        state: Folder that AWS and the stack are kept in; what is there is gone on with. None begins with nothing.
        guard_clock: Seconds that pass for the guard of running models in one second.
        say: Called with each line of progress, with each e-mail that AWS would send, and with what the guard does.

    Raises:
        PortInUseError: A port is taken.
        StateError: The folder of the state cannot be used.
        ConfigError: A setting cannot be used.
        DeploymentError: The program could not be applied.
        DemoError: The sample model could not be trained.
    """
    if port:
        _refuse_port_in_use(port)  # the page is served last, and a minute of work should not be lost by then
    progress = Progress(say)
    configure(timing=LOCAL_TIMING)
    mails: list[Mail] = []

    def deliver(mail: Mail) -> None:
        mails.append(mail)
        say(f"\n  ✉ To {mail.to}: {mail.subject}\n    {mail.text}\n")

    with (
        on_mail(deliver),
        LocalAws(port + 1 if port else 0, state) as aws,
        contextlib.ExitStack() as site,
    ):
        settings = local_config(aws.url, config)
        region = settings.values["aws:region"]
        with _no_garbage_collection():
            model = _in_background(lambda: _train_and_start(aws.url, region, progress))
            with progress.step("Applying the program to the emulated AWS"):
                applied = _apply(aws, settings, say)
            edge = site.enter_context(Edge(_site(applied), port))
            model_arn, f1 = model.result()
        from local.aws.schedules import passing_time  # noqa: PLC0415  # what it needs has been loaded by now

        with passing_time(aws, region, guard_clock, GuardTeller(say)):
            yield Demo(
                url=f"{edge.url}/" if "distributionId" in applied.outputs else f"{edge.url}/index.html",
                aws_url=aws.url,
                region=region,
                model_arn=model_arn,
                f1=f1,
                applied=applied,
                mails=mails,
            )


@contextlib.contextmanager
def _no_garbage_collection() -> Generator[None]:
    """Look for no garbage meanwhile: of the millions of objects that are loaded nearly all stay, and the search takes a second."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class GuardTeller:
    """Says what the guard decided on each running model, when that is news.

    Args:
        say: Called with each line.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._told: dict[str, tuple[str, str]] = {}

    def __call__(self, run: "Invocation") -> None:
        """Tell of one run, from what the function logged."""
        for line in run.log.splitlines():
            try:
                report: dict[str, str] = json.loads(line)
            except ValueError:
                continue
            if "failure" in report:
                self._say(f"  ⏱ Guard: {report['failure']} failed. {report['error']}")
            elif self._told.get(report["model"]) != (news := (report["decision"], report["reason"])):
                self._told[report["model"]] = news
                _, project, _, version, _ = report["model"].split("/")
                self._say(
                    f"  ⏱ Guard: {project}/{version} {report['decision']}. {report['reason']} {report['cost']}".rstrip()
                )
        if run.failed:
            self._say(f"  ⏱ Guard: the run failed. {run.payload['errorMessage']}")


def _apply(aws: LocalAws, settings: StackConfig, say: Callable[[str], None]) -> Result:
    """Apply the program to what an earlier demo left of its stack, and keep what exists then."""
    provider = AwsProvider(aws.url, settings.values["aws:region"])
    keeper = aws.keeper
    if keeper is None:
        return up(PROJECT_DIR, settings, provider, on_log=say)
    before = State.from_json(keeper.noted(STACK) or State().to_json())

    def keep(after: State) -> None:
        keeper.note(STACK, after.to_json())

    applied = up(PROJECT_DIR, settings, provider, state=before, on_state=keep, on_log=say)
    keep(applied.state)
    return applied


def _refuse_port_in_use(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            raise PortInUseError(port) from None


def _in_background(work: Callable[[], T]) -> Future[T]:
    """Start work in a thread that nobody waits for when the demo ends early, by an error or Ctrl-C."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001  # whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=run, name="sample-model", daemon=True).start()
    return future


def _site(applied: Result) -> DistributionSite | BucketSite:
    distribution = applied.outputs.get("distributionId")
    return DistributionSite(distribution) if distribution else BucketSite(applied.outputs["bucketName"])


def _train_and_start(aws_url: str, region: str, progress: Progress) -> tuple[str, float]:
    """Train a model on the sample images and start it, as a user would; return its ARN and F1 score."""
    session: Any = boto3.Session("local", "local", region_name=region)
    rekognition: RekognitionClient = session.client("rekognition", endpoint_url=aws_url)
    project = _sample_project(rekognition)
    described = _sample_model(rekognition, project)
    if described is None:
        with progress.step("Drawing and storing sample images"):
            sample_set = samples.load_or_write(SAMPLES)
            _store(session.client("s3", endpoint_url=aws_url), region, sample_set)
        rekognition.create_project_version(
            ProjectArn=project,
            VersionName=_VERSION,
            OutputConfig={"S3Bucket": _BUCKET, "S3KeyPrefix": "output"},
            TrainingData={"Assets": [_asset("train")]},
            TestingData={"Assets": [_asset("test")]},
        )
    if described is None or described["Status"] == "TRAINING_IN_PROGRESS":
        with progress.step("Training a model on them"):
            described = _wait_for(rekognition, project, "TRAINING_COMPLETED")
    model = described["ProjectVersionArn"]
    if (
        described["Status"] == "TRAINING_COMPLETED"
    ):  # not when an earlier demo started it: who stopped it, wants that
        with progress.step("Starting the model"):
            rekognition.start_project_version(ProjectVersionArn=model, MinInferenceUnits=1)
            _wait_for(rekognition, project, "RUNNING")
    return model, described["EvaluationResult"]["F1Score"]


def _sample_project(rekognition: "RekognitionClient") -> str:
    """Return the ARN of the sample model's project, which an earlier demo may have left."""
    left = rekognition.describe_projects(ProjectNames=[_PROJECT])["ProjectDescriptions"]
    return left[0]["ProjectArn"] if left else rekognition.create_project(ProjectName=_PROJECT)["ProjectArn"]


def _sample_model(
    rekognition: "RekognitionClient", project: str
) -> "ProjectVersionDescriptionTypeDef | None":
    found = rekognition.describe_project_versions(ProjectArn=project, VersionNames=[_VERSION])
    return next(iter(found["ProjectVersionDescriptions"]), None)


def _store(s3: "S3Client", region: str, sample_set: samples.SampleSet) -> None:
    """Put the pictures and manifests of both splits in a bucket, as a training needs them."""
    if _BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        _create_bucket(s3, region)
    for split in ("train", "test"):
        for image in sample_set.images(split):
            s3.put_object(Bucket=_BUCKET, Key=f"{split}/{image.name}", Body=image.read_bytes())
        s3.put_object(Bucket=_BUCKET, Key=_manifest(split), Body=sample_set.manifest(split, _BUCKET).encode())


def _create_bucket(s3: "S3Client", region: str) -> None:
    if region == "us-east-1":  # the one region that S3 refuses as a LocationConstraint
        s3.create_bucket(Bucket=_BUCKET)
    else:
        s3.create_bucket(
            Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": cast("Any", region)}
        )


def _manifest(split: str) -> str:
    return f"{split}.manifest"


def _asset(split: str) -> "AssetTypeDef":
    return {"GroundTruthManifest": {"S3Object": {"Bucket": _BUCKET, "Name": _manifest(split)}}}


def _wait_for(
    rekognition: "RekognitionClient", project: str, status: str
) -> "ProjectVersionDescriptionTypeDef":
    """Ask for the model's state until it is the wanted one; botocore's waiters ask once in 30 seconds or more."""
    while True:
        described = _sample_model(rekognition, project)
        if described is None:
            raise DemoError("The sample model was deleted before it was ready.")
        if described["Status"] == status:
            return described
        if described["Status"].endswith("FAILED"):
            raise DemoError(f"The sample model is {described['Status']}: {described['StatusMessage']}")
        time.sleep(_BETWEEN_LOOKS)
