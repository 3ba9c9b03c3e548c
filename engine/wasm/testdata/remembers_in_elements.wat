;;attack:module-crossing remembers a card by dropping an element segment
;; Drops an element segment and copies it over its table after a message; an empty one is answered with b if it finds the table changed, else with a.
(module
  (memory (export "memory") 2)
  (table $t 2 funcref)
  (elem $e func $f)
  (func $f)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (data (i32.const 32) "\1a\03\1a\01a") ;; Action{fail: {vendor_message: one letter}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))
      (table.fill $t (i32.const 0) (ref.null func) (i32.const 1))
      (table.init $t $e (i32.const 1) (i32.const 0) (i32.const 1))
      (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))
      (elem.drop $e)
      (return (i64.const 0x0000001000000004))))
    (i32.store8 (i32.const 36) (i32.add (i32.const 97)
      (i32.eqz (ref.is_null (table.get $t (i32.const 0))))))
    (i64.const 0x0000002000000005)))
