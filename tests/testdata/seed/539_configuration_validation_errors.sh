atmos auth validate --verbose
