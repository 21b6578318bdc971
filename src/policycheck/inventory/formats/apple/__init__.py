"""Apple: MDM answers, system_profiler and Munki."""
