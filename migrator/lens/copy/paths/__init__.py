"""The ways that rows can go from one database into another, one file each."""
