"""What people see in a terminal: observers of events, and tables made from plans and records."""
