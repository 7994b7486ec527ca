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
        request = self._request()
        project = self.custom_labels_backend.create_project(
            request["ProjectName"],
            request.get("Feature", "CUSTOM_LABELS"),
            request.get("AutoUpdate"),
            request.get("Tags", {}),
        )
        return ActionResult({"ProjectArn": project.arn})

    def describe_projects(self) -> ActionResult:
        """DescribeProjects."""
        request = self._request()
        descriptions, token = self.custom_labels_backend.describe_projects(
            request.get("ProjectNames"),
            request.get("Features", ["CUSTOM_LABELS"]),
            request.get("NextToken"),
            request.get("MaxResults"),
        )
        return ActionResult({"ProjectDescriptions": descriptions, "NextToken": token})

    def delete_project(self) -> ActionResult:
        """DeleteProject."""
        return ActionResult(
            {"Status": self.custom_labels_backend.delete_project(self._request()["ProjectArn"])}
        )

    def create_project_version(self) -> ActionResult:
        """CreateProjectVersion."""
        arn = self.custom_labels_backend.create_project_version(self._request())
        return ActionResult({"ProjectVersionArn": arn})

    def describe_project_versions(self) -> ActionResult:
        """DescribeProjectVersions."""
        request = self._request()
        descriptions, token = self.custom_labels_backend.describe_project_versions(
            request["ProjectArn"],
            request.get("VersionNames"),
            request.get("NextToken"),
            request.get("MaxResults"),
        )
        return ActionResult({"ProjectVersionDescriptions": descriptions, "NextToken": token})

    def start_project_version(self) -> ActionResult:
        """StartProjectVersion."""
        request = self._request()
        status = self.custom_labels_backend.start_project_version(
            request["ProjectVersionArn"], request["MinInferenceUnits"], request.get("MaxInferenceUnits")
        )
        return ActionResult({"Status": status})

    def stop_project_version(self) -> ActionResult:
        """StopProjectVersion."""
        status = self.custom_labels_backend.stop_project_version(self._request()["ProjectVersionArn"])
        return ActionResult({"Status": status})

    def delete_project_version(self) -> ActionResult:
        """DeleteProjectVersion."""
        status = self.custom_labels_backend.delete_project_version(self._request()["ProjectVersionArn"])
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
