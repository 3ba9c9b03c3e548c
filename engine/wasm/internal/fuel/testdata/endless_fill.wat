;; Fills 16 MiB over and over with few instructions.
(module
  (memory 256 256)
  (func (export "run")
    (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x1000000))
      (br $again))))
