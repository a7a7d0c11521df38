"""The application on its hosts: its services, its releases, and how to see that something took effect."""
