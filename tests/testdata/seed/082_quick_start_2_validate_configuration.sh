atmos auth validate
