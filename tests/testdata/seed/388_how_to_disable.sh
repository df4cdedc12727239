# Disable via CLI flag
atmos terraform plan mycomponent --stack=dev --identity=false
# Disable via environment variable
export ATMOS_IDENTITY=false
atmos terraform plan mycomponent --stack=dev
