package wasm

import (
	"errors"
	"sync"
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
	for at := 0; at < len(mem) && err == nil; at += comparedBytes {
		if page := mem[at : at+comparedBytes]; string(page) != string(zeros[:]) { // holes stay holes
			_, err = unix.Pwrite(fd, page, int64(at))
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
	err := pages.written(mem, len(img.bytes), func(from, to int) {
		if written += to - from; written <= maxKeptPages {
			img.restorePart(mem, from, to)
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

// empty gives the pages of a part of a memory back to the system. It holds the image again, or zeros where there is none.
func empty(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	return unix.Madvise(b, unix.MADV_DONTNEED)
}

// pageMap asks the kernel which pages a guest has written to: those that are the process's own and no longer a file's.
type pageMap struct {
	fd      int
	scan    bool      // the kernel has PAGEMAP_SCAN (Linux 6.7)
	regions sync.Pool // *[64]pageRegion, which the kernel fills: not on a stack, which may move
}

// openPageMap returns nil where the kernel does not tell: without /proc, or for a process that may not look at itself.
func openPageMap() *pageMap {
	fd, err := unix.Open("/proc/self/pagemap", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	for _, scan := range []bool{true, false} {
		p := &pageMap{fd: fd, scan: scan, regions: sync.Pool{New: func() any { return new([64]pageRegion) }}}
		if p.works() {
			return p
		}
	}
	_ = unix.Close(fd)
	return nil
}

func (p *pageMap) close() {
	if p != nil {
		_ = unix.Close(p.fd)
	}
}

// errPageMap is what the kernel answers if it does not know pages that were written.
var errPageMap = errors.New("the kernel's page map is incomplete")

// works tries the page map on memory as instances have it: two pages of a file, one past it, and a write to the second and
// the third.
func (p *pageMap) works() bool {
	page := unix.Getpagesize()
	img, mem := &image{size: uint64(4 * page)}, &memory{}
	if img.keep(make([]byte, 2*page), p) != nil {
		return false
	}
	defer img.close()
	var err error
	if mem.reserved, err = reserve(img.size); err != nil {
		return false
	}
	defer mem.Free()
	if img.lay(mem) != nil {
		return false
	}
	if mem.reserved[0] != mem.reserved[3*page] { // pages that are only read
		return false
	}
	mem.reserved[page], mem.reserved[2*page] = 1, 1
	if img.restoreWritten(mem.reserved, p) != nil {
		return false
	}
	return mem.reserved[page] == 0 && mem.reserved[2*page] == 0
}

// written calls found for each run of pages in mem that was written to, in their order. Mapped is how many bytes at the
// start of mem lie over a file.
func (p *pageMap) written(mem []byte, mapped int, found func(from, to int)) error {
	if p.scan {
		return p.scanPages(mem, mapped, found)
	}
	return p.readPages(mem, mapped, found)
}

// pageRegion and scanArg are struct page_region and struct pm_scan_arg of linux/fs.h.
type (
	pageRegion struct{ start, end, categories uint64 }
	scanArg    struct {
		size, flags, start, end, walkEnd, vec, vecLen, maxPages, inverted, mask, anyOf, returned uint64
	}
)

// The number and the categories of PAGEMAP_SCAN, and the bits of an entry of the page map, of linux/fs.h.
const (
	pagemapScan   = 0xC0606610
	pageIsFile    = 1 << 2
	pageIsPresent = 1 << 3
	pageIsSwapped = 1 << 4
	pageIsZero    = 1 << 5

	entryPresent, entrySwapped, entryFile = 1 << 63, 1 << 62, 1 << 61
)

func (p *pageMap) scanPages(mem []byte, mapped int, found func(from, to int)) error {
	regions := p.regions.Get().(*[64]pageRegion)
	defer p.regions.Put(regions)
	base := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(mem))))
	arg := scanArg{
		size: uint64(unsafe.Sizeof(scanArg{})), start: base, end: base + uint64(len(mem)),
		vec: uint64(uintptr(unsafe.Pointer(regions))), vecLen: uint64(len(regions)),
		inverted: pageIsFile, mask: pageIsFile, // not a file's
		anyOf: pageIsPresent | pageIsSwapped, returned: pageIsZero,
	}
	for arg.start < arg.end {
		n, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(p.fd), pagemapScan, uintptr(unsafe.Pointer(&arg)))
		if e != 0 {
			return e
		}
		for _, r := range regions[:n] {
			// A page of zeros past the file was only read. Over the file, it is what merging made of one that was written.
			if from := int(r.start - base); r.categories&pageIsZero == 0 || from < mapped {
				found(from, int(r.end-base))
			}
		}
		if arg.walkEnd <= arg.start {
			return errPageMap
		}
		arg.start = arg.walkEnd
	}
	return nil
}

// readPages is for kernels before 6.7: it reads eight bytes for each page.
func (p *pageMap) readPages(mem []byte, _ int, found func(from, to int)) error {
	page := unix.Getpagesize()
	base := int64(uintptr(unsafe.Pointer(unsafe.SliceData(mem)))) / int64(page)
	var entries [512]uint64
	buffer := unsafe.Slice((*byte)(unsafe.Pointer(&entries)), unsafe.Sizeof(entries))
	for at := 0; at < len(mem); {
		n := min(len(entries), (len(mem)-at)/page)
		if got, err := unix.Pread(p.fd, buffer[:8*n], (base+int64(at/page))*8); err != nil || got != 8*n {
			return errors.Join(errPageMap, err)
		}
		for _, e := range entries[:n] {
			if e&(entryPresent|entrySwapped) != 0 && e&entryFile == 0 {
				found(at, at+page)
			}
			at += page
		}
	}
	return nil
}
