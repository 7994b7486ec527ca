"""The commands that people were given for a model's life, one after the other, through boto3 as the AWS CLI calls it."""

import json
from typing import Any

from tests.local.rekognition.bench import BUCKET, Bench, at, picture

SERVICE = {"Service": "rekognition.amazonaws.com"}
READ_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AWSRekognitionS3AclBucketRead",
            "Effect": "Allow",
            "Principal": SERVICE,
            "Action": ["s3:GetBucketAcl", "s3:GetBucketLocation"],
            "Resource": f"arn:aws:s3:::{BUCKET}",
        },
        {
            "Sid": "AWSRekognitionS3GetBucket",
            "Effect": "Allow",
            "Principal": SERVICE,
            "Action": ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:GetObjectTagging"],
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        },
    ],
}
WRITE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AWSRekognitionS3ACLBucketWrite",
            "Effect": "Allow",
            "Principal": SERVICE,
            "Action": "s3:GetBucketAcl",
            "Resource": "arn:aws:s3:::my-write-bucket",
        },
        {
            "Sid": "AWSRekognitionS3PutObject",
            "Effect": "Allow",
            "Principal": SERVICE,
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::my-write-bucket/my-write-prefix/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ],
}


def test_a_model_is_prepared_trained_started_used_and_stopped(bench: Bench) -> None:
    s3, rekognition = bench.s3, bench.rekognition
    s3.create_bucket(Bucket="my-write-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(READ_POLICY))
    s3.put_bucket_policy(Bucket="my-write-bucket", Policy=json.dumps(WRITE_POLICY))
    bench.put_manifests(bench.boxed_lines())
    project = rekognition.create_project(ProjectName="my-project")["ProjectArn"]
    training_data: Any = at("train.manifest")
    testing_data: Any = at("test.manifest")
    model = rekognition.create_project_version(
        ProjectArn=project,
        VersionName="first",
        OutputConfig={"S3Bucket": "my-write-bucket", "S3KeyPrefix": "my-write-prefix"},
        TrainingData=training_data,
        TestingData=testing_data,
    )["ProjectVersionArn"]
    bench.trained(model)
    rekognition.get_waiter("project_version_training_completed").wait(
        ProjectArn=project, VersionNames=["first"], WaiterConfig={"Delay": 1, "MaxAttempts": 1}
    )
    results = s3.list_objects_v2(Bucket="my-write-bucket").get("Contents", [])
    assert {entry.get("Key", "").split("/")[0] for entry in results} == {"my-write-prefix"}
    started = rekognition.start_project_version(ProjectVersionArn=model, MinInferenceUnits=1)
    assert started["Status"] == "STARTING"
    bench.clock.now += 100
    rekognition.get_waiter("project_version_running").wait(
        ProjectArn=project, VersionNames=["first"], WaiterConfig={"Delay": 1, "MaxAttempts": 1}
    )
    [disc] = bench.detect(model, picture([("disc", 60, 40)], 50))
    assert disc["Name"] == "disc"
    assert rekognition.stop_project_version(ProjectVersionArn=model)["Status"] == "STOPPING"
    bench.clock.now += 50
    assert bench.describe(model).get("Status") == "STOPPED"
