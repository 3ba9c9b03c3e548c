;; Walks a binary tree of calls: 2^depth of them through two functions that call each other, no loop and no deep stack.
(module
  (func $left (param $depth i32) (result i32)
    (if (result i32) (i32.eqz (local.get $depth))
      (then (i32.const 1))
      (else (i32.add
        (call $right (i32.sub (local.get $depth) (i32.const 1)))
        (call $right (i32.sub (local.get $depth) (i32.const 1)))))))
  (func $right (param $depth i32) (result i32)
    (if (result i32) (i32.eqz (local.get $depth))
      (then (i32.const 1))
      (else (i32.add
        (call $left (i32.sub (local.get $depth) (i32.const 1)))
        (call $left (i32.sub (local.get $depth) (i32.const 1)))))))
  (func (export "run") (drop (call $left (i32.const 200)))))
