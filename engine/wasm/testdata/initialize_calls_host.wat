;;attack:module-memory _initialize calls the host, which has no call at hand: the status is 6 (gone), and there is no reply.
(module
  (import "ocrmux_v1" "sign" (func $sign (param i32 i32) (result i64)))
  (import "ocrmux_v1" "read_reply" (func $read (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "_initialize")
    (if (i64.ne (call $sign (i32.const 16) (i32.const 4)) (i64.const 0x600000000)) (then (unreachable)))
    (if (call $read (i32.const 16) (i32.const 4)) (then (unreachable))))
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "ocrmux_step") (param $n i32) (result i64) (i64.const 0x0000001000000004)))
