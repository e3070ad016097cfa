"""Argo CD's ``ApplicationSet``: generators give sets of parameters, a template makes an ``Application`` of each.

``parse`` reads the document, ``generators`` (one file each) are functions over given data, ``generate`` puts them
together. Nothing here reads a file, a cluster or the network; Go templates are rendered by a child process.
"""
