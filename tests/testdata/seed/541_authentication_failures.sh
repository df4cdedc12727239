# Check current status
atmos auth whoami
# Re-authenticate
atmos auth login --identity <name>
# Check with verbose output
atmos auth login --identity <name> --verbose
