;; Writes the global that would be the counter. Not valid: there is no global 1 until the counter is added.
(module
  (global (mut i64) (i64.const 0))
  (func (export "run") (global.set 1 (i64.const 0x7fffffff)) (loop $again (br $again))))
