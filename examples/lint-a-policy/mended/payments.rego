# METADATA
# title: Our rules about payments
package changeward

import rego.v1

# METADATA
# title: Payments are not changed while an incident is closed
deny contains {"code": "ACME_CLOSED", "msg": "no incident is open"} if {
	not input.incident.state == "open"
}

# METADATA
# title: Payments have been approved by somebody
deny contains {"code": "ACME_NOT_APPROVED", "msg": "nobody approves, or somebody does not"} if {
	not all_approve
}

all_approve if {
	count(input.approvals) > 0
	every approval in input.approvals { approval.decision == "approve" }
}

# METADATA
# title: A deleted service is announced
warn contains {"code": "ACME_DELETED", "msg": sprintf("%s is deleted", [file.path])} if {
	some file in input.files
	file.status == "deleted"
}
