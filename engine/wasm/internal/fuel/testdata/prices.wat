;; One function for each rule of pricing; the test says what each costs.
(module
  (memory 1)
  (table 4 8 funcref)
  (func (export "empty"))
  (func (export "four_instructions") (drop (i32.add (i32.const 1) (i32.const 2))))
  (func (export "nested_blocks") (block (block (block (nop)))))
  (func (export "arms") (param i32)
    (if (local.get 0) (then (nop) (nop) (nop) (nop)) (else (nop)))
    (nop))
  (func (export "loop") (param $n i32)
    (loop $again
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "dead_code") (return) (nop) (nop) (nop) (block (nop)) (nop))
  (func (export "fill") (param $n i32) (memory.fill (i32.const 0) (i32.const 0) (local.get $n)))
  (func (export "copy") (param $n i32) (memory.copy (i32.const 0) (i32.const 0) (local.get $n)))
  (func (export "table_fill") (param $n i32) (table.fill 0 (i32.const 0) (ref.null func) (local.get $n)))
  (func (export "table_grow") (param $n i32) (drop (table.grow 0 (ref.null func) (local.get $n))))
  (func (export "memory_grow") (param $n i32) (drop (memory.grow (local.get $n)))))
