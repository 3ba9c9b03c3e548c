;;attack:module-memory Gives the host a message behind its memory: the status is 1 (invalid).
(module
  (import "ocrmux_v1" "sign" (func $sign (param i32 i32) (result i64)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (if (i64.ne (i64.shr_u (call $sign (i32.const 2147483647) (i32.const 16)) (i64.const 32)) (i64.const 1)) (then (unreachable)))))
    (i64.const 0x0000001000000004)))
