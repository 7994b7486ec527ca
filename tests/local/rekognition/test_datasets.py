"""Datasets: filled from a manifest, from another dataset or not at all; listed, changed, distributed, deleted."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from local.rekognition.limits import Timing, configure
from tests.local.rekognition.bench import BUCKET, IMPORTING, UNTHROTTLED, Bench, at, boxed, labelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_rekognition import RekognitionClient

    Order = Callable[[RekognitionClient, str], object]

NO_DATASET = "arn:aws:rekognition:eu-west-1:123456789012:project/p/dataset/train/1"
DISC = boxed("images/1.png", [("disc", 10, 10)])
BARE = {"source-ref": f"s3://{BUCKET}/images/2.png"}


def described(bench: Bench, arn: str) -> Any:
    return bench.rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]


def entries(bench: Bench, arn: str, **filters: Any) -> list[dict[str, Any]]:
    listed = bench.rekognition.list_dataset_entries(DatasetArn=arn, **filters)["DatasetEntries"]
    return [json.loads(entry) for entry in listed]


def names(listed: list[dict[str, Any]]) -> list[str]:
    """Return the last parts of the entries' source-refs."""
    return [entry["source-ref"].rpartition("/")[2] for entry in listed]


def created(bench: Bench, lines: Any = None, kind: str = "TRAIN", project: str = "") -> str:
    """Return the ARN of a dataset whose creation is over."""
    arn = bench.dataset(project or bench.project(), kind, lines)
    bench.clock.now += IMPORTING
    return arn


