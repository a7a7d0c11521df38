"""How a stage becomes a frozen plan, and what keeps it the plan that was approved."""
