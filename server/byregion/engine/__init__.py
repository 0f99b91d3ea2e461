"""What evaluates queries: in this process for the command line, in killable workers for the server."""
