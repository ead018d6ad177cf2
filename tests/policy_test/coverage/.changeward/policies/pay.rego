# METADATA
# title: Our own rules about tests
package changeward

import rego.v1

# METADATA
# title: Code changes come with tests
warn contains {
	"code": "ACME_NO_TESTS",
	"msg": sprintf("%d file(s) of payments change and no test does", [count(payment_files)]),
	"paths": sort(payment_files),
	"help": "add a test, or say why there is none with the label no-tests",
} if {
	count(payment_files) > 0
	count(test_files) == 0
}

# METADATA
# title: Saying so asks for one more person
require contains {
	"level": "acme-quality",
	"who": ["@kim"],
	"min": 1,
	"why": "the change says that it has no tests",
} if {
	"no-tests" in input.labels
}

payment_files contains file.path if {
	some file in input.files
	"payments" in file.rows
}

test_files contains file.path if {
	some file in input.files
	contains(file.path, "test")
}
