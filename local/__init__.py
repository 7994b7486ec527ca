"""AWS on this machine: the emulator, the in-process Pulumi engine and the site's edge."""
