# Verify identity configuration
atmos auth validate
# Check assumed role/permissions
atmos auth exec --identity <name> -- aws sts get-caller-identity
