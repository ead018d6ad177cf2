# METADATA
# title: What the gate reads
# description: The one entry. Rules contribute to the sets; the gate turns them into a decision and holds its laws.
# entrypoint: true
package changeward

import rego.v1

proposal := {
	"class": class,
	"risk": risk,
	"force_normal": forcing,
	"emergency_fault": emergency_fault,
	"template_fault": template_fault,
	"usable": usable,
	"deny": deny,
	"warn": warn,
	"require": require,
	"obligation": obligation,
	"exceptions": exceptions_used,
}
