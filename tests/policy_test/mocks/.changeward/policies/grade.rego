package changeward

import rego.v1

import data.changeward.lib.names

deny contains {"code": "ACME_GRADE", "msg": sprintf("%s is %d", [file.path, grade(file)])} if {
	some file in input.files
	startswith(file.path, "db/")
	grade(file) > acme_most
	not names.known(file.path)
}

grade(file) := 2 if endswith(file.path, ".sql")

grade(file) := 1 if not endswith(file.path, ".sql")

default acme_most := 2
