"""Stops models that run for nothing: a Lambda function for Python 3.13 that needs nothing but the runtime's boto3.

Each run looks at every Custom Labels model of the region. Of those that are RUNNING it stops a model

- whose lease has ended: its tag `stop-at`, set by whoever started it, has passed;
- that has run for MAX_RUN_HOURS: since its tag `started-at`, else since the guard first saw it running, which it
  then writes to the tag `guard-first-seen`;
- that served nothing for IDLE_STOP_MINUTES, as CloudWatch says, throttled and failed requests counted as served.
  A lease is an explicit wish: before it ends, only MAX_RUN_HOURS stops the model.

It never stops a model with a tag `keep-running` (other than "false"), nor one for idleness while metrics are late,
missing or incomplete. Tags of a run that is over are removed when the guard sees the model not running, so that an
old lease cannot hit the next run. A restart that happens wholly between two runs of the guard, and without new tags,
counts as the same run.

What cannot be done for one model is put together with other failures into one error at the end of the run, so that
the function's error alarm fires. Runs may overlap: what the other has done already is no error.

The function is the package's `handler.handler`; the archive holds this folder as it is, by its name.

The actions that its role needs:
    - rekognition:DescribeProjects, which has no resource level
    - rekognition:DescribeProjectVersions on projects
    - rekognition:ListTagsForResource and rekognition:StopProjectVersion on models
    - rekognition:TagResource on models, tag key guard-first-seen
    - rekognition:UntagResource on models, tag keys guard-first-seen, started-at and stop-at
    - cloudwatch:GetMetricData, which has no resource level; only with IDLE_STOP_MINUTES
    - sns:Publish on the topic; only with TOPIC_ARN
"""
