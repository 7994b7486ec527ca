"""A small vision model that really learns: OpenCV and numpy, nothing downloaded."""

from local.vision.evaluation import Evaluation, LabelScore
from local.vision.model import Model, evaluate, train
from local.vision.pictures import decode
from local.vision.types import (
    Annotation,
    Box,
    Detection,
    Example,
    ImageError,
    RatioBox,
    TrainingError,
)

__all__ = [
    "Annotation",
    "Box",
    "Detection",
    "Evaluation",
    "Example",
    "ImageError",
    "LabelScore",
    "Model",
    "RatioBox",
    "TrainingError",
    "decode",
    "evaluate",
    "train",
]
