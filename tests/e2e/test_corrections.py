"""Labels that the web app writes as manifest lines are ones that a dataset takes."""

import json
import random
import subprocess
from typing import Any

from local.rekognition.manifest_lines import parse_line
from local.stack import PROJECT_DIR

FRONTEND = PROJECT_DIR / "frontend"

# Bundles the app's own function and runs it on the images that it is given.
WRITE_LINES = """
import { rolldown } from "rolldown";
const bundle = await rolldown({ input: "src/core/manifest-lines.ts" });
const { output: [{ code }] } = await bundle.generate();
const { manifestLine } = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const annotator = { human: true, job: "corrections", at: new Date() };
for (const image of JSON.parse(Buffer.concat(chunks))) console.log(manifestLine(image, annotator));
"""


def lines_of(images: list[dict[str, Any]]) -> list[str]:
    written = subprocess.run(
        ["node", "--input-type=module", "--eval", WRITE_LINES],
        cwd=FRONTEND,
        input=json.dumps(images),
        capture_output=True,
        text=True,
        check=True,
    )
    return written.stdout.splitlines()


def test_every_line_that_the_app_writes_is_without_errors_to_the_service() -> None:
    """Boxes of any place and size, names of any letters, images of any size that the service takes."""
    rng = random.Random(5)  # noqa: S311  # the same images on each run
    names = ["bolt", "<img src=x onerror=alert(1)>", "__proto__", "مرحبا", "a" * 255]
    images: list[dict[str, Any]] = []
    for number in range(500):
        labels: list[dict[str, Any]] = [
            {
                "name": rng.choice(names),
                "confidence": rng.uniform(0, 100),
                "box": None
                if rng.random() < 0.2
                else {
                    "left": rng.uniform(-0.5, 1),
                    "top": rng.uniform(-0.5, 1),
                    "width": rng.uniform(0, 1) ** 4,
                    "height": rng.uniform(0, 1) ** 4,
                },
            }
            for _ in range(rng.choice([0, 1, 5, 80]))
        ]
        long = rng.randint(64, 4096)
        size = {"width": long, "height": rng.randint(max(64, -(-long // 20)), min(4096, long * 20))}
        images.append({"source": f"s3://photos/{number}.jpg", "size": size, "labels": labels})
    parsed = [parse_line(number, text, None) for number, text in enumerate(lines_of(images), 1)]
    assert [line.codes for line in parsed] == [[]] * len(images)
    for image, line in zip(images, parsed, strict=True):
        assert line.source_ref == image["source"]
        assert {annotation.label for annotation in line.annotations} <= {
            one["name"] for one in image["labels"]
        }
    assert sum(line.valid for line in parsed) > 300
