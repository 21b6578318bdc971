"""Documents of foreign programs (JSON, XML, property lists, delimited text), read with bounds."""
