# Check what variables are set
atmos auth env --identity <name>
# Test environment
atmos auth exec --identity <name> -- env | grep AWS
