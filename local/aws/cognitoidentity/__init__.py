"""Cognito identity pools whose credentials act as the pool's roles."""
