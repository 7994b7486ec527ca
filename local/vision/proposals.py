"""Candidate boxes: the connected parts of the object map, at several levels."""

import cv2
import numpy as np

from local.vision.boxes import Boxes, no_boxes, suppress
from local.vision.pictures import GRID_STEP, Plane

_LEVELS = (0.35, 0.6, 0.8, 0.92)
"""Objects that touch at a low level are apart at a high one."""
_BLURS = (0.5, 1.2)
"""Cells. The finer keeps small objects, the coarser holds the parts of large ones together."""
_BITES = (0, 2)
"""Cells taken off around each part, to cut the bridges between objects that touch, and given back afterwards."""
_SMALLEST = 4
"""Cells of the smallest part."""
_SAME = 0.9
"""Boxes that overlap this much are one candidate."""
_MOST = 150
"""Candidates of one picture; more only come from a picture full of texture."""


def propose(object_map: Plane) -> Boxes:
    """Return candidate boxes in working pixels, those with the strongest evidence first."""
    found: list[tuple[float, tuple[int, int, int, int]]] = []
    for sigma in _BLURS:
        smooth = cv2.GaussianBlur(object_map, (0, 0), sigma)
        for level in _LEVELS:
            mask = (smooth > level).astype(np.uint8)
            for bite in _BITES:
                bitten = cv2.erode(mask, np.ones((2 * bite + 1, 2 * bite + 1), np.uint8))
                _, _, parts, _ = cv2.connectedComponentsWithStats(bitten)
                for left, top, width, height, area in parts[1:]:
                    if area >= _SMALLEST:
                        box = left - bite, top - bite, width + 2 * bite, height + 2 * bite
                        found.append((level * float(np.sqrt(area)), box))
    if not found:
        return no_boxes()
    found.sort(key=lambda candidate: (-candidate[0], candidate[1]))
    boxes = np.asarray([box for _, box in found], np.float32) * np.float32(GRID_STEP)
    evidence = np.asarray([strength for strength, _ in found], np.float32)
    return boxes[suppress(boxes, evidence, _SAME)[:_MOST]]
