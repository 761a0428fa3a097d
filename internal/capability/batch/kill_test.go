package batch_test

func childMain() bool { return false }
