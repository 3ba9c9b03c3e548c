;; Exports the global that would be the counter under a name of its own.
(module
  (global (mut i64) (i64.const 0))
  (export "mine" (global 1)))
