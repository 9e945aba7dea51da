"""Workload W written by hand, once for each engine, as well as we can: what the product is measured against.

Every opponent gives the same outcomes, amounts and reasons as the product, with the same bits.
"""
