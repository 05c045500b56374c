"""The console, measured in a real terminal before an honest box."""
