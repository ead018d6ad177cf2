package syntax_test

test_x {
	true
}
