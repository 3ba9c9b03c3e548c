;; Nothing at all: the counter brings its own sections.
(module)
