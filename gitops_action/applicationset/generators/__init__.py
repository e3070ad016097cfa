"""The generators of an ApplicationSet, one file each: a generator's fields and given data → sets of parameters."""
