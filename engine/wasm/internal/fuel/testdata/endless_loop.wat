;; Loops for ever, doing nothing.
(module
  (func (export "run") (loop $again (br $again))))
