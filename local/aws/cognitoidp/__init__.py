"""Cognito user pools: who may sign in, with which password and codes, and the tokens they get for it."""
