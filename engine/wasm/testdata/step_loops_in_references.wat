;;attack:module-bounds Takes references to a function again and again.
(module
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (elem declare func $nothing)
  (func $nothing)
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (loop $again
        (drop (ref.func $nothing))
        (br $again))))
    (i64.const 0x0000001000000004)))
