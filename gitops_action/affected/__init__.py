"""What a change touches: what the rendering of an application depends on, and which applications a change meets.

Why nothing is missed: a rendering depends on what it looks at and on nothing else. Everything that rendering the head
looks at is gathered here, absent files and the names in directories included. Where a change meets none of it,
rendering the base looks at the same things, finds them the same, and gives the same result.
"""
