;;attack:module-crossing Leaves a reply unread, and traps if it finds it at the next call.
(module
  (import "ocrmux_v1" "sign" (func $sign (param i32 i32) (result i64)))
  (import "ocrmux_v1" "read_reply" (func $read (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n)
      (then (drop (call $sign (i32.const 16) (i32.const 0))))
      (else (if (call $read (i32.const 1024) (i32.const 64)) (then (unreachable)))))
    (i64.const 0x0000001000000004)))
