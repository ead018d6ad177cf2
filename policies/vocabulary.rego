# METADATA
# title: The words the other rules share
# description: |
#   Parameters with their defaults, and names for what most rules ask. `input` is described by
#   `changeward schema input`; the gate computes it from the base revision of every control file.
package changeward

import rego.v1

default_params := {
	"min_justification": 20,
	"moderate_rows": 1,
	"high_rows": 3,
	"moderate_tier": 1,
	"high_tier": 0,
	"moderate_lines": 400,
	"moderate_failures": 1,
	"high_failures": 2,
	"plan_destroys": 0,
	"sarif_severity": 9,
}

params := object.union(default_params, input.params)

emergency_criteria := {"restore-service", "protect-data", "protect-assets", "security-threat"}

claim_types contains claim.type if some claim in input.claims

claim_conflict if count({[claim.type, object.get(claim, "template", "")] | some claim in input.claims}) > 1

claimed(type) if {
	not claim_conflict
	type in claim_types
}

control_edit if count(input.index.control) > 0

unowned if count(input.index.unowned) > 0

closed_calendars contains calendar if {
	some calendar in input.calendars
	calendar.state == "CLOSED"
}

files_counted(number) := "1 file" if number == 1

files_counted(number) := sprintf("%d files", [number]) if number != 1

now_ns := time.parse_rfc3339_ns(input.now)
