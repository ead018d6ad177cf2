# METADATA
# title: Which class a change is
# description: |
#   First match wins. Claiming more scrutiny always works, claiming less never does. The gate arrives at the class by
#   itself from the same sets and blocks when the two differ.
package changeward

import rego.v1

default class := "normal"

class := "none" if nothing_to_gate

else := "normal" if control_edit

else := "emergency" if emergency_valid

else := "normal" if claimed("emergency")

else := "normal" if count(forcing) > 0

else := "standard"

nothing_to_gate if {
	not control_edit
	input.stats.files_in_scope == 0
	not input.stats.truncated
	count(claim_types) == 0
}

# What still forces normal once exceptions are applied.
forcing contains finding if {
	some finding in force_normal
	not waived(finding)
}
