"""What the world's apps are called: rules, loaded, and recognition by them."""
