package grade_test

import rego.v1

import data.changeward
import data.changeward.lib.names

files := {"files": [{"path": "db/a"}]}

codes := {finding.code | some finding in changeward.deny}

high(_) := 9

low(_) := 0

always(_) := true

begins(_, _) := true

test_nothing if not "ACME_GRADE" in codes with input as files

test_a_function if "ACME_GRADE" in codes with input as files with data.changeward.grade as high

test_a_function_of_an_import if "ACME_GRADE" in codes with input as files with changeward.grade as high

test_a_function_that_says_less if {
	not "ACME_GRADE" in codes with input as {"files": [{"path": "db/a.sql"}]} with changeward.acme_most as 1 with changeward.grade as low
}

test_a_function_as_a_value if "ACME_GRADE" in codes with input as files with changeward.grade as 3

test_data if "ACME_GRADE" in codes with input as files with data.changeward.acme_most as 0

test_a_builtin if {
	"ACME_GRADE" in codes with input as {"files": [{"path": "x"}]} with startswith as begins with changeward.grade as high
}

test_what_a_function_calls if {
	not "ACME_GRADE" in codes with input as files with changeward.grade as high with names.is_readme as always
}

test_a_function_of_its_own if high(1) == 0 with high as low

test_the_next_line_has_its_own if {
	"ACME_GRADE" in codes with input as files with changeward.grade as high
	not "ACME_GRADE" in codes with input as files
}

test_a_value := "yes"

test_an_object := {"a": 1}

test_false := 1 == 2
