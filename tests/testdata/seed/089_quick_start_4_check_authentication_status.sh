atmos auth whoami
