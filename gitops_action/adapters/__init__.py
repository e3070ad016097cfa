"""The only I/O: processes, git, API servers, GitHub, the runner, the clock."""
