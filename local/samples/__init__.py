"""Pictures of a workbench with hex nuts, bolts and washers, and exactly what is in each."""

from local.samples.sets import LABELS, SampleSet, load, load_or_write, write

__all__ = ["LABELS", "SampleSet", "load", "load_or_write", "write"]
