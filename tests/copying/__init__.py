"""What tests of copies share: a small world of two versions on any make of database, and children that are killed."""
