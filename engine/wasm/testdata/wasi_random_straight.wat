;;attack:module-bounds Fetches 300 times a megabyte of randomness, without a loop.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (memory (export "memory") 20)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $one (drop (call $random_get (i32.const 65536) (i32.const 1200000))))
  (func $ten
    (call $one)
    (call $one)
    (call $one)
    (call $one)
    (call $one)
    (call $one)
    (call $one)
    (call $one)
    (call $one)
    (call $one))
  (func $hundred
    (call $ten)
    (call $ten)
    (call $ten)
    (call $ten)
    (call $ten)
    (call $ten)
    (call $ten)
    (call $ten)
    (call $ten)
    (call $ten))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (call $hundred) (call $hundred) (call $hundred)))
    (i64.const 0x0000001000000004)))
