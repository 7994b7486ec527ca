"""Datasets: what people label pictures with, read from many forms, checked, and brought to a project."""
