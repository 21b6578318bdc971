"""Inventory agents of the FusionInventory family: GLPI, FusionInventory, OCS."""
