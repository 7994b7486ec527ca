"""Runs of the guard against the emulator, through boto3 with its real retries."""

import re
import threading
from types import SimpleNamespace

import pytest

import functions.idle_model_guard as guard
from functions.idle_model_guard.aws import Account
from functions.idle_model_guard.guard import GuardError, Report, run
from tests.functions.cloud import ALL, HOUR, MINUTE, PLENTY, START, Cloud, Faults, name_of, of, tag

ACTIONS = {
    "DescribeProjects",
    "DescribeProjectVersions",
    "ListTagsForResource",
    "StopProjectVersion",
    "TagResource",
    "UntagResource",
    "GetMetricData",
    "Publish",
}
ENDED = {"stop-at": tag(START - MINUTE)}


@pytest.fixture(autouse=True)
def _waiting_takes_no_time(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its attempts, botocore waits on the clock of the account."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=cloud.sleep))


def work_for_every_call(cloud: Cloud) -> dict[str, str]:
    """Put models that together need every call: ARNs by name."""
    return {
        "idle": cloud.running_for("idle", 2 * HOUR),
        "leased": cloud.model("leased", project="seals", tags=ENDED),
        "unknown": cloud.model("unknown", project="seals"),
        "stopped": cloud.model("stopped", "STOPPED", tags=ENDED),
    }


def test_an_idle_model_is_stopped_and_a_busy_one_is_kept(cloud: Cloud) -> None:
    idle, busy = (cloud.running_for(name, 2 * HOUR) for name in ("idle", "busy"))
    for arn in (idle, busy):
        cloud.put_metric("SuccessfulRequestCount", of(arn), START - 3 * HOUR, START - 2 * HOUR)
        for metric in ("ThrottledCount", "UserErrorCount", "ServerErrorCount"):
            cloud.put_metric(metric, of(arn), START - 3 * HOUR, START - 2 * HOUR)
    cloud.put_metric("SuccessfulRequestCount", of(busy), START - 30 * MINUTE, START - 20 * MINUTE, 3.0)
    cloud.put_metric("SuccessfulRequestCount", ALL, START - 30 * MINUTE, START - 20 * MINUTE, 3.0)
    assert cloud.run() == {"idle": "stopped", "busy": "kept"}
    assert (cloud.status(idle), cloud.status(busy)) == ("STOPPING", "RUNNING")


@pytest.mark.parametrize(
    "metric", ["SuccessfulRequestCount", "ThrottledCount", "UserErrorCount", "ServerErrorCount"]
)
def test_any_traffic_of_the_account_keeps_a_model_without_metrics_of_its_own(
    cloud: Cloud, metric: str
) -> None:
    cloud.running_for("quiet", 2 * HOUR)
    cloud.put_metric(metric, ALL, START - 30 * MINUTE, START - 25 * MINUTE)
    assert cloud.run() == {"quiet": "kept"}
    cloud.sleep(3600)
    cloud.put_metric(
        "InServiceInferenceUnits", {"ProjectName": "parts", "VersionName": "quiet"}, START, cloud.now
    )
    assert cloud.run() == {"quiet": "stopped"}


@pytest.mark.parametrize(
    "status",
    [
        "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "TRAINING_FAILED", "STARTING", "FAILED", "STOPPING", "STOPPED",
        "DELETING", "COPYING_IN_PROGRESS", "COPYING_COMPLETED", "COPYING_FAILED", "DEPRECATED", "EXPIRED",
    ],
)  # fmt: skip
def test_nothing_but_a_running_model_is_stopped(cloud: Cloud, status: str) -> None:
    arn = cloud.model("v1", status, tags=ENDED)
    faults = Faults()
    assert cloud.run(faults) == {}
    assert cloud.status(arn) == status
    assert "StopProjectVersion" not in faults.asked


def test_a_model_without_tags_is_noted_once_and_stopped_after_its_longest_run(cloud: Cloud) -> None:
    arn = cloud.model("v1")
    assert cloud.run() == {"v1": "kept"}
    seen = cloud.tags(arn)
    assert seen == {"guard-first-seen": tag(START)}
    cloud.sleep(12 * 3600 - 1)
    assert (cloud.run(idle=None), cloud.tags(arn)) == ({"v1": "kept"}, seen)
    cloud.sleep(1)
    (report,) = cloud.reports(idle=None)
    assert report["decision"] == "stopped"
    assert report["reason"] == (
        "It has run for 12 h 00 min, since the guard first saw it at 2026-11-22 12:00 UTC; 12 h 00 min is the most."
    )


def test_a_model_tagged_keep_running_is_kept_and_reported(cloud: Cloud) -> None:
    arn = cloud.model("v1", tags={"keep-running": "fair", "started-at": tag(START - 99 * HOUR), **ENDED})
    assert cloud.reports() == [
        {
            "model": arn,
            "decision": "kept",
            "reason": "It is tagged keep-running.",
            "cost": "It has cost about $396.00 since 2026-11-18 09:00 UTC.",
            "warnings": [],
        }
    ]
    assert cloud.notices() == []


def test_an_old_lease_does_not_hit_the_next_run(cloud: Cloud) -> None:
    arn = cloud.model("v1", tags={"started-at": tag(START - 2 * HOUR), "team": "x", **ENDED})
    assert cloud.run() == {"v1": "stopped"}
    cloud.sleep(15 * 60)
    assert cloud.status(arn) == "STOPPED"
    assert cloud.run() == {}
    assert cloud.tags(arn) == {"team": "x"}
    cloud.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    cloud.sleep(15 * 60)
    assert cloud.run() == {"v1": "kept"}
    assert cloud.tags(arn) == {"team": "x", "guard-first-seen": tag(cloud.now)}


def test_the_tags_of_a_start_under_way_are_left_alone(cloud: Cloud) -> None:
    lease = {"started-at": tag(START), "stop-at": tag(START + 2 * HOUR)}
    arns = [cloud.model(status, status, tags=lease) for status in ("STOPPED", "STARTING")]
    assert cloud.run() == {}
    assert [cloud.tags(arn) for arn in arns] == [lease, lease]


def test_only_the_projects_named_are_guarded(cloud: Cloud) -> None:
    for project in ("parts", "parts-secret", "seals"):
        cloud.model(f"of-{project}", project=project, tags=ENDED)
    assert cloud.run(projects=("parts", "seals")) == {"of-parts": "stopped", "of-seals": "stopped"}
    assert cloud.run() == {"of-parts-secret": "stopped"}


def test_projects_of_content_moderation_are_left_alone(cloud: Cloud) -> None:
    cloud.rekognition.create_project(
        ProjectName="adapter", Feature="CONTENT_MODERATION", AutoUpdate="DISABLED"
    )
    faults = Faults()
    assert cloud.run(faults) == {}
    assert "DescribeProjectVersions" not in faults.asked


def test_250_models_on_several_pages_are_guarded_within_the_request_quotas(cloud: Cloud) -> None:
    """The emulator refuses a sixth request in a second, and the guard is never refused."""
    for number in range(120):
        cloud.model(f"a{number}", project="big", tags=ENDED if number % 2 else {})
    for number in range(130):
        cloud.model(f"b{number}", project=f"small{number}", tags=ENDED if number % 2 else {})
    faults = Faults()
    decisions = cloud.run(faults, idle=None)
    assert len(decisions) == 250
    assert all(decisions[name] == ("stopped" if int(name[1:]) % 2 else "kept") for name in decisions)
    assert faults.asked == {
        "DescribeProjects": 2,
        "DescribeProjectVersions": 132,
        "ListTagsForResource": 250,
        "StopProjectVersion": 125,
        "TagResource": 125,
        "Publish": 1,
    }


@pytest.mark.parametrize("code", ["ThrottlingException", "RequestTimeout"])
@pytest.mark.parametrize("operation", sorted(ACTIONS))
def test_a_call_that_fails_for_a_while_is_tried_again(cloud: Cloud, operation: str, code: str) -> None:
    work_for_every_call(cloud)
    faults = Faults({operation: code}, times=1)
    assert cloud.run(faults) == {"idle": "stopped", "leased": "stopped", "unknown": "kept"}
    assert faults.failed == {operation: 1}
    assert set(faults.asked) == ACTIONS
    assert len(cloud.notices()) == 1


@pytest.mark.parametrize(
    ("operation", "only", "became"),
    [
        ("DescribeProjects", "", {}),
        ("DescribeProjectVersions", "seals", {"idle": "stopped"}),
        ("ListTagsForResource", "version/leased", {"idle": "stopped", "unknown": "kept"}),
        (
            "ListTagsForResource",
            "version/stopped",
            {"idle": "stopped", "leased": "stopped", "unknown": "kept"},
        ),
        ("StopProjectVersion", "version/leased", {"idle": "stopped", "unknown": "kept"}),
        ("GetMetricData", "", {"idle": "kept", "leased": "stopped", "unknown": "kept"}),
        ("TagResource", "", {"idle": "stopped", "leased": "stopped", "unknown": "kept"}),
        ("UntagResource", "", {"idle": "stopped", "leased": "stopped", "unknown": "kept"}),
        ("Publish", "", {"idle": "stopped", "leased": "stopped", "unknown": "kept"}),
    ],
)
@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_call_that_fails_for_good_keeps_no_other_model_running_and_ends_in_an_error(  # noqa: PLR0913, PLR0917  # a table
    cloud: Cloud,
    capsys: pytest.CaptureFixture[str],
    operation: str,
    only: str,
    became: dict[str, str],
    code: str,
) -> None:
    arns = work_for_every_call(cloud)
    faults = Faults({operation: code}, only=only)
    with pytest.raises(
        GuardError, match=rf"failed: \w+: An error occurred \({code}\).* when calling the {operation}"
    ):
        cloud.run(faults)
    attempts = 1 if code == "AccessDeniedException" else 2 if operation == "Publish" else 6
    assert faults.failed == {operation: attempts}
    logged = re.findall(r'version/(\w+)/\d+", "decision": "(\w+)"', capsys.readouterr().out)
    assert dict(logged) == became
    stopping = {name for name, arn in arns.items() if cloud.status(arn) == "STOPPING"}
    assert stopping == {name for name, decision in became.items() if decision == "stopped"}
    if operation != "Publish":
        ((subject, message),) = cloud.notices()
        assert subject == f"Custom Labels in eu-west-1: {len(stopping)} stopped, 1 failures"
        assert f"({code})" in message


def test_every_failure_is_named_in_the_one_error(cloud: Cloud) -> None:
    arns = work_for_every_call(cloud)
    faults = Faults(
        dict.fromkeys(("StopProjectVersion", "TagResource", "GetMetricData"), "AccessDeniedException")
    )
    with pytest.raises(GuardError) as raised:
        cloud.run(faults)
    text = str(raised.value)
    assert f"Guarding {arns['leased']} failed: " in text
    assert f"Guarding {arns['unknown']} failed: " in text
    assert "Reading metrics failed: " in text


@pytest.mark.parametrize(
    ("operation", "code", "became"),
    [
        ("DescribeProjectVersions", "ResourceNotFoundException", {}),
        (
            "ListTagsForResource",
            "ResourceNotFoundException",
            {"idle": "gone", "leased": "gone", "unknown": "gone"},
        ),
        (
            "StopProjectVersion",
            "ResourceNotFoundException",
            {"idle": "gone", "leased": "gone", "unknown": "kept"},
        ),
        (
            "StopProjectVersion",
            "ResourceInUseException",
            {"idle": "gone", "leased": "gone", "unknown": "kept"},
        ),
        (
            "TagResource",
            "ResourceNotFoundException",
            {"idle": "stopped", "leased": "stopped", "unknown": "kept"},
        ),
        (
            "UntagResource",
            "ResourceNotFoundException",
            {"idle": "stopped", "leased": "stopped", "unknown": "kept"},
        ),
    ],
)
def test_what_another_has_done_meanwhile_is_no_error(
    cloud: Cloud, operation: str, code: str, became: dict[str, str]
) -> None:
    work_for_every_call(cloud)
    assert cloud.run(Faults({operation: code})) == became


def test_two_runs_at_once_do_everything_once(cloud: Cloud) -> None:
    for number in range(8):
        cloud.model(f"v{number}", tags=ENDED)
    unknown = cloud.model("unknown")
    together = threading.Barrier(2)
    reports: list[Report] = []

    def go(account: Account) -> None:
        first = iter([True])

        def meet(event_name: str, **_: object) -> None:
            if event_name.endswith("StopProjectVersion") and next(first, False):
                together.wait(timeout=20)

        account._rekognition.meta.events.register_first("before-send", meet)
        reports.extend(run(account, cloud.settings, START))

    runs = [threading.Thread(target=go, args=[cloud.account()]) for _ in range(2)]
    for each in runs:
        each.start()
    for each in runs:
        each.join(30)
    decisions = sorted((name_of(report), report["decision"]) for report in reports)
    expected = [(f"v{number}", became) for number in range(8) for became in ("gone", "stopped")]
    assert decisions == [*[("unknown", "kept")] * 2, *expected]
    assert cloud.tags(unknown) == {"guard-first-seen": tag(START)}
    assert sum(message.count("Stopped ") for _, message in cloud.notices()) == 8


def test_a_run_ends_before_its_time_is_over_and_names_what_is_left(cloud: Cloud) -> None:
    arns = [cloud.model(f"v{number}", tags=ENDED) for number in range(80)]

    def remaining() -> int:
        return 70_000 - int(cloud.waited * 1000)

    account = cloud.account(remaining=remaining)
    with pytest.raises(GuardError, match="The time of this run was over") as raised:
        run(account, cloud.settings, START)
    assert remaining() > 59_000
    stopped = {arn for arn in arns if cloud.status(arn) == "STOPPING"}
    assert 30 < len(stopped) < 80
    named = set(re.findall(r"Guarding (\S+) failed", str(raised.value)))
    assert named == set(arns) - stopped
    ((subject, _),) = cloud.notices()
    assert subject == f"Custom Labels in eu-west-1: {len(stopped)} stopped, {len(named)} failures"


def test_throttling_without_end_does_not_make_a_run_late(cloud: Cloud) -> None:
    for number in range(30):
        cloud.model(f"v{number}", tags=ENDED)

    def remaining() -> int:
        return PLENTY - int(cloud.waited * 1000)

    faults = Faults({"ListTagsForResource": "ThrottlingException"})
    with pytest.raises(GuardError) as raised:
        run(cloud.account(faults, remaining), cloud.settings, START)
    assert remaining() > 30_000
    assert str(raised.value).count("failed: ") == 30
    assert faults.failed["ListTagsForResource"] > 30


def test_the_notice_says_what_was_stopped_why_and_what_it_cost(cloud: Cloud) -> None:
    arn = cloud.running_for("v1", 2 * HOUR)
    cloud.run()
    assert cloud.notices() == [
        (
            "Custom Labels in eu-west-1: 1 stopped, 0 failures",
            (
                "Custom Labels models in eu-west-1, 2026-11-22T12:00:00Z.\n\n"
                f"Stopped {arn}. It served nothing for 1 h 00 min, until 2026-11-22 11:55 UTC."
                " It has cost about $8.00 since 2026-11-22 10:00 UTC."
            ),
        )
    ]


def test_nobody_is_told_when_nothing_happened_or_there_is_no_topic(cloud: Cloud) -> None:
    cloud.model("v1")
    cloud.run()
    cloud.model("v2", tags=ENDED)
    assert cloud.run(topic_arn=None)["v2"] == "stopped"
    assert cloud.notices() == []


def test_a_very_long_notice_is_cut_to_what_the_topic_takes(cloud: Cloud) -> None:
    cloud.account().publish(cloud.topic, "é" * 5 + "s" * 200, "m" * 300_000)
    ((subject, message),) = cloud.notices()
    assert (len(subject), len(message)) == (100, 60_000)


def test_without_idle_time_no_metrics_are_read(cloud: Cloud) -> None:
    cloud.running_for("v1", 2 * HOUR)
    faults = Faults()
    assert cloud.run(faults, idle=None) == {"v1": "kept"}
    assert "GetMetricData" not in faults.asked


def test_the_actions_that_the_role_needs_are_those_that_are_called(cloud: Cloud) -> None:
    work_for_every_call(cloud)
    faults = Faults()
    cloud.run(faults)
    documented = re.findall(r"(?:rekognition|cloudwatch|sns):([A-Z]\w+)", guard.__doc__ or "")
    assert sorted(documented) == sorted(faults.asked)


def test_a_lease_renewed_while_metrics_are_read_counts(cloud: Cloud) -> None:
    arn = cloud.model("v1", tags=ENDED)

    def renew(event_name: str, **_: object) -> None:
        if event_name.endswith("GetMetricData"):
            cloud.rekognition.tag_resource(ResourceArn=arn, Tags={"stop-at": tag(START + HOUR)})

    account = cloud.account()
    account._cloudwatch.meta.events.register("before-send", renew)
    (report,) = run(account, cloud.settings, START)
    assert report["reason"] == "Its lease lasts until 2026-11-22 13:00 UTC."
