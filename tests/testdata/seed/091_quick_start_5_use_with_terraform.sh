# Atmos automatically handles authentication
atmos terraform plan mycomponent -s dev
