"""The formats that are recognised by their content: a module each, a package for a family."""