def update(bench: Bench, arn: str, *lines: Any) -> None:
    """Send *lines* to a dataset and wait until it has them."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    bench.rekognition.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": text.encode()})
    bench.clock.now += IMPORTING


def test_a_dataset_has_an_arn_of_its_project_type_and_time(bench: Bench) -> None:
    project = bench.project("nuts")
    bench.clock.now += 1
    arn = bench.dataset(project, "TEST")
    expected = "arn:aws:rekognition:eu-west-1:123456789012:project/nuts/dataset/test/"
    assert arn == f"{expected}{int(bench.clock.now * 1000)}"


def test_a_dataset_from_a_manifest_is_there_when_its_creation_is_over(bench: Bench) -> None:
    lines = [*bench.labelled_lines()[:4], DISC, BARE]
    arn = bench.dataset(bench.project(), "TRAIN", [line for line in lines if line != lines[1]])
    creating = described(bench, arn)
    assert (creating["Status"], creating["StatusMessageCode"]) == ("CREATE_IN_PROGRESS", "SUCCESS")
    assert creating["StatusMessage"] == "The dataset is being created."
    assert creating["DatasetStats"]["TotalEntries"] == 0
    bench.clock.now += IMPORTING - 0.1
    assert described(bench, arn)["Status"] == "CREATE_IN_PROGRESS"
    bench.clock.now += 0.1
    done = described(bench, arn)
    assert (done["Status"], done["StatusMessage"]) == ("CREATE_COMPLETE", "The dataset has been created.")
    assert done["CreationTimestamp"] == done["LastUpdatedTimestamp"]
    # images/2.png is there twice, with a label and bare: the first of them counts.
    assert done["DatasetStats"] == {
        "LabeledEntries": 4,
        "TotalEntries": 4,
        "TotalLabels": 2,
        "ErrorEntries": 0,
    }


def test_an_empty_dataset_has_no_entries_and_labels(bench: Bench) -> None:
    arn = created(bench)
    assert described(bench, arn)["DatasetStats"]["TotalEntries"] == 0
    assert entries(bench, arn) == []
    assert bench.rekognition.list_dataset_labels(DatasetArn=arn)["DatasetLabelDescriptions"] == []


def test_a_copy_of_a_dataset_has_its_entries_and_a_life_of_its_own(bench: Bench) -> None:
    original = created(bench, bench.labelled_lines()[:3])
    answer = bench.rekognition.create_dataset(
        ProjectArn=bench.project("other"), DatasetType="TEST", DatasetSource={"DatasetArn": original}
    )
    bench.clock.now += IMPORTING
    copy = answer["DatasetArn"]
    assert entries(bench, copy) == entries(bench, original)
    update(bench, copy, labelled("images/9.png", "ring"))
    assert (len(entries(bench, copy)), len(entries(bench, original))) == (4, 3)


def test_a_project_shows_its_datasets(bench: Bench, rekognition: "RekognitionClient") -> None:
    train = created(bench)
    project = rekognition.describe_projects()["ProjectDescriptions"][0].get("ProjectArn", "")
    test = bench.dataset(project, "TEST")
    shown: Any = rekognition.describe_projects()["ProjectDescriptions"][0].get("Datasets")
    assert [(one["DatasetType"], one["DatasetArn"], one["Status"]) for one in shown] == [
        ("TRAIN", train, "CREATE_COMPLETE"),
        ("TEST", test, "CREATE_IN_PROGRESS"),
    ]


def test_a_project_has_one_dataset_of_each_type_until_that_is_gone(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    project = bench.project()
    train = created(bench, project=project)
    created(bench, kind="TEST", project=project)
    for kind in ("TRAIN", "TEST"):
        with pytest.raises(rekognition.exceptions.ResourceAlreadyExistsException, match=f"has a {kind} data"):
            bench.dataset(project, kind)
    rekognition.delete_dataset(DatasetArn=train)
    assert described(bench, train)["Status"] == "DELETE_IN_PROGRESS"
    with pytest.raises(rekognition.exceptions.ResourceAlreadyExistsException):
        bench.dataset(project, "TRAIN")
    bench.clock.now += 20
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no dataset arn:aws"):
        rekognition.describe_dataset(DatasetArn=train)
    assert bench.dataset(project, "TRAIN") != train


def test_a_project_with_datasets_cannot_be_deleted(bench: Bench, rekognition: "RekognitionClient") -> None:
    project = bench.project()
    arn = created(bench, project=project)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match=r"still has datasets \(1\)"):
        rekognition.delete_project(ProjectArn=project)
    rekognition.delete_dataset(DatasetArn=arn)
    bench.clock.now += 20
    assert rekognition.delete_project(ProjectArn=project)["Status"] == "DELETING"


LINE = json.dumps(DISC)
NO_REFERENCE = {name: value for name, value in DISC.items() if name != "source-ref"}


@pytest.mark.parametrize(
    "bad",
    ["{", "", NO_REFERENCE, {**DISC, "source-ref": "images/1.png"}, {**DISC, "padding": "x" * 100_000}, DISC],
    ids=["no JSON", "blank", "no source-ref", "no S3 place", "too long", "same image again"],
)
def test_lines_that_cannot_be_entries_are_left_out_when_they_are_few(bench: Bench, bad: Any) -> None:
    lines = [DISC, *bench.labelled_lines()[2:6]]
    arn = created(bench, [*lines[:4], bad, lines[4]])
    done = described(bench, arn)
    assert (done["Status"], done["DatasetStats"]["TotalEntries"]) == ("CREATE_COMPLETE", 5)
    assert entries(bench, arn) == lines


BAD_MANIFESTS: list[tuple[bytes, str]] = [
    (b"\xff\xfe", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT: Byte 0 of the manifest is not UTF-8."),
    (b"", "ERROR_TOO_MANY_RECORDS_IN_ERROR: 1 of 1 lines cannot be used: 20% is the most."),
    (
        f"{LINE}\n{{\n".encode(),
        "ERROR_TOO_MANY_RECORDS_IN_ERROR: 1 of 2 lines cannot be used: 20% is the most.",
    ),
    (b"x" * 20_001, "ERROR_MANIFEST_SIZE_TOO_LARGE: Object m in bucket bench-data has 20001 bytes: 20000 is"),
    (
        b"".join(b'{"source-ref": "s3://b/%d"}\n' % number for number in range(301)),
        "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM: That makes 301 entries: 300 is the most.",
    ),
]


@pytest.mark.parametrize(("content", "message"), BAD_MANIFESTS, ids=[text[:30] for _, text in BAD_MANIFESTS])
def test_a_manifest_that_cannot_be_used_fails_the_creation(
    bench: Bench, timing: Timing, content: bytes, message: str
) -> None:
    configure(limits=replace(UNTHROTTLED, manifest_bytes=20_000, manifest_lines=300), timing=timing)
    bench.put("m", content)
    answer = bench.rekognition.create_dataset(
        ProjectArn=bench.project(), DatasetType="TRAIN", DatasetSource=at("m")["Assets"][0]
    )
    assert described(bench, answer["DatasetArn"])["Status"] == "CREATE_IN_PROGRESS"
    bench.clock.now += IMPORTING
    failed = described(bench, answer["DatasetArn"])
    assert (failed["Status"], failed["StatusMessageCode"]) == ("CREATE_FAILED", "CLIENT_ERROR")
    assert failed["StatusMessage"].startswith(message)
    assert failed["DatasetStats"]["TotalEntries"] == 0


def test_a_dataset_has_at_most_250_labels(bench: Bench) -> None:
    arn = created(bench, [labelled(f"{number}.png", f"part {number}") for number in range(251)])
    assert described(bench, arn)["StatusMessage"] == (
        "ERROR_MANIFEST_TOO_MANY_LABELS: That makes 251 labels: 250 is the most."
    )


@pytest.mark.usefixtures("tokyo_bucket")
@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ({}, "InvalidParameterException", "needs either GroundTruthManifest or DatasetArn"),
        ({"GroundTruthManifest": {}}, "InvalidParameterException", "S3Object needs both Bucket and Name"),
        (
            {"GroundTruthManifest": {}, "DatasetArn": NO_DATASET},
            "InvalidParameterException",
            "needs either GroundTruthManifest or DatasetArn",
        ),
        ({"DatasetArn": NO_DATASET}, "ResourceNotFoundException", "There is no dataset"),
        (at("none")["Assets"][0], "InvalidS3ObjectException", "There is no object none in bucket bench-data"),
        (
            {"GroundTruthManifest": {"S3Object": {"Bucket": "tokyo-data", "Name": "m"}}},
            "InvalidS3ObjectException",
            "is in ap-northeast-1",
        ),
    ],
)
def test_a_source_that_is_not_there_or_not_clear_leaves_nothing_behind(
    bench: Bench, rekognition: "RekognitionClient", source: Any, error: str, message: str
) -> None:
    project = bench.project()
    with pytest.raises(getattr(rekognition.exceptions, error), match=message):
        rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)
    assert rekognition.describe_projects()["ProjectDescriptions"][0].get("Datasets") == []


def test_a_dataset_needs_a_project_that_can_have_it(bench: Bench, rekognition: "RekognitionClient") -> None:
    gone = bench.project("gone")
    rekognition.delete_project(ProjectArn=gone)
    with pytest.raises(rekognition.exceptions.InvalidParameterException, match="gone is being deleted"):
        bench.dataset(gone, "TRAIN")
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no project"):
        bench.dataset("arn:aws:rekognition:eu-west-1:123456789012:project/a/1", "TRAIN")
    adapter = rekognition.create_project(ProjectName="a", Feature="CONTENT_MODERATION", AutoUpdate="DISABLED")
    with pytest.raises(rekognition.exceptions.ClientError, match="NotImplementedException"):
        bench.dataset(adapter["ProjectArn"], "TRAIN")


OFF_FRAME = boxed("images/3.png", [("disc", 10, 10), ("ring", 170, 10)])
SHELF = [DISC, BARE, OFF_FRAME, labelled("shelf/4.png", "square"), labelled("shelf/5.png", "ring")]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["1.png", "2.png", "3.png", "4.png", "5.png"]),
        ({"ContainsLabels": ["disc"]}, ["1.png", "3.png"]),
        ({"ContainsLabels": ["square", "ring"]}, ["4.png", "5.png"]),
        ({"ContainsLabels": ["disc", "none"]}, ["1.png", "3.png"]),
        ({"ContainsLabels": ["none"]}, []),
        ({"Labeled": True}, ["1.png", "3.png", "4.png", "5.png"]),
        ({"Labeled": False}, ["2.png"]),
        ({"SourceRefContains": "shelf/"}, ["4.png", "5.png"]),
        ({"SourceRefContains": f"s3://{BUCKET}/images/3.png"}, ["3.png"]),
        ({"HasErrors": True}, ["2.png", "3.png"]),
        ({"HasErrors": False}, ["1.png", "2.png", "3.png", "4.png", "5.png"]),
        ({"HasErrors": True, "Labeled": True}, ["3.png"]),
    ],
)
def test_entries_are_listed_as_the_filters_say(
    bench: Bench, filters: dict[str, Any], expected: list[str]
) -> None:
    assert names(entries(bench, created(bench, SHELF), **filters)) == expected


def test_an_entry_says_what_is_wrong_where_it_is_wrong_and_is_no_more_when_corrected(bench: Bench) -> None:
    arn = created(bench, SHELF)
    assert described(bench, arn)["DatasetStats"]["ErrorEntries"] == 2
    bare, off = entries(bench, arn, HasErrors=True)
    assert bare["errors"][0]["code"] == "ERROR_NO_LABEL_ATTRIBUTES"
    [in_frame, beyond] = off["boxes"]["annotations"]
    assert "errors" not in in_frame
    assert beyond["errors"][0]["code"] == "ERROR_INVALID_BOUNDING_BOX"
    beyond["left"] = 100
    update(bench, arn, off)
    assert names(entries(bench, arn, HasErrors=True)) == ["2.png"]
    assert entries(bench, arn, SourceRefContains="3.png") == [
        boxed("images/3.png", [("disc", 10, 10), ("ring", 100, 10)])
    ]


@pytest.mark.parametrize(("width", "height"), [(63, 64), (4097, 300), (1300, 64)])
def test_boxes_are_held_against_the_size_that_the_line_states(bench: Bench, width: int, height: int) -> None:
    line = boxed("anything.png", [("disc", 1, 1)])
    line["boxes"]["image_size"] = [{"width": width, "height": height, "depth": 3}]
    arn = created(bench, [line])
    [entry] = entries(bench, arn, HasErrors=True)
    assert entry["errors"][0]["code"] == "ERROR_INVALID_IMAGE_DIMENSION"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_paginator_returns_every_entry_once_in_order(bench: Bench, size: int) -> None:
    arn = created(bench, SHELF)
    pages = bench.rekognition.get_paginator("list_dataset_entries").paginate(
        DatasetArn=arn, Labeled=True, PaginationConfig={"PageSize": size}
    )
    listed = [page["DatasetEntries"] for page in pages]
    assert [len(page) for page in listed[:-1]] == [size] * (len(listed) - 1)
    assert names([json.loads(entry) for page in listed for entry in page]) == [
        "1.png", "3.png", "4.png", "5.png",
    ]  # fmt: skip


def test_entries_added_between_pages_neither_repeat_nor_hide_another(bench: Bench) -> None:
    arn = created(bench, SHELF)
    first = bench.rekognition.list_dataset_entries(DatasetArn=arn, MaxResults=3)
    update(bench, arn, {**DISC, "more": 1}, labelled("new/6.png", "ring"))
    rest = entries(bench, arn, NextToken=first.get("NextToken", ""))
    assert names(rest) == ["4.png", "5.png", "6.png"]


def test_labels_are_listed_with_the_images_that_have_them(bench: Bench) -> None:
    two = boxed("two.png", [("disc", 1, 1), ("disc", 60, 60)])
    arn = created(bench, [*SHELF, two])
    listed: list[Any] = []
    for page in bench.rekognition.get_paginator("list_dataset_labels").paginate(
        DatasetArn=arn, PaginationConfig={"PageSize": 2}
    ):
        listed += page["DatasetLabelDescriptions"]
    assert listed == [
        {"LabelName": "disc", "LabelStats": {"EntryCount": 3, "BoundingBoxCount": 3}},
        {"LabelName": "square", "LabelStats": {"EntryCount": 1, "BoundingBoxCount": 0}},
        {"LabelName": "ring", "LabelStats": {"EntryCount": 1, "BoundingBoxCount": 0}},
    ]


def test_a_token_of_another_list_is_refused(bench: Bench, rekognition: "RekognitionClient") -> None:
    arn = created(bench, SHELF)
    token = rekognition.list_dataset_entries(DatasetArn=arn, MaxResults=1).get("NextToken", "")
    with pytest.raises(rekognition.exceptions.InvalidPaginationTokenException):
        rekognition.list_dataset_labels(DatasetArn=arn, NextToken=token)
    with pytest.raises(rekognition.exceptions.InvalidPaginationTokenException):
        rekognition.list_dataset_entries(DatasetArn=arn, NextToken="nonsense")


def test_an_update_adds_new_images_and_replaces_the_others_in_place(bench: Bench) -> None:
    arn = created(bench, SHELF)
    before = described(bench, arn)
    relabelled = labelled("images/1.png", "ring")
    bench.clock.now += 7
    added = labelled("new/6.png", "washer")
    update(bench, arn, relabelled, added)
    done = described(bench, arn)
    assert (done["Status"], done["StatusMessage"]) == ("UPDATE_COMPLETE", "The dataset has been updated.")
    assert done["LastUpdatedTimestamp"].timestamp() == bench.clock.now - IMPORTING
    assert done["CreationTimestamp"] == before["CreationTimestamp"]
    listed = entries(bench, arn)
    assert names(listed) == ["1.png", "2.png", "3.png", "4.png", "5.png", "6.png"]
    assert (listed[0], listed[5]) == (relabelled, added)


def test_an_update_that_fails_changes_nothing(bench: Bench) -> None:
    arn = created(bench, SHELF)
    before = entries(bench, arn)
    update(bench, arn, "{", labelled("new/6.png", "washer"))
    failed = described(bench, arn)
    assert (failed["Status"], failed["StatusMessageCode"]) == ("UPDATE_FAILED", "CLIENT_ERROR")
    assert failed["StatusMessage"].startswith("ERROR_TOO_MANY_RECORDS_IN_ERROR: 1 of 2 lines")
    assert entries(bench, arn) == before
    update(bench, arn, labelled("new/6.png", "washer"))
    assert described(bench, arn)["Status"] == "UPDATE_COMPLETE"


def test_changes_have_at_most_5_megabytes(bench: Bench, rekognition: "RekognitionClient") -> None:
    arn = created(bench)
    with pytest.raises(
        rekognition.exceptions.ClientError, match=r"ValidationException.*'changes.groundTruth'"
    ):
        rekognition.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": bytes(5_242_881)})
    nothing: Any = {}
    with pytest.raises(rekognition.exceptions.ClientError, match=r"Value null at 'changes\.groundTruth'"):
        rekognition.update_dataset_entries(DatasetArn=arn, Changes=nothing)


ORDERS: "dict[str, Order]" = {
    "list entries": lambda client, arn: client.list_dataset_entries(DatasetArn=arn),
    "list labels": lambda client, arn: client.list_dataset_labels(DatasetArn=arn),
    "update": lambda client, arn: client.update_dataset_entries(
        DatasetArn=arn, Changes={"GroundTruth": LINE.encode()}
    ),
    "delete": lambda client, arn: client.delete_dataset(DatasetArn=arn),
}
REFUSED = {
    "CREATE_IN_PROGRESS": dict.fromkeys(("list entries", "list labels"), "ResourceNotReadyException")
    | dict.fromkeys(("update", "delete"), "ResourceInUseException"),
    "CREATE_FAILED": dict.fromkeys(("list entries", "list labels"), "ResourceNotReadyException")
    | {"update": "ResourceInUseException"},
    "CREATE_COMPLETE": {},
    "UPDATE_IN_PROGRESS": dict.fromkeys(ORDERS, "ResourceInUseException"),
    "UPDATE_FAILED": {},
    "DELETE_IN_PROGRESS": dict.fromkeys(ORDERS, "ResourceInUseException"),
}


@pytest.mark.parametrize("status", REFUSED)
def test_a_dataset_takes_exactly_the_orders_of_its_state(
    bench: Bench, rekognition: "RekognitionClient", status: str
) -> None:
    arn = bench.dataset(bench.project(), "TRAIN", ["{"] if status == "CREATE_FAILED" else SHELF)
    if status != "CREATE_IN_PROGRESS":
        bench.clock.now += IMPORTING
    if status == "UPDATE_FAILED":
        update(bench, arn, "{")
    if status == "UPDATE_IN_PROGRESS":
        ORDERS["update"](rekognition, arn)
    if status == "DELETE_IN_PROGRESS":
        ORDERS["delete"](rekognition, arn)
    refused = REFUSED[status]
    for order, error in refused.items():
        with pytest.raises(getattr(rekognition.exceptions, error), match=f" is {status}: "):
            ORDERS[order](rekognition, arn)
        assert described(bench, arn)["Status"] == status
    for order in ORDERS.keys() - refused.keys() - {"delete"}:
        ORDERS[order](rekognition, arn)
        bench.clock.now += IMPORTING
    if "delete" not in refused:
        ORDERS["delete"](rekognition, arn)


@pytest.mark.parametrize("order", ORDERS)
def test_an_unknown_dataset_takes_no_order(rekognition: "RekognitionClient", order: str) -> None:
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException, match="There is no dataset arn:aws"):
        ORDERS[order](rekognition, NO_DATASET)


def pair(bench: Bench, train: Any, test: Any = None, name: str = "bench") -> list[str]:
    """Return the ARNs of the training and the test dataset of a new project."""
    project = bench.project(name)
    return [created(bench, train, "TRAIN", project), created(bench, test, "TEST", project)]


def distribute(bench: Bench, *arns: str) -> None:
    bench.rekognition.distribute_dataset_entries(Datasets=[{"Arn": arn} for arn in arns])


def test_a_fifth_of_the_training_dataset_moves_to_the_test_dataset(bench: Bench) -> None:
    lines = [labelled(f"{number}.png", ("disc", "square")[number % 2]) for number in range(20)]
    train, test = pair(bench, lines[:10])
    update(bench, train, *lines[10:])  # numbered from 1 again
    distribute(bench, test, train)
    for arn in (train, test):
        assert described(bench, arn)["Status"] == "UPDATE_IN_PROGRESS"
    bench.clock.now += IMPORTING
    for arn in (train, test):
        assert described(bench, arn)["Status"] == "UPDATE_COMPLETE"
    left, moved = entries(bench, train), entries(bench, test)
    assert (len(left), len(moved)) == (16, 4)
    assert {entry["kind-metadata"]["class-name"] for entry in moved} == {"disc", "square"}
    assert sorted(names(left + moved)) == sorted(names(lines))


@pytest.mark.parametrize("lines", [[labelled("1.png", "disc")], [BARE]], ids=["one image", "no label"])
def test_labels_with_too_few_images_fail_the_distribution_and_nothing_moves(
    bench: Bench, lines: list[Any]
) -> None:
    train, test = pair(bench, lines)
    distribute(bench, train, test)
    bench.clock.now += IMPORTING
    for arn in (train, test):
        failed = described(bench, arn)
        assert failed["Status"] == "UPDATE_FAILED"
        assert failed["StatusMessage"].startswith("ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE: ")
    assert (len(entries(bench, train)), entries(bench, test)) == (1, [])


def test_only_a_full_training_and_an_empty_test_dataset_of_one_project_are_distributed(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    train, test = pair(bench, SHELF)
    other_train, other_test = pair(bench, None, SHELF, name="other")
    invalid = rekognition.exceptions.InvalidParameterException
    for arns in ((train, train), (train, other_test), (train, other_train)):
        with pytest.raises(invalid, match="the training and the test dataset of one project"):
            distribute(bench, *arns)
    with pytest.raises(invalid, match="has 0 entries and the test dataset 5: the training dataset must have"):
        distribute(bench, other_train, other_test)
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException):
        distribute(bench, train, NO_DATASET)
    ORDERS["update"](rekognition, test)
    with pytest.raises(rekognition.exceptions.ResourceNotReadyException, match="is UPDATE_IN_PROGRESS"):
        distribute(bench, train, test)


def test_a_model_is_trained_on_the_datasets_of_its_project(bench: Bench) -> None:
    project = bench.project_with_datasets(bench.labelled_lines())
    arn = bench.create_version(project, TrainingData=None, TestingData=None)
    trained: Any = bench.trained(arn)
    assert trained["Status"] == "TRAINING_COMPLETED", trained
    assert "Input" not in trained["TrainingDataResult"]
    output = trained["TestingDataResult"]["Output"]["Assets"][0]["GroundTruthManifest"]["S3Object"]
    tested = [json.loads(line) for line in bench.get(output).splitlines()]
    assert names(tested) == [f"{number}.png" for number in range(8, 12)]


def test_entries_with_errors_are_reported_once_when_a_model_is_trained_on_them(bench: Bench) -> None:
    lines = bench.labelled_lines()
    project = bench.project_with_datasets([*lines[:7], {"source-ref": f"s3://{BUCKET}/x.png"}, *lines[8:]])
    trained: Any = bench.trained(bench.create_version(project, TrainingData=None, TestingData=None))
    validation = trained["TrainingDataResult"]["Validation"]["Assets"][0]["GroundTruthManifest"]["S3Object"]
    last = json.loads(bench.get(validation).splitlines()[-1])
    codes = [error["code"] for error in last["errors"]]
    assert codes == ["ERROR_INVALID_IMAGE", "ERROR_NO_LABEL_ATTRIBUTES"]


def test_datasets_stay_as_they_are_while_a_model_is_trained_on_them(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    lines = bench.labelled_lines()
    project = bench.project_with_datasets(lines)
    datasets: Any = rekognition.describe_projects()["ProjectDescriptions"][0].get("Datasets")
    train, test = (one["DatasetArn"] for one in datasets)
    in_use = rekognition.exceptions.ResourceInUseException
    with bench.held_training():
        arn = bench.create_version(project, TrainingData=None, TestingData=None)
        for order in ("update", "delete"):
            with pytest.raises(in_use, match="A model is being trained on the datasets"):
                ORDERS[order](rekognition, train)
        with pytest.raises(rekognition.exceptions.ResourceNotReadyException, match="is being trained on"):
            distribute(bench, train, test)
        assert len(entries(bench, train)) == 8
    bench.trained(arn)
    ORDERS["update"](rekognition, train)


def test_a_training_wants_both_datasets_settled_or_both_manifests_and_not_both(
    bench: Bench, rekognition: "RekognitionClient"
) -> None:
    bench.put_manifests(bench.labelled_lines())
    invalid = rekognition.exceptions.InvalidParameterException
    project = bench.project()
    none: dict[str, Any] = {"TrainingData": None, "TestingData": None}
    created(bench, SHELF, project=project)
    with pytest.raises(invalid, match="has no TEST dataset"):
        bench.create_version(project, **none)
    with pytest.raises(invalid, match="has datasets: leave TrainingData and TestingData out"):
        bench.create_version(project)
    bench.dataset(project, "TEST", SHELF)
    with pytest.raises(rekognition.exceptions.ResourceInUseException, match="is CREATE_IN_PROGRESS"):
        bench.create_version(project, **none)
    assert rekognition.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"] == []
