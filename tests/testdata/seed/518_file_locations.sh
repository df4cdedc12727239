# Override for Atmos only
export ATMOS_XDG_CONFIG_HOME=/custom/path
# Override for all XDG-compliant tools
export XDG_CONFIG_HOME=/custom/path
