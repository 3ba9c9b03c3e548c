;; And so are exceptions.
(module
  (tag $e)
  (func (export "run") (throw $e)))
