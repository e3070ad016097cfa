"""Argo CD's Lua dialect in a sandbox: health scripts, later actions."""
