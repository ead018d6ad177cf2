package changeward

import rego.v1

# In the package itself: its functions go by their own names.
test_own_name if {
	count(acme_said) == 1 with input as {"files": [{"path": "db/a"}]} with grade as 9
}

test_full_name if {
	grade({"path": "a"}) == 9 with data.changeward.grade as 9
}

acme_said contains finding if {
	some finding in deny
	finding.code == "ACME_GRADE"
}
