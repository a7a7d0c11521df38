"""The applier as a process of its own, which nobody has to watch: started, found alive or dead, stopped."""
