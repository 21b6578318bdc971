"""Microsoft Intune: its exports and Microsoft Graph's answers."""
