"""Plain data that travels between the parts; nothing here reads or writes."""
