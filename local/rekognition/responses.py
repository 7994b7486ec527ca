"""The Custom Labels operations as HTTP requests, on top of moto's Rekognition."""

from typing import Any

from moto.core.responses import ActionResult
from moto.rekognition.responses import RekognitionResponse

from local.rekognition.models import CustomLabelsBackend, custom_labels_backends
from local.rekognition.validation import parse_input


class CustomLabelsResponse(RekognitionResponse):
    """Answers Rekognition requests: Custom Labels here, the other operations as moto does.

    An operation that neither has raises NotImplementedError.
    """

    use_raw_body = True  # images are large, and a body that is not UTF-8 must get an answer too

    def __init__(self) -> None:
        super().__init__()
        self.allow_request_decompression = False  # the service takes no compressed requests

    @property
    def custom_labels_backend(self) -> CustomLabelsBackend:
        """The Custom Labels of the caller's account and region."""
        return custom_labels_backends[self.current_account][self.region]

    def create_project(self) -> ActionResult:
        """CreateProject."""
        return ActionResult({"ProjectArn": self.custom_labels_backend.projects.create(self._request())})

    def describe_projects(self) -> ActionResult:
        """DescribeProjects."""
        request = self._request()
        descriptions, token = self.custom_labels_backend.projects.describe(
            request.get("ProjectNames"),
            request.get("Features", ["CUSTOM_LABELS"]),
            request.get("NextToken"),
            request.get("MaxResults"),
        )
        return ActionResult({"ProjectDescriptions": descriptions, "NextToken": token})

    def delete_project(self) -> ActionResult:
        """DeleteProject."""
        status = self.custom_labels_backend.projects.delete(self._request()["ProjectArn"])
        return ActionResult({"Status": status})

    def create_project_version(self) -> ActionResult:
        """CreateProjectVersion."""
        arn = self.custom_labels_backend.versions.create(self._request())
        return ActionResult({"ProjectVersionArn": arn})

    def copy_project_version(self) -> ActionResult:
        """CopyProjectVersion."""
        arn = self.custom_labels_backend.copy_project_version(self._request())
        return ActionResult({"ProjectVersionArn": arn})

    def describe_project_versions(self) -> ActionResult:
        """DescribeProjectVersions."""
        request = self._request()
        descriptions, token = self.custom_labels_backend.versions.describe(
            request["ProjectArn"],
            request.get("VersionNames"),
            request.get("NextToken"),
            request.get("MaxResults"),
        )
        return ActionResult({"ProjectVersionDescriptions": descriptions, "NextToken": token})

    def start_project_version(self) -> ActionResult:
        """StartProjectVersion."""
        request = self._request()
        status = self.custom_labels_backend.versions.start(
            request["ProjectVersionArn"], request["MinInferenceUnits"], request.get("MaxInferenceUnits")
        )
        return ActionResult({"Status": status})

    def stop_project_version(self) -> ActionResult:
        """StopProjectVersion."""
        status = self.custom_labels_backend.versions.stop(self._request()["ProjectVersionArn"])
        return ActionResult({"Status": status})

    def delete_project_version(self) -> ActionResult:
        """DeleteProjectVersion."""
        status = self.custom_labels_backend.versions.delete(self._request()["ProjectVersionArn"])
        return ActionResult({"Status": status})

    def detect_custom_labels(  # pyright: ignore[reportIncompatibleMethodOverride] - moto answers a constant string
        self,
    ) -> ActionResult:
        """DetectCustomLabels."""
        request = self._request()
        labels = self.custom_labels_backend.detect_custom_labels(
            request["ProjectVersionArn"],
            request["Image"],
            request.get("MaxResults"),
            request.get("MinConfidence"),
        )
        return ActionResult({"CustomLabels": labels})

    def create_dataset(self) -> ActionResult:
        """CreateDataset."""
        return ActionResult({"DatasetArn": self.custom_labels_backend.datasets.create(self._request())})

    def describe_dataset(self) -> ActionResult:
        """DescribeDataset."""
        description = self.custom_labels_backend.datasets.describe(self._request()["DatasetArn"])
        return ActionResult({"DatasetDescription": description})

    def delete_dataset(self) -> ActionResult:
        """DeleteDataset."""
        self.custom_labels_backend.datasets.delete(self._request()["DatasetArn"])
        return ActionResult({})

    def list_dataset_entries(self) -> ActionResult:
        """ListDatasetEntries."""
        entries, token = self.custom_labels_backend.datasets.list_entries(self._request())
        return ActionResult({"DatasetEntries": entries, "NextToken": token})

    def list_dataset_labels(self) -> ActionResult:
        """ListDatasetLabels."""
        request = self._request()
        labels, token = self.custom_labels_backend.datasets.list_labels(
            request["DatasetArn"], request.get("NextToken"), request.get("MaxResults")
        )
        return ActionResult({"DatasetLabelDescriptions": labels, "NextToken": token})

    def update_dataset_entries(self) -> ActionResult:
        """UpdateDatasetEntries."""
        request = self._request()
        self.custom_labels_backend.datasets.update(request["DatasetArn"], request["Changes"]["GroundTruth"])
        return ActionResult({})

    def distribute_dataset_entries(self) -> ActionResult:
        """DistributeDatasetEntries."""
        arns = [dataset["Arn"] for dataset in self._request()["Datasets"]]
        self.custom_labels_backend.datasets.distribute(arns)
        return ActionResult({})

    def put_project_policy(self) -> ActionResult:
        """PutProjectPolicy."""
        revision_id = self.custom_labels_backend.policies.put(self._request())
        return ActionResult({"PolicyRevisionId": revision_id})

    def list_project_policies(self) -> ActionResult:
        """ListProjectPolicies."""
        request = self._request()
        policies, token = self.custom_labels_backend.policies.list_policies(
            request["ProjectArn"], request.get("NextToken"), request.get("MaxResults")
        )
        return ActionResult({"ProjectPolicies": policies, "NextToken": token})

    def delete_project_policy(self) -> ActionResult:
        """DeleteProjectPolicy."""
        request = self._request()
        self.custom_labels_backend.policies.delete(
            request["ProjectArn"], request["PolicyName"], request.get("PolicyRevisionId")
        )
        return ActionResult({})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        request = self._request()
        self.custom_labels_backend.tag(request["ResourceArn"], request["Tags"])
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        request = self._request()
        self.custom_labels_backend.untag(request["ResourceArn"], request["TagKeys"])
        return ActionResult({})

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self.custom_labels_backend.tags(self._request()["ResourceArn"])})

    def _request(self) -> dict[str, Any]:
        """Count the request against the throttle and return its members, checked."""
        operation = self._get_action()
        self.custom_labels_backend.charge(operation)
        return parse_input(operation, self.body)
