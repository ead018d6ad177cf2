package later_test

import rego.v1

todo_test_x if true
