# Validate auth configuration
atmos auth validate
atmos auth validate --verbose
# Login (authenticate and cache credentials)
atmos auth login
atmos auth login --identity prod-admin
# Check current authentication status
atmos auth whoami
atmos auth whoami --identity dev-admin
# Get environment variables
atmos auth env
atmos auth env --identity prod-admin --format bash
atmos auth env --format json
atmos auth env --format dotenv
# Execute command with authentication
atmos auth exec --identity prod-admin -- aws sts get-caller-identity
atmos auth exec -- terraform plan
# Configure AWS user credentials
atmos auth user configure
