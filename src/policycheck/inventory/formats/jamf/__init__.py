"""Jamf Pro and Jamf School."""
