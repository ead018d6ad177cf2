# METADATA
# title: Our rules about payments
package changeward

import rego.v1

# METADATA
# title: Payments are not changed while an incident is closed
deny contains {"code": "ACME_CLOSED", "msg": "the incident is over"} if {
	input.incident.state != "open"
}

# METADATA
# title: Payments have been approved by somebody
deny contains {"code": "ACME_NOT_APPROVED", "msg": "somebody does not approve"} if {
	not all_approve
}

all_approve if every approval in input.aprovals { approval.decision == "approve" }

# METADATA
# title: A deleted service is announced
wran contains {"code": "ACME_DELETED", "msg": sprintf("%s is deleted", [file.path])} if {
	some file in input.files
	file.status == "delete"
}
