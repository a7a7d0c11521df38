"""How one run goes: its story, the acts that it is made of, and what a step gets to see."""
