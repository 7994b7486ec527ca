"""What is deployed to AWS: one Pulumi component a module."""
