"""Programs around the engine, which it never imports."""
