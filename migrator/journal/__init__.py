"""Our own record of plans, runs, attempts, approvals, evidence and audit."""
