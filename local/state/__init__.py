"""State that survives a restart: what the emulator answered is on disk before the answer leaves."""
