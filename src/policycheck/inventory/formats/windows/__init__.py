"""What Windows itself exports: the registry, uninstall keys, winget."""
