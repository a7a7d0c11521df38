"""Systems that are kept in step, for tests."""
