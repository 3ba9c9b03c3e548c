package wasm

import (
	"bytes"
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxKeptPages is how many bytes of its own an instance keeps for the next call; more are given back to the system.
const maxKeptPages = 1 << 20

// file is a memory file with the bytes of an image, which nobody can change any more.
type file struct{ fd int }

// keep makes the image's file of what a memory held. Where no page map can be had, the image is a copy in this program's
// memory, and instances are compared with it.
func (img *image) keep(mem []byte, pages *pageMap) error {
	img.file.fd = -1
	if pages == nil || len(mem) == 0 {
		img.bytes = append([]byte(nil), mem...)
		return nil
	}
	fd, err := unix.MemfdCreate("ocrmux-image", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return err
	}
	img.file.fd = fd
	err = unix.Ftruncate(fd, int64(len(mem)))
	var zeros [4 << 10]byte
	for at := 0; at < len(mem) && err == nil; at += len(zeros) {
		if part := mem[at : at+len(zeros)]; !bytes.Equal(part, zeros[:]) { // what is not written takes no memory
			_, err = unix.Pwrite(fd, part, int64(at))
		}
	}
	if err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE|unix.F_SEAL_SEAL)
	}
	if err == nil {
		img.bytes, err = unix.Mmap(fd, 0, len(mem), unix.PROT_READ, unix.MAP_PRIVATE)
	}
	if err != nil {
		img.close()
	}
	return err
}

// close releases the image. Instances that were made of it keep what they have mapped.
func (img *image) close() {
	if img.file.fd >= 0 {
		if img.bytes != nil {
			_ = unix.Munmap(img.bytes)
		}
		_ = unix.Close(img.file.fd)
	}
	img.bytes, img.file.fd = nil, -1
}

// lay puts the image under a memory: the pages of the file are shared until they are written to.
func (img *image) lay(mem *memory) error {
	if img.file.fd < 0 {
		return nil
	}
	at := unsafe.Pointer(unsafe.SliceData(mem.reserved))
	_, err := unix.MmapPtr(img.file.fd, 0, at, uintptr(len(img.bytes)),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED|unix.MAP_NORESERVE)
	mem.mapped = err == nil
	return err
}

// restoreWritten puts back the pages that a memory has of its own. If they are many, it gives them back to the system.
func (img *image) restoreWritten(mem []byte, pages *pageMap) error {
	written := 0
	err := pages.written(mem, func(from, to int) {
		if written += to - from; written <= maxKeptPages {
			copy(mem[from:to], img.bytes[from:to])
		}
	})
	if err == nil && written > maxKeptPages {
		err = empty(mem)
	}
	return err
}

// reserve gives n bytes of addresses, all zero.
func reserve(n uint64) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, int(n), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err == nil {
		// One byte written must not take two megabytes. Kernels without huge pages do not know the advice.
		_ = unix.Madvise(b, unix.MADV_NOHUGEPAGE)
	}
	return b, err
}

func release(b []byte) {
	if b != nil {
		_ = unix.Munmap(b)
	}
}

// empty gives the pages of a part of a memory back to the system. It holds the image again, or zeros past it.
func empty(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	return unix.Madvise(b, unix.MADV_DONTNEED)
}

// pageMap tells which pages a guest has written to: those that are the process's own and no longer a file's. Newer kernels
// (6.7) have PAGEMAP_SCAN for that, which was no faster for memories of a few megabytes.
type pageMap struct{ fd int }

// openPageMap returns nil where the kernel does not tell: without /proc, or for a process that may not look at itself.
func openPageMap() *pageMap {
	fd, err := unix.Open("/proc/self/pagemap", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	p := &pageMap{fd: fd}
	if !p.works() {
		p.close()
		return nil
	}
	return p
}

func (p *pageMap) close() {
	if p != nil {
		_ = unix.Close(p.fd)
	}
}

// errPageMap is what the kernel answers if it does not know pages that were written.
var errPageMap = errors.New("the kernel's page map is incomplete")

// works tries the page map on memory as instances have it, of which one page was written to and one only read.
func (p *pageMap) works() bool {
	page := unix.Getpagesize()
	img := new(image)
	if img.keep(make([]byte, 2*page), p) != nil {
		return false
	}
	defer img.close()
	mem, err := newMemory(uint64(2 * page))
	if err != nil {
		return false
	}
	defer mem.Free()
	if img.lay(mem) != nil || mem.reserved[0] != 0 {
		return false
	}
	mem.reserved[page] = 1
	var runs [][2]int
	err = p.written(mem.reserved, func(from, to int) { runs = append(runs, [2]int{from, to}) })
	return err == nil && len(runs) == 1 && runs[0] == [2]int{page, 2 * page}
}

// Bits of an entry of the page map, see Documentation/admin-guide/mm/pagemap.rst.
const entryPresent, entrySwapped, entryFile = 1 << 63, 1 << 62, 1 << 61

// written calls found for each run of pages in mem, which lies over a file, that was written to, in their order.
func (p *pageMap) written(mem []byte, found func(from, to int)) error {
	var entries [1024]uint64
	buffer := unsafe.Slice((*byte)(unsafe.Pointer(&entries)), unsafe.Sizeof(entries))
	page := unix.Getpagesize()
	base := uintptr(unsafe.Pointer(unsafe.SliceData(mem)))
	for at := 0; at < len(mem); {
		n := min(len(entries), (len(mem)-at)/page)
		if got, err := unix.Pread(p.fd, buffer[:8*n], (int64(base)+int64(at))/int64(page)*8); err != nil || got != 8*n {
			return errors.Join(errPageMap, err)
		}
		own := func(i int) bool { return entries[i]&(entryPresent|entrySwapped) != 0 && entries[i]&entryFile == 0 }
		for i := 0; i < n; i++ {
			from := i
			for i < n && own(i) {
				i++
			}
			if from < i {
				found(at+from*page, at+i*page)
			}
		}
		at += n * page
	}
	return nil
}
