# Use default identity
atmos auth login
# Use specific identity
atmos auth login --identity admin
