module cinnabar

go 1.26
