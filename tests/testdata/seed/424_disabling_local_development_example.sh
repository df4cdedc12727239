# Use your personal cloud provider profile temporarily (e.g., AWS profile)
export AWS_PROFILE=my-personal-profile
atmos terraform plan mycomponent --stack=dev --identity=false
# Or inline
AWS_PROFILE=my-personal-profile atmos terraform plan mycomponent --stack=dev --identity=false
