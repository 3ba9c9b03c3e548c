;;attack:module-imports Imports a WASI function that does not exist.
(module
  (import "wasi_snapshot_preview1" "teleport" (func))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "ocrmux_step") (param $n i32) (result i64) (i64.const 0x0000001000000004)))
