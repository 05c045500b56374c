"""The control interface: JSON-RPC 2.0 over a Unix socket, for the console, the command line and other programs."""
