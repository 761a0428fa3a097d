package mirror_test

func childMain() bool { return false }
