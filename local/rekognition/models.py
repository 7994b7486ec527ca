"""The Custom Labels of one account in one region, as moto keeps its services."""

from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from local.rekognition import images
from local.rekognition.datasets import Datasets
from local.rekognition.detection import detect, running_model
from local.rekognition.exceptions import RekognitionError
from local.rekognition.limits import Throttle, settings
from local.rekognition.policies import ProjectPolicies
from local.rekognition.projects import Projects
from local.rekognition.store import Store
from local.rekognition.versions import ProjectVersions

_TAG_OPERATIONS = {"TagResource", "UntagResource", "ListTagsForResource"}


class CustomLabelsBackend(BaseBackend):
    """The operations of the service; their methods may be called from any number of threads."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.use_store(Store(self.partition, region_name, account_id))

    def use_store(self, store: Store) -> None:
        """Put *store* in the place of what there was."""
        self.store = store
        self.projects = Projects(store)
        self.datasets = Datasets(store)
        self.versions = ProjectVersions(store)
        self.policies = ProjectPolicies(store)
        self._throttle = Throttle()

    def reset(self) -> None:
        """Forget everything, and let trainings end."""
        self.versions.stop_trainings()
        super().reset()

    def charge(self, operation: str) -> None:
        """Count a request.

        Raises:
            RekognitionError: ThrottlingException; for DetectCustomLabels ProvisionedThroughputExceededException.
        """
        limits = settings.limits
        if operation == "DetectCustomLabels":
            rate = limits.detect_requests_per_second
            self._throttle.charge(operation, rate, "ProvisionedThroughputExceededException")
            return
        tags = operation in _TAG_OPERATIONS
        rate = limits.tag_requests_per_second if tags else limits.control_requests_per_second
        self._throttle.charge(operation, rate, "ThrottlingException")

    def copy_project_version(self, request: Mapping[str, Any]) -> str:
        """Copy a model into a project of this account, from this or another account, and return the copy's ARN.

        Args:
            request: The members of CopyProjectVersion.
        """
        region, account = request["SourceProjectArn"].split(":")[3:5]
        if region != self.region_name:
            raise RekognitionError(
                "InvalidParameterException",
                f"SourceProjectArn is in {region}: it must be in {self.region_name}, as the destination.",
            )
        source = custom_labels_backends[account][region].store
        return self.versions.copy(request, source)

    def detect_custom_labels(
        self, arn: str, image: Mapping[str, Any], max_results: int | None, min_confidence: float | None
    ) -> list[dict[str, Any]]:
        """Return the CustomLabels that a running model finds in an image, the most confident first.

        A model that may grow to more inference units serves as many requests as if it had.
        """
        model, units = running_model(self.store, arn)
        rate = units * settings.limits.detect_requests_per_second_per_inference_unit
        self._throttle.charge(arn, rate, "ProvisionedThroughputExceededException")
        return detect(model, images.read(image, self.store.storage), max_results, min_confidence)

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of a project, a dataset or a model."""
        with self.store.lock:
            tagged = self.store.tagged(arn)
            after = {**tagged.tags, **tags}
            if len(after) > settings.limits.tags:
                raise RekognitionError(
                    "ServiceQuotaExceededException",
                    f"That would make {len(after)} tags on {arn}: {settings.limits.tags} is the most.",
                )
            tagged.tags = after

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags of a project, a dataset or a model; keys that it does not have are passed over."""
        with self.store.lock:
            tagged = self.store.tagged(arn)
            tagged.tags = {key: value for key, value in tagged.tags.items() if key not in keys}

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a project, a dataset or a model."""
        with self.store.lock:
            return self.store.tagged(arn).tags


custom_labels_backends = BackendDict(CustomLabelsBackend, "rekognition")
"""The Custom Labels of every account and region; moto empties it whenever it resets."""
