;;attack:module-crossing remembers a card by dropping a data segment
;; Drops a data segment after a message; an empty one is answered with b if it is still there, and traps if not.
(module
  (memory (export "memory") 2)
  (data $d "b")
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (data (i32.const 32) "\1a\03\1a\01a") ;; Action{fail: {vendor_message: one letter}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (data.drop $d)
      (return (i64.const 0x0000001000000004))))
    (i32.store8 (i32.const 36) (i32.add (i32.const 97)
      (block (result i32) (memory.init $d (i32.const 100) (i32.const 0) (i32.const 1)) (i32.const 1))))
    (i64.const 0x0000002000000005)))
