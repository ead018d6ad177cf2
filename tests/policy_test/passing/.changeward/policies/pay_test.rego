package changeward_test

import rego.v1

import data.changeward

pay := {"path": "services/pay/a.go", "rows": ["payments"]}

codes contains found.code if some found in changeward.warn

test_code_without_a_test if {
	print("files", changeward.payment_files) with input.files as [pay]
	"ACME_NO_TESTS" in codes with input.files as [pay]
}

test_code_with_a_test if {
	files := [pay, {"path": "services/pay/a_test.go", "rows": ["payments"]}]
	not "ACME_NO_TESTS" in codes with input.files as files
}

test_labels[case.note] if {
	some case in [
		{"note": "says so", "labels": ["no-tests"], "levels": {"acme-quality"}},
		{"note": "says something else", "labels": ["tests"], "levels": set()},
	]
	levels := {asked.level | some asked in changeward.require} with input.labels as case.labels
	levels == case.levels
}

# A function, a rule and the clock in place of what is there.
test_mocks if {
	changeward.files_counted(3) == "some" with data.changeward.files_counted as some_files
	changeward.claimed("standard") with data.changeward.claim_types as {"standard"}
	time.now_ns() == 5 with time.now_ns as 5
}

test_the_clock_stands if time.now_ns() == time.parse_rfc3339_ns("2026-01-01T00:00:00Z")

some_files(_) := "some"

test_twice if true

test_twice if count(codes) == 0 with data.changeward.warn as set()

todo_test_later if false
