package changeward

import rego.v1

test_a_closed_incident_blocks if {
	some finding in deny with input as {"incident": {"state": "closed"}}
	finding.code == "ACME_CLOSED"
}

test_a_comment_is_no_approval if {
	some finding in deny with input as {"approvals": [{"by": "bob", "decision": "comment"}]}
	finding.code == "ACME_NOT_APPROVED"
}

test_a_deleted_file_is_said if {
	some finding in warn with input as {"files": [{"path": "pay/a.go", "status": "deleted"}]}
	finding.code == "ACME_DELETED"
}
