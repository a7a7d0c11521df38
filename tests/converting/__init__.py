"""Values and conversions that every make of database must see alike."""
