# Verbose CLI output
atmos auth validate --verbose
atmos auth login --identity <name> --verbose
# Set log level explicitly
ATMOS_LOG_LEVEL=Debug atmos auth whoami
