"""Budgets, with what a deployment needs beside creating and deleting them."""
