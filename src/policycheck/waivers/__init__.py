"""Waivers: approved, dated exemptions. They mark violations and never delete one."""
